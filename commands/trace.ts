import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../src/cli/base-command.js'
import { archiveFlags, outputFlags, sourceArgs } from '../src/cli/flags.js'
import { memoryBytes } from '../src/cli/memory-size.js'

export default class Trace extends BaseCommand {
  static override summary = 'one chain: what caused an event, and what it caused'
  static override description =
    'Shows the causes and effects of an event as a tree, from the first cause on, by ' +
    'causationId of the mapping: when each happened, how long after its cause, which way led to ' +
    'what happened last, and what cause is not there. First deliveries alone count. --logs adds ' +
    'lines of logs (it needs logs:FilterLogEvents), --xray segments (xray:BatchGetTraces). ' +
    '-o markdown has a chart that Mermaid draws. Exit 5 where no event has the id.'
  static override examples = [
    '<%= config.bin %> trace 3f0c archive/',
    '<%= config.bin %> trace 3f0c archive/ -o json',
    '<%= config.bin %> trace 3f0c archive/ --logs /aws/lambda/billing --xray',
    '<%= config.bin %> trace 3f0c orders.ndjson --map causationId=$.detail.metadata.causationId',
  ]
  static override args = {
    id: Args.string({ required: true, ignoreStdin: true, description: 'the id of an event' }),
    ...sourceArgs,
  }
  static override flags = {
    logs: Flags.string({
      helpValue: 'GROUP',
      multiple: true,
      multipleNonGreedy: true,
      description: 'lines of this group of CloudWatch Logs that carry the id of an event or trace',
    }),
    xray: Flags.boolean({
      description: 'segments of X-Ray, by trace ids of the mapping or of SQS',
    }),
    ...archiveFlags,
    ...outputFlags('text', 'json', 'ndjson', 'csv', 'markdown', 'html'),
  }

  override async run() {
    const { args, flags } = await this.parse(Trace)
    const format = this.format(flags)
    const { reading } = await import('../src/cli/read-request.js')
    const { runTrace } = await import('../src/loops/run-trace.js')
    const { renderTrace } = await import('../src/ui/trace-output.js')
    const { type: types = [], filter } = flags
    const memoryLimitBytes = memoryBytes(flags['memory-limit'])
    const allowPartial = flags['allow-partial']
    const chosen = { types, entities: [], filter, memoryLimitBytes, allowPartial }
    const beside = { logs: flags.logs ?? [], xray: flags.xray }
    const { result, failure } = await reading(this.typed(flags, args.source), (request) =>
      runTrace({ ...request, ...chosen, ...beside, id: args.id }),
    )
    if (format === 'html') {
      const { tracePage } = await import('../dashboards/html/row-pages.js')
      process.stdout.write(await tracePage(result, this.made(flags.tz)))
    } else if (format !== 'text' || result.events.length > 0) {
      process.stdout.write(renderTrace(result, format, await this.style(flags)))
    }
    if (failure) throw failure
    return undefined
  }
}
