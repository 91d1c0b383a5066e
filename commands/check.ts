import { BaseCommand } from '../src/cli/base-command.js'
import { checkFlags } from '../src/cli/check-flags.js'
import { liveCheckFlags } from '../src/cli/check-live-flags.js'
import { archiveFlags, outputFlags, sourceArgs } from '../src/cli/flags.js'

const { 'allow-partial': _, ...measuredFlags } = archiveFlags

export default class Check extends BaseCommand {
  static override summary =
    'judge an archive, or what comes, by rules and a baseline: the gate of a CI'
  static override description =
    'Measures as evt stats does, then judges every --rule and those in checks: of evt.yaml. A ' +
    'rule on a difference from a baseline is broken only where the difference is no chance. What ' +
    'cannot be judged is no pass: too few samples, no data and damaged objects are exits of ' +
    'their own. ' +
    'Histogram logs and saved runs are judged too. With --while, what comes while a command runs ' +
    'is judged; with --watch, what comes is judged again and again, until the verdict is certain ' +
    'or --duration is over.'
  static override examples = [
    '<%= config.bin %> check archive/ --rule "latency.p99 < 500ms" --rule "events >= 1000"',
    '<%= config.bin %> check archive/ --rule "order.*: duplicates.rate < 0.1%"',
    '<%= config.bin %> check archive/ --baseline runs/ --rule "latency.p99 vs baseline < +10%"',
    '<%= config.bin %> check new/ --baseline old/ --rule "latency.p99 vs baseline < +5% or +2ms"',
    '<%= config.bin %> check archive/ --rule "window 5m: latency.p99 < 800ms" --explain',
    '<%= config.bin %> check archive/ --report check.xml --report check.html',
    '<%= config.bin %> check sns://orders --while "npm run load" --rule "latency.p99 < 500ms"',
    '<%= config.bin %> check sns://orders --watch --duration 15m --rule "latency.p99 < 500ms"',
    '<%= config.bin %> check run.hlog --rule "latency.p999 < 2s" -o json',
  ]
  static override args = sourceArgs
  static override flags = {
    ...checkFlags,
    ...liveCheckFlags,
    ...measuredFlags,
    ...outputFlags('text', 'json', 'markdown', 'html'),
  }

  override async run() {
    const { args, flags } = await this.parse(Check)
    const format = this.format(flags)
    const style = await this.style(flags)
    const look = { format, style, made: this.made(flags.tz), isExplained: flags.explain }
    const { checking, checkOutput, endBy, reportKind, writeReports } = await import(
      '../src/cli/check-run.js'
    )
    const reports = flags.report ?? []
    for (const file of reports) reportKind(file)
    const run = await checking(this.typed(flags, args.source))
    if (format !== 'text' || !run.isEmpty) process.stdout.write(await checkOutput(run, look))
    await writeReports(run, reports, look)
    if (process.env['GITHUB_ACTIONS'] === 'true') {
      const { githubAnnotations } = await import('../src/ui/github-annotations.js')
      for (const line of githubAnnotations(run.result, run.failure))
        process.stderr.write(`${line}\n`)
    }
    endBy(run, flags['on-inconclusive'])
    return undefined
  }
}
