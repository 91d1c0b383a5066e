import { BaseCommand } from '../../src/cli/base-command.js'
import { archiveFlags, outputFlags, sourceArgs } from '../../src/cli/flags.js'
import { memoryBytes } from '../../src/cli/memory-size.js'
import { chosenOf, queryFlags, wordingOf } from '../../src/cli/query-flags.js'

export default class Query extends BaseCommand {
  static override summary = 'ask an archive: a question of the catalogue, or SQL of your own'
  static override description =
    'NAME is a question of the catalogue (evt query list); with --sql or --file every argument ' +
    'is a SOURCE. The SQL reads the view events, one row for each delivery, and the view ' +
    'undecodable; evt query show NAME prints the SQL of a question, to be changed.'
  static override usage = 'query NAME|--sql SQL|--file FILE [SOURCE...]'
  static override examples = [
    '<%= config.bin %> query list',
    '<%= config.bin %> query counts/by-type archive/',
    '<%= config.bin %> query latency/by-window archive/ --param window=1m -o csv',
    '<%= config.bin %> query --sql "select type, count(*) from events group by type" archive/',
    '<%= config.bin %> query --file question.sql archive/ --since 7d -o ndjson',
  ]
  static override args = sourceArgs
  static override flags = {
    ...queryFlags,
    ...archiveFlags,
    ...outputFlags('text', 'json', 'ndjson', 'csv', 'markdown', 'arrow', 'parquet'),
  }

  override async run() {
    const { args, flags } = await this.parse(Query)
    const { wording, given } = wordingOf(args.source ?? [], flags)
    const { reading } = await import('../../src/cli/read-request.js')
    const { runQuery } = await import('../../src/questions/run.js')
    const { renderRows } = await import('../../src/ui/query-output.js')
    const format = this.format(flags)
    const style = await this.style(flags)
    const failure = await reading(this.typed(flags, given), (request) =>
      runQuery(
        {
          ...request,
          ...{ wording, parameters: flags.param ?? [], chosen: chosenOf(flags) },
          ...{ limit: flags.limit ?? null, explain: flags.explain },
          memoryLimitBytes: memoryBytes(flags['memory-limit']),
          allowPartial: flags['allow-partial'],
        },
        (rows, isPartial) => this.stream(renderRows({ ...rows, isPartial }, format, style)),
      ),
    )
    if (failure) throw failure
    return undefined
  }
}
