import { BaseCommand } from '../../src/cli/base-command.js'
import { eventFlags, outputFlags } from '../../src/cli/flags.js'

export default class GdprStatus extends BaseCommand {
  static override summary = 'what was asked for by whom it concerns, by when it is due (Art. 12)'
  static override description =
    'Every plan of evt gdpr erase and every bundle of evt gdpr extract is a request, which is ' +
    'due one month after it was received (--received, else when it was made). They are kept ' +
    'with the register of who was erased: a file without identifiers, whose hashes have a key ' +
    'beside it. evt record and evt replay leave out events of whoever is in the register, and ' +
    'say how many. privacy.register in evt.yaml says where it is; else it is in XDG_DATA_HOME.'
  static override examples = ['<%= config.bin %> gdpr status']
  static override flags = { config: eventFlags.config, ...outputFlags('text', 'json', 'html') }

  override async run() {
    const { flags } = await this.parse(GdprStatus)
    const { statusOf } = await import('../../src/cli/gdpr-status.js')
    const { renderStatus } = await import('../../src/ui/gdpr-status-text.js')
    const result = await statusOf({ config: flags.config })
    const format = this.format(flags)
    if (format === 'html') await this.page(result, flags)
    else this.print(renderStatus(result, format, await this.style(flags)))
    return undefined
  }
}
