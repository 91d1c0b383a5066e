import { BaseCommand } from '../../src/cli/base-command.js'
import { awsFlags, awsOptions, sourceArgs, sourceFlags, voiceFlags } from '../../src/cli/flags.js'

export default class IndexDrop extends BaseCommand {
  static override summary = 'remove the index of an archive'
  static override description =
    'All that were built of it, also with --to and --beside, and their copies in S3. The archive ' +
    'stays as it is; of folders and prefixes only what evt wrote is removed.'
  static override examples = ['<%= config.bin %> index drop archive/']
  static override args = sourceArgs
  static override flags = { config: sourceFlags.config, ...awsFlags, ...voiceFlags }

  override async run() {
    const { args, flags } = await this.parse(IndexDrop)
    const { runDrop } = await import('../../src/indexing/run.js')
    const { safeText } = await import('../../src/ui/safe-text.js')
    const dropped = await runDrop({
      given: args.source ?? [],
      config: flags.config,
      aws: awsOptions(flags),
      lineWith: (source) => this.lineWith(source),
      ...{ cwd: process.cwd(), env: process.env, choose: undefined },
    })
    const lines = dropped.map((folder) => `removed ${safeText(folder)}`)
    this.print(lines.length === 0 ? 'there is no index' : lines.join('\n'))
    return undefined
  }
}
