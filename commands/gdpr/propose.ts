import { BaseCommand } from '../../src/cli/base-command.js'
import { outputFlags, sourceArgs } from '../../src/cli/flags.js'
import { subjectArchiveFlags } from '../../src/cli/gdpr-flags.js'
import { memoryBytes } from '../../src/cli/memory-size.js'

const { 'no-index': _, ...readFlags } = subjectArchiveFlags

export default class GdprPropose extends BaseCommand {
  static override summary = 'which fields probably hold personal data, for privacy.redact'
  static override description =
    'Looks at the names and values of all fields: e-mail addresses, phone numbers, IBANs, card ' +
    'numbers, national ids, IP addresses, names, dates of birth, addresses and free text. Shows ' +
    'where they are, without what they say, and prints the lines for evt.yaml that hide them in ' +
    'tail, query, audit, trace, dlq, stats and pages.'
  static override examples = [
    '<%= config.bin %> gdpr propose archive/',
    '<%= config.bin %> gdpr propose archive/ --since 7d -o json',
  ]
  static override args = sourceArgs
  static override flags = { ...readFlags, ...outputFlags('text', 'json', 'html') }

  override async run() {
    const { args, flags } = await this.parse(GdprPropose)
    const { reading } = await import('../../src/cli/read-request.js')
    const { runPropose } = await import('../../src/privacy/propose.js')
    const { renderPropose } = await import('../../src/ui/gdpr-propose-text.js')
    const { result, failure } = await reading(this.typed(flags, args.source), (request) =>
      runPropose({
        ...request,
        memoryLimitBytes: memoryBytes(flags['memory-limit']),
        allowPartial: flags['allow-partial'],
      }),
    )
    const { format, print } = this.answer(flags)
    print(renderPropose(result, format, await this.style(flags)))
    if (failure) throw failure
    return undefined
  }
}
