import { outputFlags, sourceArgs } from '../../src/cli/flags.js'
import { GdprCommand } from '../../src/cli/gdpr-command.js'
import { matchingFlags, subjectArchiveFlags, valueAndSources } from '../../src/cli/gdpr-flags.js'
import { memoryBytes } from '../../src/cli/memory-size.js'

const { 'no-index': _, ...readFlags } = subjectArchiveFlags

export default class GdprFind extends GdprCommand {
  static override summary = 'where a value is in an archive, and who else is named with it'
  static override description =
    'Looks for a text or number in every event; needs no mapping. Tells the types and paths that ' +
    'hold it, and which other identifiers are in the same events: who they are of should be ' +
    'known before evt gdpr extract or erase is given one of them. What is around the documents ' +
    'of events is not looked at: attributes of messages, and the other columns of a table that ' +
    'has events in one.'
  static override examples = [
    '<%= config.bin %> gdpr find ada@example.com archive/',
    '<%= config.bin %> gdpr find ada@example.com archive/ --ignore-case --deep',
  ]
  static override args = sourceArgs
  static override usage = 'gdpr find VALUE [SOURCE...]'
  static override flags = { ...matchingFlags, ...readFlags, ...outputFlags('text', 'json', 'html') }

  override async run() {
    const { args, flags } = await this.parse(GdprFind)
    const { reading } = await import('../../src/cli/read-request.js')
    const { runFind } = await import('../../src/privacy/find.js')
    const { renderFind } = await import('../../src/ui/gdpr-text.js')
    const { value, sources } = valueAndSources(args.source)
    this.keepOut({ values: [{ path: null, value }] })
    const { result, failure } = await reading(this.typed(flags, sources), (request) =>
      runFind({
        ...{ ...request, value, ignoreCase: flags['ignore-case'], deep: flags.deep },
        memoryLimitBytes: memoryBytes(flags['memory-limit']),
        allowPartial: flags['allow-partial'],
      }),
    )
    const format = this.format(flags)
    if (format === 'html') await this.page(result, flags)
    else this.print(renderFind(result, format, await this.style(flags)))
    if (failure) throw failure
    this.noteUnread(result.searched.undecodable, flags)
    return undefined
  }
}
