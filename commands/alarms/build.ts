import { BaseCommand } from '../../src/cli/base-command.js'
import { archiveFlags, sourceArgs, voiceFlags } from '../../src/cli/flags.js'
import { statsFlags } from '../../src/cli/stats-flags.js'
import { alarmFlags, formatFlag, watchFlags } from '../../src/cli/watch-flags.js'

export default class AlarmsBuild extends BaseCommand {
  static override summary = 'alarms of CloudWatch for what is deployed and what is measured'
  static override description =
    'Messages that are lost soon (age against retention), dead letters, errors and throttles in ' +
    'M of N minutes, readers that fall behind, fewer events than CloudWatch learnt to expect, ' +
    'latency, duplicates and order beyond what evt.yaml (checks) or a SOURCE says, and what uses ' +
    'up a promise (slo in evt.yaml) too quickly: two windows together, at three speeds. Beside ' +
    'them composite alarms, one for each resource and one for all. Thresholds are the lines that ' +
    'evt dashboard draws.'
  static override examples = [
    '<%= config.bin %> alarms build --topology template.yaml --format cloudformation',
    '<%= config.bin %> alarms build archive/ --topology cdk.out --format terraform',
  ]
  static override args = sourceArgs
  static override flags = {
    ...watchFlags,
    ...alarmFlags,
    format: formatFlag(),
    content: statsFlags.content,
    ...archiveFlags,
    ...voiceFlags,
  }

  override async run(): Promise<undefined> {
    const { args, flags } = await this.parse(AlarmsBuild)
    const { buildAlarms } = await import('../../src/cli/alarms-run.js')
    const asJson = { ...flags, output: 'json' as const, json: true }
    const typed = { ...this.typed(asJson, args.source), ...this.voice(flags) }
    await buildAlarms(typed, flags.format)
    return undefined
  }
}
