import { BaseCommand } from '../../src/cli/base-command.js'
import { archiveFlags, outputFlags, sourceArgs } from '../../src/cli/flags.js'
import { statsFlags } from '../../src/cli/stats-flags.js'
import { alarmFlags, changedFlag, watchFlags } from '../../src/cli/watch-flags.js'

export default class AlarmsDiff extends BaseCommand {
  static override summary = 'what publishing alarms would change'
  static override description =
    'Compares what evt alarms build makes with what CloudWatch has: what is new, what would ' +
    'change and how, and what evt made once and would not make now.'
  static override examples = [
    '<%= config.bin %> alarms diff --topology template.yaml',
    '<%= config.bin %> alarms diff archive/ --fail-on changed',
  ]
  static override args = sourceArgs
  static override flags = {
    ...watchFlags,
    ...alarmFlags,
    'fail-on': changedFlag,
    content: statsFlags.content,
    ...archiveFlags,
    ...outputFlags('text', 'json', 'html'),
  }

  override async run(): Promise<undefined> {
    const { args, flags } = await this.parse(AlarmsDiff)
    const { diffAlarms } = await import('../../src/cli/alarms-publish-run.js')
    const typed = { ...this.typed(flags, args.source), ...this.answer(flags), argv: this.argv }
    await diffAlarms(typed, flags['fail-on'] === 'changed')
    return undefined
  }
}
