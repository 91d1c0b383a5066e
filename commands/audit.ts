import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../src/cli/base-command.js'
import {
  awsFlags,
  outputFlags,
  progressFlags,
  sourceArgs,
  sourceFlags,
  timeFlags,
} from '../src/cli/flags.js'
import { entityText } from '../src/cli/query-flags.js'
import { memoryBytes, statsFlags } from '../src/cli/stats-flags.js'
import { parseTime } from '../src/cli/time.js'

export default class Audit extends BaseCommand {
  static override summary = 'everything that happened to an entity, in one timeline'
  static override description =
    'Finds every event about an entity: when it happened and arrived, who sent it, how often it was ' +
    'delivered, what arrived late or out of order, what is missing. --since and --until go by when ' +
    'things happened.'
  static override examples = [
    '<%= config.bin %> audit --entity jobAd:123 archive/',
    '<%= config.bin %> audit --entity jobAd:123',
    '<%= config.bin %> audit --entity jobAd:123 archive/ --as-of 2026-11-01T12:00:00Z -o json',
    '<%= config.bin %> audit --entity order:7 orders.ndjson --map entities.order=$.detail.orderId',
  ]
  static override args = sourceArgs
  static override flags = {
    entity: Flags.string({
      helpValue: 'KIND:ID',
      required: true,
      description: 'what to look for, such as jobAd:123',
      parse: async (text: string) => entityText(text),
    }),
    'as-of': Flags.string({
      helpValue: 'TIME',
      description: 'only what had happened at this moment: 15m, 7d or ISO 8601',
      parse: async (text: string) => {
        parseTime(text, 0)
        return text
      },
    }),
    type: statsFlags.type,
    'memory-limit': statsFlags['memory-limit'],
    'follow-claims': statsFlags['follow-claims'],
    'allow-partial': statsFlags['allow-partial'],
    ...sourceFlags,
    ...timeFlags,
    ...awsFlags,
    ...outputFlags('text', 'json', 'ndjson', 'csv', 'markdown'),
    ...progressFlags,
  }

  override async run() {
    const { args, flags } = await this.parse(Audit)
    const { reading } = await import('../src/cli/read-request.js')
    const { runAudit } = await import('../src/audit/run.js')
    const { renderAudit } = await import('../src/ui/audit-output.js')
    const { textStyle } = await import('../src/ui/terminal.js')
    const { stdout, env } = process
    const format = this.format(flags)
    const color = this.colors(flags).isColorSupported
    const style = textStyle({ stream: stdout, env, color, timeZone: flags.tz })
    const given = args.source ?? []
    const typed = { flags, given, choose: this.sourceChooser(flags), signal: this.signal }
    const asOf = flags['as-of']
    const run = await reading(typed, (request) =>
      runAudit({
        ...request,
        ...{ entity: flags.entity, types: flags.type ?? [] },
        asOfUs: asOf === undefined ? null : parseTime(asOf, Date.now()),
        memoryLimitBytes: memoryBytes(flags['memory-limit']),
        allowPartial: flags['allow-partial'],
      }),
    )
    if (format !== 'text' || run.result.events.length > 0) {
      stdout.write(renderAudit(run.result, format, style))
    }
    if (run.failure) throw run.failure
    return undefined
  }
}
