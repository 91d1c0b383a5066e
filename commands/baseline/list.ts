import * as Args from '@oclif/core/args'
import { BaseCommand } from '../../src/cli/base-command.js'
import { awsFlags, awsOptions, outputFlags } from '../../src/cli/flags.js'

export default class BaselineList extends BaseCommand {
  static override summary = 'the runs that are saved in a folder, and how they went'
  static override description = 'The oldest first, with their percentiles and the trend of p99.'
  static override examples = ['<%= config.bin %> baseline list baselines/']
  static override args = {
    folder: Args.string({
      required: true,
      ignoreStdin: true,
      description: 'of saved runs, or s3://BUCKET/PREFIX',
    }),
  }
  static override flags = { ...awsFlags, ...outputFlags('text', 'json', 'csv', 'markdown', 'html') }

  override async run() {
    const { args, flags } = await this.parse(BaselineList)
    const { savedIn } = await import('../../src/gate/saved-in.js')
    const { listOutput } = await import('../../src/ui/baseline-text.js')
    const files = await savedIn(args.folder, awsOptions(flags))
    const format = this.format(flags)
    if (format === 'html') {
      const { baselinesPage } = await import('../../dashboards/html/baseline-page.js')
      const page = { title: args.folder, made: this.made(flags.tz) }
      process.stdout.write(await baselinesPage(files, page))
    } else this.print(listOutput(files, format, await this.style(flags)))
    return undefined
  }
}
