import { BaseCommand } from '../src/cli/base-command.js'
import { awsFlags, outputFlags, progressFlags } from '../src/cli/flags.js'
import { generateFlags, settingsFrom } from '../src/generate/flags.js'
import { archiveOnly, liveOnly, refuseFlags } from '../src/generate/live/settings.js'
import { generateText } from '../src/ui/generate-text.js'

export default class Generate extends BaseCommand {
  static override summary = 'Make an archive or live traffic with known faults, and the truth.'
  static override description = `Writes files of synthetic events, truth.json, which says what evt \
stats must find in them, and evt.yaml, which says what their fields mean. The same flags write the \
same bytes. Shares are written 0.3% or 0.003; an event has one planted fault at most. Undecodable \
records are never planted in Parquet and Avro files.

--to sqs://queue, sns://topic, eventbridge://bus or kinesis://stream sends them at --rate, with \
the times of the sending, and writes evt.yaml, truth.json and ledger.ndjson, a line for each with \
its message id or error. In a FIFO target or a stream those of a key wait for each other.

--envelope is a document with what is around it, outermost first, such as \
'kinesis>kpl>eventbridge'; each stands in every format.
documents: json, eventbridge, cloudevents (or cloudevents-binary, cloudevents-batch), dynamodb, \
cloudtrail, emf, debezium, dms
messages: sqs, sns, kinesis, http, http-bytes, lambda, firehose-failed, logs-filtered, \
logs-insights, kafka-connect; \
sqs-fifo, sns-fifo and sqs-lambda-fifo are ordered by the numbers of their groups
of several: records around sqs-lambda, kinesis-lambda or dynamodb; records-sns>sns-lambda; \
records-kinesis>kinesis; records-messages>sqs; kafka; firehose; firehose-answer; logs; logs-read; \
logs-found; array; lines; lambda-stream around records
encodings: gzip, zstd, base64, kpl, glue, confluent, as in logs-lambda>gzip>logs>eventbridge
mixed: six of them, by type`

  static override examples = [
    '<%= config.bin %> generate --to archive --events 100k',
    '<%= config.bin %> generate --to archive --loss 0.1% --ledger sent',
    '<%= config.bin %> generate --to archive --seed 7 --duplicates 1% --loss 0.1% --layout hive',
    "<%= config.bin %> generate --to queue --envelope 'sqs>sns>eventbridge' --redeliveries 2%",
    "<%= config.bin %> generate --to stream --envelope 'kinesis>kpl>eventbridge' --duplicates 1%",
    '<%= config.bin %> generate --to sqs://orders.fifo --rate 50/s --events 3k --reorder 1%',
    '<%= config.bin %> generate --to zoo --envelope mixed --format mixed --compression mixed',
  ]

  static override flags = {
    ...generateFlags,
    ...awsFlags,
    ...outputFlags('text', 'json', 'html'),
    ...progressFlags,
  }

  override async run(): Promise<undefined> {
    const { flags, metadata } = await this.parse(Generate)
    const { generateLive, targetOf } = await import('../src/cli/generate-live.js')
    flags.to = await targetOf(flags.to)
    const typed = Object.keys(flags).filter((name) => !metadata.flags[name]?.setFromDefault)
    const { isSinkAddress } = await import('../src/sinks/index.js')
    const isLive = isSinkAddress(flags.to)
    refuseFlags(typed, isLive ? archiveOnly : liveOnly, { to: flags.to, isLive })
    const { isJson, print, note } = this.answer(flags)
    const style = () => this.style(flags)
    if (isLive) {
      const { argv, signal } = this
      await generateLive({ flags, argv, isJson, signal, style, print, note })
      return undefined
    }
    const { progressFor } = await import('../src/cli/progress.js')
    const progress = await progressFor(flags)
    // Histograms take time to load, and --help does not need them.
    const { generateArchive } = await import('../src/generate/generate.js')
    try {
      const result = await generateArchive(settingsFrom(flags), {
        ...{ to: flags.to, force: flags.force, ledger: flags.ledger, signal: this.signal },
        onProgress: (state) =>
          progress.update({ label: `writing ${flags.to}`, bytesTotal: null, ...state }),
      })
      progress.stop()
      print(isJson ? JSON.stringify(result) : generateText(result, await style()))
    } finally {
      progress.stop()
    }
  }
}
