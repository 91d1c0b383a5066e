import { BaseCommand } from '../../src/cli/base-command.js'
import { archiveFlags, outputFlags, sourceArgs } from '../../src/cli/flags.js'
import { statsFlags } from '../../src/cli/stats-flags.js'
import { changedFlag, markFlag, watchFlags } from '../../src/cli/watch-flags.js'

export default class DashboardDiff extends BaseCommand {
  static override summary = 'what publishing dashboards would change'
  static override description =
    'Compares what evt dashboard build makes with what CloudWatch has: what is new, what would ' +
    'change and how, what was changed by hand, and what evt made once and would not make now.'
  static override examples = [
    '<%= config.bin %> dashboard diff --topology template.yaml',
    '<%= config.bin %> dashboard diff archive/ --fail-on changed',
  ]
  static override args = sourceArgs
  static override flags = {
    ...watchFlags,
    mark: markFlag,
    'fail-on': changedFlag,
    content: statsFlags.content,
    ...archiveFlags,
    ...outputFlags('text', 'json', 'html'),
  }

  override async run(): Promise<undefined> {
    const { args, flags } = await this.parse(DashboardDiff)
    const { diffDashboards } = await import('../../src/cli/dashboard-publish-run.js')
    const typed = { ...this.typed(flags, args.source), ...this.answer(flags), argv: this.argv }
    await diffDashboards(typed, flags['fail-on'] === 'changed')
    return undefined
  }
}
