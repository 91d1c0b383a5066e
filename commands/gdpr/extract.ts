import { engineFlags } from '../../src/cli/athena-flags.js'
import { outputFlags, sourceArgs } from '../../src/cli/flags.js'
import { GdprCommand } from '../../src/cli/gdpr-command.js'
import {
  bundleFlags,
  receivedMs,
  shareOf,
  subjectArchiveFlags,
  subjectFlags,
  subjectOf,
} from '../../src/cli/gdpr-flags.js'
import { recipientFlags, topologyGiven } from '../../src/cli/gdpr-topology.js'
import { memoryBytes } from '../../src/cli/memory-size.js'

/** What draws the result. It is loaded while the archive is searched. */
const drawing = () =>
  Promise.all([import('../../src/cli/gdpr-reports.js'), import('../../src/ui/gdpr-text.js')])

export default class GdprExtract extends GdprCommand {
  static override summary = "a person's events as a bundle of evidence (Art. 15 and 20)"
  static override description =
    'Writes every event about somebody into a new folder: events.ndjson, a report to read, and ' +
    'manifest.json, which tells what was searched and how, what was not, and the hash of every ' +
    'file. It names nobody: identifiers are in it as keyed hashes, whose key is kept beside the ' +
    'bundle, in DIR.key. The bundle itself is personal data: --age-recipient encrypts it. ' +
    'evt gdpr verify checks it.'
  static override examples = [
    '<%= config.bin %> gdpr extract --entity user:42 archive/ --to bundle',
    "<%= config.bin %> gdpr extract --also '*=ada@example.com' --ignore-case --deep a/ --to bundle",
    '<%= config.bin %> gdpr extract --entity user:42 a/ --to b --format portable --redact-others',
    '<%= config.bin %> gdpr extract --entity user:42 archive/ --to b.zip --age-recipient age1…',
  ]
  static override args = sourceArgs
  static override flags = {
    ...subjectFlags,
    ...bundleFlags,
    ...recipientFlags,
    ...engineFlags,
    ...subjectArchiveFlags,
    ...outputFlags('text', 'json', 'html'),
  }

  override async run() {
    const { args, flags } = await this.parse(GdprExtract)
    const { reading } = await import('../../src/cli/read-request.js')
    const { locatedRequest } = await import('../../src/cli/athena-locate.js')
    const { runExtract } = await import('../../src/privacy/extract.js')
    const { encryptionFor } = await import('../../src/privacy/age.js')
    const encryption = await encryptionFor(flags['age-recipient'] ?? [])
    const [isPortable, subject] = [flags.format === 'portable', subjectOf(flags)]
    this.keepOut(subject)
    const nowMs = Date.now()
    const topology = await topologyGiven(flags, this.signal)
    const { manifest, failure } = await reading(this.typed(flags, args.source), async (request) =>
      runExtract({
        ...(await locatedRequest(request, flags)),
        ...{ subject, topology, encryption, to: flags.to, maxShare: shareOf(flags['max-share']) },
        keptKinds: flags['keep-kind'] ?? [],
        ...{ right: isPortable ? 'portability' : 'access', operator: flags.operator ?? null },
        ...{ nowMs, receivedMs: receivedMs(flags, nowMs) },
        memoryLimitBytes: memoryBytes(flags['memory-limit']),
        ...{ allowPartial: flags['allow-partial'], redactOthers: flags['redact-others'] },
        reports: async () => {
          const [{ bundleReports }] = await drawing()
          return bundleReports({ isPortable, made: this.made(flags.tz) })
        },
      }),
    )
    const { format, print } = this.answer(flags)
    const [, { renderExtract }] = await drawing()
    print(renderExtract(manifest, flags.to, format, await this.style(flags)))
    if (failure) throw failure
    this.noteUnread(manifest.counts.undecodable, flags)
    return undefined
  }
}
