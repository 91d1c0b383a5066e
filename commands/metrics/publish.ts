import { BaseCommand } from '../../src/cli/base-command.js'
import { archiveFlags, outputFlags, sourceArgs } from '../../src/cli/flags.js'
import { metricsFlags } from '../../src/cli/metrics-flags.js'
import { statsFlags } from '../../src/cli/stats-flags.js'

export default class MetricsPublish extends BaseCommand {
  static override summary = 'publish what events show as metrics of CloudWatch'
  static override description =
    'Measures events in windows and tells CloudWatch of each: Deliveries, Receptions, ' +
    'Duplicates, Reordered, Lateness, Late, Skewed, Freshness, and Latency as values with their ' +
    'counts, so that p50 to p99.99 are those of the events within 1%, minimum, maximum and count ' +
    'exact; Lost with --sent, Loops with --loops. With --every, what comes is measured as it ' +
    'comes, with Undecodable and Missed. By type, too: all but Lateness, Skewed, Loops, ' +
    'Undecodable and Missed, for as many types as --max-types says; by key or entity in place of ' +
    'types with --by and --force alone. Shows how much that is and what it costs, and asks. ' +
    'Each window is published once: a journal knows which were, also after a crash. --otlp ' +
    'tells a receiver of OpenTelemetry; --prometheus and --emf print. Needs ' +
    'cloudwatch:PutMetricData.'
  static override examples = [
    '<%= config.bin %> metrics publish archive/ --since 1d --yes',
    '<%= config.bin %> metrics publish archive/ --dimension Stage=prod --dry-run',
    '<%= config.bin %> metrics publish s3://acme/archive --since 1h --window 10s',
    '<%= config.bin %> metrics publish archive/ --sent outbox/ --grace 5m --since 1d --yes',
    '<%= config.bin %> metrics publish kinesis://orders --every 60s --yes',
    '<%= config.bin %> metrics publish archive/ --prometheus > evt.prom',
    '<%= config.bin %> metrics publish archive/ --otlp http://localhost:4318 --yes',
    '<%= config.bin %> metrics publish - --emf < events.ndjson',
    '<%= config.bin %> metrics publish archive/ --by key --dry-run',
  ]
  static override args = sourceArgs
  static override flags = {
    ...metricsFlags,
    content: statsFlags.content,
    ...archiveFlags,
    ...outputFlags('text', 'json', 'html'),
  }

  override async run(): Promise<undefined> {
    const { args, flags } = await this.parse(MetricsPublish)
    const { publishMetrics } = await import('../../src/cli/metrics-run.js')
    const { argv } = this
    await publishMetrics({
      ...{ ...this.typed(flags, args.source), argv, ...this.answer(flags) },
    })
    return undefined
  }
}
