import * as Args from '@oclif/core/args'
import { BaseCommand } from '../../src/cli/base-command.js'
import { awsFlags, voiceFlags } from '../../src/cli/flags.js'

export default class DashboardOpen extends BaseCommand {
  static override summary = 'where a dashboard is shown'
  static override description =
    'Prints the address of a dashboard in the console of AWS, if there is one of that name; evt ' +
    'dashboard publish names the first one evt-overview.'
  static override examples = [
    '<%= config.bin %> dashboard open',
    'xdg-open "$(<%= config.bin %> dashboard open evt-queue-orders)"',
  ]
  static override args = {
    name: Args.string({
      default: 'evt-overview',
      ignoreStdin: true,
      description: 'the name of the dashboard',
    }),
  }
  static override flags = { ...awsFlags, ...voiceFlags }

  override async run(): Promise<undefined> {
    const { args, flags } = await this.parse(DashboardOpen)
    const { dashboardAddress } = await import('../../src/cli/dashboard-publish-run.js')
    this.print(await dashboardAddress(args.name, { flags, signal: this.signal }))
    return undefined
  }
}
