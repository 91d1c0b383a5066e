import { BaseCommand } from '../src/cli/base-command.js'
import { outputFlags, sourceArgs } from '../src/cli/flags.js'
import { refuseBeside, replayFlags } from '../src/cli/replay-flags.js'
import { busArchive, topicArchive } from '../src/replay/archive-address.js'

export default class Replay extends BaseCommand {
  static override summary = 'send archived events again: planned, in order, and known what became'
  static override description =
    'Reads an archive, tells what would be sent, and asks. Events of a key are sent in order of ' +
    'arrival, repeats too, the document as it was archived. What became of each stands in a ' +
    'journal: the same line goes on where it ends, also after kill -9, and sends again at most ' +
    'what was under way, with the same MessageDeduplicationId. Where a target keeps the order of ' +
    'a key and one of it fails for good, nothing more of the key is sent. Events are marked ' +
    '(replay-name: an attribute of SQS, SNS and HTTP, in the detail on a bus, in the document of ' +
    'an event of EventBridge elsewhere), and what is marked is not sent again without --replays. ' +
    'Files get lines that evt reads with the figures of the source, standard output the bodies. ' +
    'Exit 5 where nothing is selected. An archive of EventBridge is replayed by EventBridge, to ' +
    'rules of its bus: evt plans that, follows it, and Ctrl-C cancels it. So does SNS with the ' +
    'archive of a FIFO topic, to one of its subscriptions; it cannot be cancelled. What a ' +
    'stream, a log group or, with --intrusive, a queue holds is recorded first, in the cache of ' +
    'evt, and removed once all of it was sent; nothing is deleted from a queue (evt dlq redrive ' +
    'does that).'
  static override examples = [
    '<%= config.bin %> replay archive/ --to sqs://orders --dry-run',
    '<%= config.bin %> replay archive/ --to sqs://orders.fifo --since 1h --key 4711 --yes',
    '<%= config.bin %> replay archive/ --to eventbridge://shop --type order.* --rate 100/s',
    '<%= config.bin %> replay archive/ --to kinesis://orders --speed 10x --distinct',
    '<%= config.bin %> replay archive/ --to lambda://bill --id 3f0c --body payload --yes',
    '<%= config.bin %> replay archive/ --to https://test.example.com/events --plan plan.json',
    '<%= config.bin %> replay --apply plan.json --yes',
    '<%= config.bin %> replay archive/ --to again.ndjson --no-mark --yes',
    '<%= config.bin %> replay archive/ --to sqs://orders --transform rules.yaml --dry-run',
    '<%= config.bin %> replay archive/ --to sqs://orders --snapshot --since 2026-11-01',
    '<%= config.bin %> replay kinesis://orders --since 1h --to kinesis://orders-again --dry-run',
    '<%= config.bin %> replay eventbridge-archive://orders --to orders-to-billing --since 1h',
    '<%= config.bin %> replay sns-archive://orders.fifo --to sqs://billing.fifo --since 1h',
  ]
  static override args = sourceArgs
  static override flags = { ...replayFlags, ...outputFlags('text', 'json', 'html') }

  override async run(): Promise<undefined> {
    const { args, flags, metadata } = await this.parse(Replay)
    const typed = Object.keys(flags).filter((name) => !metadata.flags[name]?.setFromDefault)
    refuseBeside(flags.apply, { typed, sources: args.source ?? [] })
    const style = await this.style(flags)
    const { argv } = this
    const { isJson, note, print } = this.answer(flags)
    const sources = args.source ?? []
    const given = { flags, argv, isJson, style, note }
    if (sources.some((source) => busArchive(source) ?? topicArchive(source))) {
      const { replayedByAws } = await import('../src/cli/replayed-by-aws.js')
      const asked = { ...given, typed, print, signal: this.signal, given: sources }
      const failure = await replayedByAws(asked)
      if (failure !== undefined) throw failure
      return
    }
    const { replayTyped } = await import('../src/cli/replay-run.js')
    const { replayPlanText, replaySentText } = await import('../src/ui/replay-text.js')
    const { result, failure } = await replayTyped({ ...this.typed(flags, args.source), ...given })
    const { sent, to } = result
    const text = sent ? replaySentText(result, sent, style) : replayPlanText(result, style)
    if (isJson) print(JSON.stringify(result))
    else if (to === '-' && !flags['dry-run']) note(text)
    else print(text)
    if (failure !== undefined) throw failure
  }
}
