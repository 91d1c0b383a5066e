import { BaseCommand } from '../../src/cli/base-command.js'
import { archiveFlags, outputFlags, sourceArgs } from '../../src/cli/flags.js'
import { statsFlags } from '../../src/cli/stats-flags.js'
import { alarmFlags, publishFlags, watchFlags } from '../../src/cli/watch-flags.js'

export default class AlarmsPublish extends BaseCommand {
  static override summary = 'publish alarms of CloudWatch'
  static override description =
    'Makes what evt alarms build shows and puts it into CloudWatch: shows what is new and what ' +
    'changes, with its price, and asks. Alarms are tagged; one of the same name that evt did not ' +
    'make is never overwritten. Needs cloudwatch:DescribeAlarms, ListTagsForResource, ' +
    'PutMetricAlarm, PutCompositeAlarm and TagResource.'
  static override examples = [
    '<%= config.bin %> alarms publish --topology template.yaml --dry-run',
    '<%= config.bin %> alarms publish archive/ --action arn:aws:sns:eu-west-1:123456789012:oncall',
  ]
  static override args = sourceArgs
  static override flags = {
    ...watchFlags,
    ...alarmFlags,
    ...publishFlags,
    content: statsFlags.content,
    ...archiveFlags,
    ...outputFlags('text', 'json', 'html'),
  }

  override async run(): Promise<undefined> {
    const { args, flags } = await this.parse(AlarmsPublish)
    const { publishAlarms } = await import('../../src/cli/alarms-publish-run.js')
    const typed = { ...this.typed(flags, args.source), ...this.answer(flags), argv: this.argv }
    await publishAlarms(typed)
    return undefined
  }
}
