import { BaseCommand } from '../src/cli/base-command.js'
import { archiveFlags, outputFlags, sourceArgs } from '../src/cli/flags.js'
import { loopsFlags } from '../src/cli/loops-flags.js'
import { memoryBytes } from '../src/cli/memory-size.js'

export default class Loops extends BaseCommand {
  static override summary = 'events that run in a circle: effects that cause their own cause again'
  static override description =
    'Follows each chain of causes and effects, by causationId of the mapping, and finds where it ' +
    'passes the same sources and types in the same order again and again: the way round, how ' +
    'often, how fast, whether it grows, what that costs. First deliveries alone count, so what ' +
    'is delivered or replayed twice is no loop. Exit 4 where there are loops, 5 where no event ' +
    'names its cause.'
  static override examples = [
    '<%= config.bin %> loops archive/',
    '<%= config.bin %> loops archive/ --since 1h -o json',
    '<%= config.bin %> loops orders.ndjson --map causationId=$.detail.metadata.causationId',
  ]
  static override args = sourceArgs
  static override flags = {
    ...loopsFlags,
    ...archiveFlags,
    ...outputFlags('text', 'json', 'ndjson', 'csv', 'markdown'),
  }

  override async run() {
    const { args, flags } = await this.parse(Loops)
    const { reading } = await import('../src/cli/read-request.js')
    const { runLoops } = await import('../src/loops/run.js')
    const { renderLoops } = await import('../src/ui/loops-output.js')
    const { type: types = [], entity: entities = [], filter, turns: leastTurns } = flags
    const memoryLimitBytes = memoryBytes(flags['memory-limit'])
    const allowPartial = flags['allow-partial']
    const chosen = { types, entities, filter, leastTurns, memoryLimitBytes, allowPartial }
    const { result, failure } = await reading(this.typed(flags, args.source), (request) =>
      runLoops({ ...request, ...chosen }),
    )
    const format = this.format(flags)
    if (format !== 'text' || failure?.code !== 'inconclusive') {
      process.stdout.write(renderLoops(result, format, await this.style(flags)))
    }
    if (failure) throw failure
    return undefined
  }
}
