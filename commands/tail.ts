import { BaseCommand } from '../src/cli/base-command.js'
import { eventFlags, outputFlags, sourceArgs } from '../src/cli/flags.js'
import { noScreen, screenFlags } from '../src/cli/screen-flags.js'
import type { TypedScreen } from '../src/cli/screen-run.js'
import { tailFlags } from '../src/cli/tail-flags.js'
import type { TextStyle } from '../src/ui/style.js'

export default class Tail extends BaseCommand {
  static override summary =
    'show events as they come: files that grow, new files, standard input, queues, streams'
  static override description =
    'One line an event: when it happened, how long it took to arrive, type, key, entity, id and ' +
    'the beginning of its payload. Of a file of lines the last 10 events are shown, then what is ' +
    'added, also after it was rotated or cut. Standard input and archives (folders, globs, gzip, ' +
    'JSON arrays) are read from their beginning to their end; with --from or --follow a folder ' +
    'is followed too. Topics of SNS and buses of EventBridge are followed through a queue of ' +
    "evt's own; a queue of SQS is received from with --intrusive alone, and what was received is " +
    'given back. Streams of Kinesis are polled, or with --fan-out or --consumer sent to a ' +
    'consumer, child shards behind their parents; so are the streams of tables of DynamoDB, and ' +
    'objects of S3 as they come. Several SOURCEs are merged by time. Ctrl-C ' +
    'ends it, with exit 130. ' +
    'evt help taps says what a tap may miss, and what it costs.'
  static override examples = [
    '<%= config.bin %> tail orders.ndjson',
    '<%= config.bin %> tail orders.ndjson --type "order.*" --entity order:7',
    '<%= config.bin %> tail a.ndjson b.ndjson --from 15m --fields time,id,$.detail.total',
    '<%= config.bin %> tail orders.ndjson --screen',
    '<%= config.bin %> tail archive/ --from latest -o ndjson --limit 100 --duration 60s',
    '<%= config.bin %> tail sqs://orders-dead --intrusive --no-follow --limit 100',
    '<%= config.bin %> tail sns://orders eventbridge://shop/placed',
    '<%= config.bin %> tail orders.ndjson --from beginning --resume orders.checkpoint',
    '<%= config.bin %> tail kinesis://orders --from 15m --fan-out',
    'kubectl logs -f shop | <%= config.bin %> tail - --grep refund --redact $.detail.email',
  ]
  static override args = sourceArgs
  static override flags = {
    ...tailFlags,
    ...screenFlags,
    ...eventFlags,
    ...outputFlags('text', 'json', 'ndjson'),
  }

  override async run() {
    const { args, flags } = await this.parse(Tail)
    const { signal } = this
    const style = await this.style(flags)
    const typed = this.typed(flags, args.source)
    const lines = async () => {
      const { printTail } = await import('../src/cli/tail-run.js')
      return printTail(typed, this.format(flags), style)
    }
    const missing = flags.screen ? noScreen() : undefined
    if (missing) this.note(missing, flags)
    const failure = await (flags.screen && !missing ? screen(typed, style) : lines())
    if (failure) throw failure
    return signal.aborted ? ('interrupted' as const) : undefined
  }
}

async function screen(typed: TypedScreen, style: TextStyle) {
  const { showScreen } = await import('../src/cli/screen-run.js')
  return showScreen(typed, style)
}
