import { BaseCommand } from '../src/cli/base-command.js'
import {
  awsFlags,
  awsOptions,
  outputFlags,
  progressFlags,
  sourceArgs,
  sourceFlags,
  timeFlags,
} from '../src/cli/flags.js'
import { statsChoices, statsFlags } from '../src/cli/stats-flags.js'
import { timeRange } from '../src/cli/time.js'

export default class Stats extends BaseCommand {
  static override summary = 'counts, duplicates, ordering and latency of events, per type'
  static override description =
    'Reads an archive once and says how many events of which kind there are, how many were ' +
    'delivered twice, how many arrived out of order and how late, as HDR percentiles, with the ' +
    'very events that prove it. Ctrl-C prints what was measured so far. Histogram logs of ' +
    'HdrHistogram are shown and merged by tag.'
  static override examples = [
    '<%= config.bin %> stats archive/',
    "<%= config.bin %> stats 'archive/**/*.gz' --since 2026-11-01 --until 2026-11-02",
    '<%= config.bin %> stats orders.ndjson --map key=$.orderId --map sequence=$.version',
    '<%= config.bin %> stats archive/ --window 1m -o csv > per-minute.csv',
    '<%= config.bin %> stats archive/ --window 1m --hlog run.hlog --hgrm run.hgrm',
    '<%= config.bin %> stats run.hlog',
    'zcat orders.gz | <%= config.bin %> stats - -o json',
  ]
  static override args = sourceArgs
  static override flags = {
    ...sourceFlags,
    ...timeFlags,
    ...statsFlags,
    ...awsFlags,
    ...outputFlags('text', 'json', 'ndjson', 'csv', 'markdown', 'arrow', 'parquet'),
    ...progressFlags,
  }

  override async run() {
    const { args, flags } = await this.parse(Stats)
    const { runStats } = await import('../src/stats/run.js')
    const { renderStats } = await import('../src/ui/stats-output.js')
    const { createProgress } = await import('../src/ui/progress.js')
    const { textStyle } = await import('../src/ui/terminal.js')
    const { stderr, stdout, env } = process
    const isTerminal = stderr.isTTY === true
    const progress = createProgress({
      stream: stderr,
      enabled: (isTerminal || flags.progress) && !flags.quiet,
      isTerminal,
      now: () => performance.now(),
    })
    const run = await runStats({
      given: args.source ?? [],
      maps: flags.map ?? [],
      presets: flags.preset === undefined ? undefined : [flags.preset],
      config: flags.config,
      schemaRegistry: flags['schema-registry'],
      followClaims: flags['follow-claims'],
      aws: awsOptions(flags),
      choices: statsChoices(flags),
      range: timeRange(flags, Date.now()),
      cwd: process.cwd(),
      env,
      signal: this.signal,
      onProgress: (state) => progress.update(state),
    }).finally(() => progress.stop())
    const format = this.format(flags)
    const color = this.colors(flags).isColorSupported
    const style = textStyle({ stream: stdout, env, color, timeZone: flags.tz })
    const isShown = format !== 'text' || !run.isEmpty
    if (isShown) stdout.write(await renderStats(run, format, style))
    if (run.failure) throw run.failure
    return undefined
  }
}
