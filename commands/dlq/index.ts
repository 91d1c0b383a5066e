import { BaseCommand } from '../../src/cli/base-command.js'
import { dlqFlags } from '../../src/cli/dlq-flags.js'
import { outputFlags, sourceArgs } from '../../src/cli/flags.js'

export default class Dlq extends BaseCommand {
  static override summary = 'what is in a dead-letter queue, and how it failed'
  static override description =
    'Receives the messages of a queue once, gives them back, and says what they are: by type, by ' +
    'the error that EventBridge, its scheduler or Lambda wrote beside them, by the queue that ' +
    'they came from, how often they were received and how old they are. Their receive counts ' +
    'rise by one, so it asks first. Of a FIFO queue the first ten of each group are seen; ' +
    '--against says which of them later ones of their key overtook. What a stream of Kinesis or ' +
    'DynamoDB had given up is looked up while the stream has it, with the record that blocks its ' +
    'shard. What Lambda leaves in S3, as its on-failure destination, is told in the same way, of ' +
    's3://BUCKET/aws/lambda or a folder of it: nothing is asked, and the records are there, ' +
    'also after the stream has them no more. --to records the messages, as evt record does, ' +
    'and --delete then deletes them. ' +
    'Exit 5 where nothing is in it.'
  static override examples = [
    '<%= config.bin %> dlq sqs://orders-dlq',
    '<%= config.bin %> dlq sqs://orders-dlq --yes -o json',
    '<%= config.bin %> dlq sqs://orders-dlq.fifo --against recording/ --map key=$.orderId --yes',
    '<%= config.bin %> dlq sqs://orders-dlq --to parked/ --delete',
    '<%= config.bin %> dlq s3://failures/aws/lambda/',
  ]
  static override args = sourceArgs
  static override flags = { ...dlqFlags, ...outputFlags('text', 'json', 'markdown', 'html') }

  override async run(): Promise<undefined> {
    const { args, flags } = await this.parse(Dlq)
    const { dlqTyped } = await import('../../src/cli/dlq-run.js')
    const { renderDlq } = await import('../../src/ui/dlq-output.js')
    const format = this.format(flags)
    const style = await this.style(flags)
    const { argv } = this
    const { note } = this.voice(flags)
    const given = { ...this.typed(flags, args.source), argv, style, note }
    const { result, failure } = await dlqTyped({ ...given, isJson: format === 'json' })
    if (format === 'html') await this.page(result, flags)
    else process.stdout.write(renderDlq(result, format, style))
    if (failure !== undefined) throw failure
  }
}
