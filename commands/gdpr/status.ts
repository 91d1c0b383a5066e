import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.js'
import { eventFlags, outputFlags } from '../../src/cli/flags.js'

export default class GdprStatus extends BaseCommand {
  static override summary = 'what was asked for by whom it concerns, by when it is due (Art. 12)'
  static override description =
    'Every plan of evt gdpr erase and every bundle of evt gdpr extract is a request, which is ' +
    'due one month after it was received (--received, else when it was made). They are kept ' +
    'with the register of who was erased: a file without identifiers, whose hashes have a key ' +
    'beside it. evt record and evt replay leave out events of whoever is in the register, and ' +
    'say how many. What was noted by mistake is withdrawn with --withdraw, which is noted, too: ' +
    'nothing is ever taken out of the register. privacy.register in evt.yaml says where it is; ' +
    'else it is in XDG_DATA_HOME.'
  static override examples = [
    '<%= config.bin %> gdpr status',
    "<%= config.bin %> gdpr status --withdraw user:42 --reason 'asked for by somebody else'",
  ]
  static override flags = {
    withdraw: Flags.string({
      helpValue: 'KIND:ID|REQUEST',
      dependsOn: ['reason'],
      description: 'do not leave out somebody any more, or note that a request was none',
    }),
    reason: Flags.string({
      helpValue: 'TEXT',
      dependsOn: ['withdraw'],
      description: 'why, for the record; it names nobody',
    }),
    config: eventFlags.config,
    ...outputFlags('text', 'json', 'html'),
  }

  override async run() {
    const { flags } = await this.parse(GdprStatus)
    const { statusOf, withdraw } = await import('../../src/cli/gdpr-status.js')
    const { renderStatus } = await import('../../src/ui/gdpr-status-text.js')
    const { withdraw: what, reason = '', config } = flags
    if (what !== undefined) await withdraw({ config, withdraw: what, reason })
    const result = await statusOf({ config: flags.config })
    const format = this.format(flags)
    if (format === 'html') await this.page(result, flags)
    else this.print(renderStatus(result, format, await this.style(flags)))
    return undefined
  }
}
