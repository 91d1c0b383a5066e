import { BaseCommand } from '../src/cli/base-command.js'
import { archiveFlags, outputFlags, sourceArgs } from '../src/cli/flags.js'
import { liveFlags } from '../src/cli/live-flags.js'
import { loopsFlags } from '../src/cli/loops-flags.js'

export default class Loops extends BaseCommand {
  static override summary = 'events that run in a circle: effects that cause their own cause again'
  static override description =
    'Follows each chain of causes and effects, by causationId of the mapping, and finds where it ' +
    'passes the same sources and types in the same order again and again: the way round, how ' +
    'often, how fast, whether it grows, what that costs. First deliveries alone count, so what ' +
    'is delivered or replayed twice is no loop. Of events that name no cause, the same content ' +
    '(but for ids, times and counters) that passes the same nodes steadily, or deeper each time, ' +
    'is a loop, too; it helps to map entities. With --duration, --follow or --from, or a SOURCE ' +
    'that is live, what comes is looked at as it comes, and a loop is said as soon as it is ' +
    'seen. Exit 4 where there are loops, 5 where no event names its cause.'
  static override examples = [
    '<%= config.bin %> loops archive/',
    '<%= config.bin %> loops archive/ --since 1h -o json',
    '<%= config.bin %> loops orders.ndjson --map causationId=$.detail.metadata.causationId',
    '<%= config.bin %> loops s3://acme/archive --since 7d --engine athena',
    '<%= config.bin %> loops eventbridge://shop --duration 10m',
    '<%= config.bin %> loops eventbridge://shop --disable-rule shop/again',
  ]
  static override args = sourceArgs
  static override flags = {
    ...loopsFlags,
    ...liveFlags,
    ...archiveFlags,
    ...outputFlags('text', 'json', 'ndjson', 'csv', 'markdown', 'html'),
  }

  override async run() {
    const { args, flags } = await this.parse(Loops)
    const format = this.format(flags)
    const { foundLoops } = await import('../src/cli/loops-run.js')
    const { renderLoops } = await import('../src/ui/loops-output.js')
    const { result, failure, finish, graph } = await foundLoops(this.typed(flags, args.source))
    if (format === 'html') {
      const { loopsPage } = await import('../dashboards/html/row-pages.js')
      process.stdout.write(
        await loopsPage({ result, ...(graph && { graph }) }, this.made(flags.tz)),
      )
    } else if (format !== 'text' || failure?.code !== 'inconclusive') {
      process.stdout.write(renderLoops(result, format, await this.style(flags)))
    }
    await finish?.()
    if (failure) throw failure
    return undefined
  }
}
