import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../src/cli/base-command.js'
import { awsFlags, awsOptions, eventFlags, outputFlags, sourceArgs } from '../src/cli/flags.js'

export default class Lag extends BaseCommand {
  static override summary = 'how far behind consumers are, without touching a message'
  static override description =
    'Of a queue: what waits, for how long, what comes and goes, the time to drain, when ' +
    'retention deletes the oldest, its dead-letter queue and whether anybody receives. ' +
    'Of a stream of Kinesis: what is written and read, how far behind the one is who polls it, ' +
    'until when retention keeps what that one has not read, and its consumers; of a table its ' +
    'stream; with --recording or --application how far that is in each shard. ' +
    'Of a topic, a bus or a rule: what was published or matched in the last 15 minutes, and what ' +
    'became of it. Counts are those of the moment, and estimates of SQS; rates, ages and what ' +
    'topics and rules did are from CloudWatch, which is one to three minutes behind. Queues have ' +
    'figures there while they are used. What is most wrong comes first. Asking CloudWatch costs ' +
    'about $0.01 for 1,000 figures: five for a queue or topic, six for ' +
    'a stream and one more for each consumer, six to twelve for a rule.'
  static override examples = [
    '<%= config.bin %> lag sqs://orders',
    '<%= config.bin %> lag sqs://orders sqs://billing sns://shop eventbridge://shop',
    '<%= config.bin %> lag eventbridge://shop/orders-to-billing -o json',
    '<%= config.bin %> lag kinesis://orders --recording recorded',
    '<%= config.bin %> lag kinesis://orders --application orders-to-billing',
    '<%= config.bin %> lag dynamodb://orders --shards',
  ]
  static override args = sourceArgs
  static override flags = {
    recording: Flags.string({
      helpValue: 'TARGET',
      description:
        'also how far this recording is in each shard of a stream, by one read of each: --to of ' +
        'evt record',
    }),
    application: Flags.string({
      helpValue: 'NAME',
      exclusive: ['recording'],
      description:
        'also how far this application of the Kinesis Client Library is in each shard, by its ' +
        'table of leases, and who holds them',
    }),
    shards: Flags.boolean({
      exclusive: ['recording', 'application'],
      description:
        'also what each shard of a stream holds: whether it is open, and the age of its first ' +
        'record',
    }),
    config: eventFlags.config,
    'allow-partial': { ...eventFlags['allow-partial'], description: 'exit 0 without all figures' },
    ...awsFlags,
    ...outputFlags('text', 'json', 'ndjson', 'csv', 'markdown', 'html'),
  }

  override async run() {
    const { args, flags } = await this.parse(Lag)
    const { runLag } = await import('../src/lag/run.js')
    const { renderLag } = await import('../src/ui/lag-output.js')
    const { given, choose, lineWith, signal } = this.typed(flags, args.source)
    const result = await runLag({
      ...{ given, choose, lineWith, signal, config: flags.config, aws: awsOptions(flags) },
      ...{ recording: flags.recording, application: flags.application, shards: flags.shards },
      ...{ cwd: process.cwd(), env: process.env, nowMs: Date.now },
    })
    const format = this.format(flags)
    if (format === 'html') {
      const { lagPage } = await import('../dashboards/html/row-pages.js')
      process.stdout.write(await lagPage(result, this.made(flags.tz)))
    } else process.stdout.write(renderLag(result, format, await this.style(flags)))
    const { incomplete } = await import('../src/lag/incomplete.js')
    const failure = flags['allow-partial'] ? undefined : incomplete(result)
    if (failure) throw failure
    return undefined
  }
}
