import { outputFlags, sourceArgs } from '../../src/cli/flags.js'
import { GdprCommand } from '../../src/cli/gdpr-command.js'
import { applyOf, eraseFlags, planOf } from '../../src/cli/gdpr-erase-flags.js'
import { receivedMs } from '../../src/cli/gdpr-flags.js'
import { topologyGiven } from '../../src/cli/gdpr-topology.js'

export default class GdprErase extends GdprCommand {
  static override summary = 'take a person out of an archive: plan, approve, apply (Art. 17)'
  static override description =
    'With --plan, finds what is to be erased and writes it down: objects, counts and hashes. ' +
    'With --apply, writes each of these objects again without it, checks what was written, and ' +
    'puts it in place at once; evt killed meanwhile, the same line goes on. An event that is ' +
    'about nobody else is dropped, in another the fields of this subject become null. All other ' +
    'lines stay as they are, byte by byte. Of a bucket that keeps versions, older ones that hold ' +
    'the subject are removed for good. With --follow-claims, so is what only erased events ' +
    'point to. Indexes of the archive are removed. The plan names ' +
    'the subject; when it is applied, a proof that does not takes its place, which evt gdpr ' +
    'verify checks.'
  static override examples = [
    '<%= config.bin %> gdpr erase --entity user:42 archive/ --plan plan.json',
    '<%= config.bin %> gdpr erase --entity user:42 s3://acme/archive/ --plan plan.json',
    '<%= config.bin %> gdpr erase --entity user:42 archive/ --follow-claims s3 --plan plan.json',
    '<%= config.bin %> gdpr erase --apply plan.json --dry-run',
    '<%= config.bin %> gdpr erase --apply plan.json --yes',
    '<%= config.bin %> gdpr erase --apply plan.json --to evidence --notify sns://erasures',
    "<%= config.bin %> gdpr erase --also '*=ada@example.com' --erase-mentions archive/ --plan p",
  ]
  static override usage = [
    'gdpr erase --entity KIND:ID [SOURCE...] --plan FILE',
    'gdpr erase --apply FILE [--yes]',
  ]
  static override args = sourceArgs
  static override flags = { ...eraseFlags, ...outputFlags('text', 'json', 'html') }

  override async run() {
    const { args, flags } = await this.parse(GdprErase)
    const { reading } = await import('../../src/cli/read-request.js')
    const { runPlan, runApply } = await import('../../src/cli/gdpr-erase-run.js')
    const voice = { ...this.answer(flags), style: await this.style(flags) }
    if (flags.apply === undefined) {
      const choices = planOf(flags)
      this.keepOut(choices.subject)
      const { version } = this.config
      const nowMs = Date.now()
      const topology = await topologyGiven(flags, this.signal)
      await reading(this.typed(flags, args.source), (request) =>
        runPlan(
          {
            ...request,
            ...choices,
            version,
            topology,
            nowMs,
            receivedMs: receivedMs(flags, nowMs),
          },
          voice,
        ),
      )
      return undefined
    }
    const keepOut = this.keepOut.bind(this)
    const asked = { ...applyOf(flags, args.source), argv: this.argv, signal: this.signal }
    return runApply({ ...asked, keepOut }, voice)
  }
}
