import * as Args from '@oclif/core/args'
import { BaseCommand } from '../../src/cli/base-command.js'
import { awsFlags, awsOptions, outputFlags } from '../../src/cli/flags.js'

export default class BaselineShow extends BaseCommand {
  static override summary = 'one saved run: its figures, by type'
  static override description = 'A file that evt baseline save wrote; of a folder, the newest run.'
  static override examples = ['<%= config.bin %> baseline show baselines/']
  static override args = {
    run: Args.string({
      required: true,
      ignoreStdin: true,
      description: 'a saved run, a folder, or s3://BUCKET/PREFIX',
    }),
  }
  static override flags = { ...awsFlags, ...outputFlags('text', 'json', 'html') }

  override async run() {
    const { args, flags } = await this.parse(BaselineShow)
    const { savedAt } = await import('../../src/gate/saved-in.js')
    const { showOutput } = await import('../../src/ui/baseline-text.js')
    const file = await savedAt(args.run, awsOptions(flags))
    const format = this.format(flags)
    if (format === 'html') {
      const { baselinePage } = await import('../../dashboards/html/baseline-page.js')
      process.stdout.write(await baselinePage(file, this.made(flags.tz)))
    } else this.print(showOutput(file, format, await this.style(flags)))
    return undefined
  }
}
