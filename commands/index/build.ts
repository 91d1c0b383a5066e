import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.js'
import {
  archiveFlags,
  awsFlags,
  outputFlags,
  progressFlags,
  sourceArgs,
  sourceFlags,
} from '../../src/cli/flags.js'
import { memoryBytes } from '../../src/cli/memory-size.js'

export default class IndexBuild extends BaseCommand {
  static override summary = 'make the index of an archive, or bring it up to date'
  static override description =
    'Reads what the index does not have yet. evt stats, audit and query take what they can from ' +
    'the index and read the rest; what they say is the same. The index is a copy of what the ' +
    'archive holds, personal data included; evt index drop removes it.'
  static override examples = [
    '<%= config.bin %> index build archive/',
    '<%= config.bin %> index build archive/ --beside',
    '<%= config.bin %> index build archive/ --to /data/orders.evt-index',
    '<%= config.bin %> index build s3://acme/archive --to s3://acme/orders.evt-index',
  ]
  static override args = sourceArgs
  static override flags = {
    to: Flags.string({
      helpValue: 'FOLDER|s3://…',
      exclusive: ['beside'],
      description:
        'where to, instead of the cache; evt remembers it. To S3: as a copy, which Athena, Spark ' +
        'and pandas read',
    }),
    beside: Flags.boolean({ description: 'next to the archive, as archive.evt-index' }),
    map: sourceFlags.map,
    preset: sourceFlags.preset,
    config: sourceFlags.config,
    'memory-limit': archiveFlags['memory-limit'],
    'allow-partial': archiveFlags['allow-partial'],
    ...awsFlags,
    ...outputFlags('text', 'json', 'html'),
    ...progressFlags,
  }

  override async run() {
    const { args, flags } = await this.parse(IndexBuild)
    const { reading } = await import('../../src/cli/read-request.js')
    const { runBuild } = await import('../../src/indexing/run.js')
    const { renderIndex } = await import('../../src/ui/index-text.js')
    const { version } = this.config
    const run = await reading(this.typed(flags, args.source), (request) =>
      runBuild({
        ...{ ...request, version, to: flags.to ?? null, beside: flags.beside },
        memoryLimitBytes: memoryBytes(flags['memory-limit']),
        allowPartial: flags['allow-partial'],
      }),
    )
    const { format, print } = this.answer(flags)
    print(renderIndex(run.result, format, await this.style(flags)))
    if (run.failure) throw run.failure
    return undefined
  }
}
