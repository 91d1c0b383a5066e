import { BaseCommand } from '../../src/cli/base-command.js'
import { outputFlags, progressFlags, sourceArgs, sourceFlags } from '../../src/cli/flags.js'

export default class IndexStatus extends BaseCommand {
  static override summary = 'whether there is an index of an archive, and whether it is fresh'
  static override description =
    'Compares the index with the list of objects: with their sizes and the times of their last ' +
    'change. Nothing is read.'
  static override examples = ['<%= config.bin %> index status archive/']
  static override args = sourceArgs
  static override flags = {
    map: sourceFlags.map,
    preset: sourceFlags.preset,
    config: sourceFlags.config,
    ...outputFlags('text', 'json', 'html'),
    ...progressFlags,
  }

  override async run() {
    const { args, flags } = await this.parse(IndexStatus)
    const { reading } = await import('../../src/cli/read-request.js')
    const { runStatus } = await import('../../src/indexing/run.js')
    const { renderIndex } = await import('../../src/ui/index-text.js')
    const { version } = this.config
    const { result } = await reading(this.typed(flags, args.source), (request) =>
      runStatus({ ...request, version }),
    )
    const format = this.format(flags)
    if (format === 'html') await this.page(result, flags)
    else this.print(renderIndex(result, format, await this.style(flags)))
    return undefined
  }
}
