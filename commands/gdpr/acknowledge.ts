import { outputFlags, sourceArgs } from '../../src/cli/flags.js'
import { GdprCommand } from '../../src/cli/gdpr-command.js'
import { bundleAndSources, subjectArchiveFlags } from '../../src/cli/gdpr-flags.js'
import { memoryBytes } from '../../src/cli/memory-size.js'

const { 'no-index': _, ...readFlags } = subjectArchiveFlags

export default class GdprAcknowledge extends GdprCommand {
  static override summary =
    'collect what recipients answer to an erasure into its evidence (Art. 19)'
  static override description =
    'Looks for answers to the event that evt gdpr erase --notify sent: events whose payload has ' +
    'request (as that event has it), recipient (its id or name in the topology) and status ' +
    '(erased, notFound or refused). They are added to the bundle, whose chain of hashes goes on ' +
    'from what it was, and who has not answered is listed. Answers in a queue are recorded first ' +
    '(evt record). Exit 5 where there are no new ones.'
  static override examples = [
    '<%= config.bin %> gdpr acknowledge evidence answers/',
    '<%= config.bin %> gdpr acknowledge evidence s3://acme/answers/ -o json',
  ]
  static override args = sourceArgs
  static override usage = 'gdpr acknowledge BUNDLE [SOURCE...]'
  static override flags = { ...readFlags, ...outputFlags('text', 'json', 'html') }

  override async run() {
    const { args, flags } = await this.parse(GdprAcknowledge)
    const { reading } = await import('../../src/cli/read-request.js')
    const { acknowledge } = await import('../../src/privacy/acknowledge.js')
    const { renderAcknowledged } = await import('../../src/ui/gdpr-recipients-text.js')
    const { bundle, sources } = bundleAndSources(args.source)
    const { result, failure } = await reading(this.typed(flags, sources), (request) =>
      acknowledge({
        ...{ ...request, bundle, nowMs: Date.now() },
        memoryLimitBytes: memoryBytes(flags['memory-limit']),
        allowPartial: flags['allow-partial'],
      }),
    )
    const { isJson, print } = this.answer(flags)
    const format = isJson ? 'json' : 'text'
    print(renderAcknowledged(result, format, await this.style(flags)))
    if (failure) throw failure
    return undefined
  }
}
