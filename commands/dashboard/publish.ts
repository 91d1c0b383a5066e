import { BaseCommand } from '../../src/cli/base-command.js'
import { archiveFlags, outputFlags, sourceArgs } from '../../src/cli/flags.js'
import { statsFlags } from '../../src/cli/stats-flags.js'
import { forceFlag, markFlag, publishFlags, watchFlags } from '../../src/cli/watch-flags.js'

export default class DashboardPublish extends BaseCommand {
  static override summary = 'publish dashboards of CloudWatch'
  static override description =
    'Makes what evt dashboard build shows and puts it into CloudWatch: shows what is new and ' +
    'what changes, with its price, and asks. Each dashboard carries a hash of itself: one that ' +
    'was changed by hand since, or that evt did not make, is not overwritten without --force. ' +
    'Needs cloudwatch:GetDashboard, ListDashboards and PutDashboard.'
  static override examples = [
    '<%= config.bin %> dashboard publish archive/ --topology template.yaml --dry-run',
    '<%= config.bin %> dashboard publish --topology cdk.out --name Jobs=shop-jobs-1A --yes',
  ]
  static override args = sourceArgs
  static override flags = {
    ...watchFlags,
    mark: markFlag,
    ...publishFlags,
    force: forceFlag,
    content: statsFlags.content,
    ...archiveFlags,
    ...outputFlags('text', 'json', 'html'),
  }

  override async run(): Promise<undefined> {
    const { args, flags } = await this.parse(DashboardPublish)
    const { publishDashboards } = await import('../../src/cli/dashboard-publish-run.js')
    const typed = { ...this.typed(flags, args.source), ...this.answer(flags), argv: this.argv }
    await publishDashboards(typed)
    return undefined
  }
}
