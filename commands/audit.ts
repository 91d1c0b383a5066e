import { auditChoices, auditFlags, checkShown } from '../src/cli/audit-flags.js'
import { BaseCommand } from '../src/cli/base-command.js'
import { archiveFlags, outputFlags, sourceArgs } from '../src/cli/flags.js'

export default class Audit extends BaseCommand {
  static override summary = 'everything that happened to an entity, in one timeline'
  static override description =
    'Finds every event about an entity: when it happened and arrived, who sent it, how often it ' +
    'was delivered, what arrived late or out of order, what is missing. --since and --until go ' +
    'by when things happened. --state and --diff tell its state, --without and --with what it ' +
    "would be with other events, --against whether a consumer's copy is the same."
  static override examples = [
    '<%= config.bin %> audit --entity jobAd:123 archive/',
    '<%= config.bin %> audit --entity jobAd:123',
    '<%= config.bin %> audit --entity jobAd:123 archive/ --as-of 2026-11-01T12:00:00Z -o json',
    '<%= config.bin %> audit --entity jobAd:123 archive/ --state --as-of 1h',
    '<%= config.bin %> audit --entity jobAd:123 archive/ --diff 2026-11-01..2026-11-02',
    '<%= config.bin %> audit --entity jobAd:123 archive/ --state --without 1f --with fixed.ndjson',
    '<%= config.bin %> audit --entity jobAd:123 archive/ --against copy.json',
    '<%= config.bin %> audit --entity jobAd:123 archive/ --against dynamodb-table://job-ads',
    '<%= config.bin %> audit --mentions 4711 archive/',
    '<%= config.bin %> audit --entity jobAd:123 s3://acme/archive --engine athena',
    '<%= config.bin %> audit --entity order:7 orders.ndjson --map entities.order=$.detail.orderId',
  ]
  static override args = sourceArgs
  static override flags = {
    ...auditFlags,
    ...archiveFlags,
    ...outputFlags('text', 'json', 'ndjson', 'csv', 'markdown', 'html'),
  }

  override async run() {
    const { args, flags } = await this.parse(Audit)
    const { reading } = await import('../src/cli/read-request.js')
    const { locatedRequest } = await import('../src/cli/athena-locate.js')
    const { runAudit } = await import('../src/audit/run.js')
    const { nextAudits } = await import('../src/ui/audit-next.js')
    const { renderAudit } = await import('../src/ui/audit-output.js')
    const format = this.format(flags)
    checkShown(flags, format)
    const choices = auditChoices(flags, args.source)
    const { result, failure } = await reading(this.typed(flags, args.source), async (request) =>
      runAudit({
        ...(await locatedRequest(request, flags)),
        ...choices,
      }),
    )
    const view = { result, next: nextAudits(result, this.argv) }
    if (format === 'html') {
      const { auditPage } = await import('../dashboards/html/audit-page.js')
      process.stdout.write(await auditPage(view, this.made(flags.tz)))
    } else if (format !== 'text' || result.events.length > 0 || !failure) {
      process.stdout.write(renderAudit(view, format, await this.style(flags)))
    }
    if (failure) throw failure
    return undefined
  }
}
