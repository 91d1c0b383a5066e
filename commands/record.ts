import { BaseCommand } from '../src/cli/base-command.js'
import { awsFlags, eventFlags, outputFlags, progressFlags, sourceArgs } from '../src/cli/flags.js'
import { recordFlags } from '../src/cli/record-flags.js'

export default class Record extends BaseCommand {
  static override summary = 'record what comes, to files or S3, so that it can be measured again'
  static override description =
    'Records are kept as they were received, with when evt saw each and its number in order of ' +
    'arrival; evt stats, audit and query read them with any mapping. Parts of NDJSON or Parquet ' +
    'are put in place whole, with where to go on behind them: the same line goes on from there, ' +
    'also after kill -9. With --intrusive --consume a message is deleted from its queue once it ' +
    'is durable, and hidden until then. Files are recorded from their beginning, and followed. ' +
    'Ctrl-C and SIGTERM put the last part in place, and end with exit 130. One evt records to a ' +
    'target at a time.'
  static override examples = [
    '<%= config.bin %> record orders.ndjson --to recorded',
    '<%= config.bin %> record sqs://orders --intrusive --consume --to s3://acme-events/orders',
    '<%= config.bin %> record sns://orders eventbridge://shop --to recorded --duration 1h',
    '<%= config.bin %> record logs:///aws/events/shop --from 15m --to recorded --roll-every 5m',
    'kubectl logs -f shop | <%= config.bin %> record - --to recorded --roll-size 8MB',
  ]
  static override args = sourceArgs
  static override flags = {
    ...recordFlags,
    config: eventFlags.config,
    'allow-partial': eventFlags['allow-partial'],
    ...awsFlags,
    ...progressFlags,
    ...outputFlags('text', 'json', 'html'),
  }

  override async run() {
    const { args, flags } = await this.parse(Record)
    const { recordTyped } = await import('../src/cli/record-run.js')
    const { recordJson, recordText } = await import('../src/ui/record-text.js')
    const { signal } = this
    const { run, failure } = await recordTyped(this.typed(flags, args.source))
    const isPartial = signal.aborted || failure !== undefined
    const { isJson, print } = this.answer(flags)
    const style = await this.style(flags)
    // Where nothing could be recorded, why is all there is to say.
    const isToBeTold = run.recorded.records > 0 || failure === undefined
    if (isJson) print(recordJson(flags.to, run, isPartial))
    else if (isToBeTold) this.print(recordText(flags.to, run, style))
    if (failure !== undefined) throw failure
    return signal.aborted ? ('interrupted' as const) : undefined
  }
}
