import { BaseCommand } from '../../src/cli/base-command.js'
import { archiveFlags, outputFlags, sourceArgs } from '../../src/cli/flags.js'
import { memoryBytes } from '../../src/cli/memory-size.js'
import { chosenOf, queryFlags, wordingOf } from '../../src/cli/query-flags.js'
import { isTalk } from '../../src/cli/query-talk.js'
import type { ResultRows } from '../../src/engines/engine.js'

export default class Query extends BaseCommand {
  static override summary = 'ask an archive: a question of the catalogue, or SQL of your own'
  static override description =
    'NAME is a question of the catalogue (evt query list); with --sql or --file every argument ' +
    'is a SOURCE. The SQL reads the view events, one row for each delivery, and the view ' +
    'undecodable; evt query show NAME prints the SQL of a question, to be changed. Without a ' +
    'question, on a terminal, the archive is read once and you are asked for one after the other.'
  static override usage = 'query [NAME|--sql SQL|--file FILE] [SOURCE...]'
  static override examples = [
    '<%= config.bin %> query list',
    '<%= config.bin %> query counts/by-type archive/',
    '<%= config.bin %> query latency/by-window archive/ --param window=1m -o csv',
    '<%= config.bin %> query --sql "select type, count(*) from events group by type" archive/',
    '<%= config.bin %> query --file question.sql archive/ --since 7d -o ndjson',
    '<%= config.bin %> query archive/',
    '<%= config.bin %> query counts/by-type s3://acme/archive --since 7d --engine athena',
  ]
  static override args = sourceArgs
  static override flags = {
    ...queryFlags,
    ...archiveFlags,
    ...outputFlags('text', 'json', 'ndjson', 'csv', 'markdown', 'html', 'arrow', 'parquet'),
  }

  override async run() {
    const { args, flags } = await this.parse(Query)
    const sources = args.source ?? []
    const format = this.format(flags)
    const style = await this.style(flags)
    const { reading } = await import('../../src/cli/read-request.js')
    const { renderRows } = await import('../../src/ui/query-output.js')
    const show = async (rows: ResultRows, isPartial: () => boolean) => {
      if (format !== 'html') return this.stream(renderRows({ ...rows, isPartial }, format, style))
      const { queryPage } = await import('../../dashboards/html/row-pages.js')
      const title = flags.sql ?? sources.join(' ')
      const isAsIs = flags.sql !== undefined || flags.file !== undefined
      const page = { title, isAsIs, made: this.made(flags.tz) }
      process.stdout.write(await queryPage(rows, isPartial, page))
    }
    const asked = {
      ...{ chosen: chosenOf(flags), limit: flags.limit ?? null },
      memoryLimitBytes: memoryBytes(flags['memory-limit']),
      allowPartial: flags['allow-partial'],
    }
    if (flags.engine === 'duckdb' && (await isTalk(sources, format, flags))) {
      const { talkAbout } = await import('../../src/cli/query-prompt.js')
      const place = { style, show, complain: this.complaint(), signal: this.signal }
      const failure = await reading(this.typed(flags, sources), (request) =>
        talkAbout({ ...request, ...asked }, place),
      )
      if (failure) throw failure
      return undefined
    }
    const { wording, given } = wordingOf(sources, flags)
    if (flags.engine === 'athena') {
      const { queryAthena } = await import('../../src/cli/query-athena.js')
      const typed = { ...this.typed(flags, given), wording, chosen: chosenOf(flags) }
      await queryAthena({ ...typed, ...this.voice(flags) }, show)
      return undefined
    }
    const { runQuery } = await import('../../src/questions/run.js')
    const question = { wording, parameters: flags.param ?? [], explain: flags.explain }
    const failure = await reading(this.typed(flags, given), (request) =>
      runQuery({ ...request, ...asked, ...question }, show),
    )
    if (failure) throw failure
    return undefined
  }
}
