import { BaseCommand } from '../src/cli/base-command.js'
import { archiveFlags, outputFlags, sourceArgs } from '../src/cli/flags.js'
import { isAskedLive, liveFlags } from '../src/cli/live-flags.js'
import { checkAthenaStats, statsFlags } from '../src/cli/stats-flags.js'

export default class Stats extends BaseCommand {
  static override summary = 'counts, duplicates, ordering and latency of events, per type'
  static override description =
    'Reads an archive once and says how many events of which kind there are, how many were ' +
    'delivered twice, how many arrived out of order and how late, as HDR percentiles, with the ' +
    'very events that prove it. With --duration, --follow or --from, what comes is measured as ' +
    'it comes. Ctrl-C prints what was measured so far. Histogram logs and percentile tables of ' +
    'HdrHistogram are shown and merged.'
  static override examples = [
    '<%= config.bin %> stats archive/',
    "<%= config.bin %> stats 'archive/**/*.gz' --since 2026-11-01 --until 2026-11-02",
    '<%= config.bin %> stats orders.ndjson --map key=$.orderId --map sequence=$.version',
    '<%= config.bin %> stats archive/ --window 1m -o csv > per-minute.csv',
    '<%= config.bin %> stats archive/ --window 1m --hlog run.hlog --hgrm run.hgrm',
    '<%= config.bin %> stats run.hlog',
    '<%= config.bin %> stats s3://acme/archive --since 7d --engine athena',
    '<%= config.bin %> stats orders.ndjson --duration 60s --window 10s',
    '<%= config.bin %> stats today/ --versus yesterday/',
    '<%= config.bin %> stats orders.ndjson --since 15m --versus 24h',
    '<%= config.bin %> stats archive/ -o html > stats.html',
    'zcat orders.gz | <%= config.bin %> stats - -o json',
  ]
  static override args = sourceArgs
  static override flags = {
    ...statsFlags,
    ...liveFlags,
    ...archiveFlags,
    ...outputFlags('text', 'json', 'ndjson', 'csv', 'markdown', 'html', 'arrow', 'parquet'),
  }

  override async run() {
    const { args, flags } = await this.parse(Stats)
    const { stdout, env } = process
    checkAthenaStats(flags)
    const format = this.format(flags)
    const style = await this.style(flags)
    const typed = this.typed(flags, args.source)
    const made = this.made(flags.tz)
    const isLive = await isAskedLive(flags, args.source ?? [])
    if (flags.versus !== undefined && !isLive) {
      const { printDiff } = await import('../src/cli/stats-run.js')
      const { versusOf } = await import('../src/cli/versus.js')
      const compared = versusOf(flags.versus, flags, Date.now())
      return printDiff(typed, compared, { format, style, made })
    }
    const { measured } = await import('../src/cli/measured.js')
    const run = await measured(typed, isLive)
    if (format === 'html') {
      const { statsPage } = await import('../dashboards/html/stats-page.js')
      stdout.write(await statsPage(run, made))
    } else if (format !== 'text' || !run.isEmpty) {
      const { renderStats } = await import('../src/ui/stats-output.js')
      stdout.write(await renderStats(run, format, style))
    }
    if ('timeline' in run && flags.by !== 'source') {
      const { rememberTypes } = await import('../src/cli/types-seen.js')
      const types = run.result.types.map(({ type }) => type)
      await rememberTypes(types, { cwd: process.cwd(), env })
    }
    if (run.failure) throw run.failure
    return undefined
  }
}
