import { BaseCommand } from '../src/cli/base-command.js'
import { archiveFlags, outputFlags } from '../src/cli/flags.js'
import { reconcileFlags } from '../src/cli/reconcile-flags.js'

const { 'no-index': _, ...wholeArchiveFlags } = archiveFlags

export default class Reconcile extends BaseCommand {
  static override summary = 'what was sent beside what was received, by identity'
  static override description =
    'Reads all of both sides once and says of each type how many events were lost, late, ' +
    'received twice, received and never sent, or are still on their way, with the very events. ' +
    '--since, --until and --type choose by what was sent; what was received and never sent ' +
    'counts at its reception. With --duration, --follow or --from, what comes on both sides is ' +
    'set side by side as it comes. With --stage, each place on the way is set beside the next.'
  static override examples = [
    '<%= config.bin %> reconcile --sent outbox/ --received archive/',
    '<%= config.bin %> reconcile --sent outbox/ --received b/ --map-sent sentStatus=$.status',
    '<%= config.bin %> reconcile --sent a/ --received b/ --grace 5m --fail-on lost,unexpected',
    '<%= config.bin %> reconcile --stage api=outbox/ --stage bus=bus/ --stage queue=queue/',
    '<%= config.bin %> reconcile --sent queue/ --received effects/ --map-received id=$.causeId',
    '<%= config.bin %> reconcile --sent a/ --received b/ --window 5m -o html > reconcile.html',
    '<%= config.bin %> reconcile --sent eventbridge://shop --received sns://shop --duration 5m',
  ]
  static override flags = {
    ...reconcileFlags,
    ...wholeArchiveFlags,
    ...outputFlags('text', 'json', 'ndjson', 'csv', 'markdown', 'html', 'arrow', 'parquet'),
  }

  override async run() {
    const { flags } = await this.parse(Reconcile)
    const { reconciled, failed } = await import('../src/cli/reconcile-run.js')
    const run = await reconciled(this.typed(flags))
    const format = this.format(flags)
    if (format === 'html') {
      const { reconcilePage } = await import('../dashboards/html/reconcile-page.js')
      process.stdout.write(await reconcilePage(run, this.made(flags.tz)))
    } else if (format !== 'text' || !run.isEmpty) {
      const { renderReconcile } = await import('../src/ui/reconcile-output.js')
      process.stdout.write(await renderReconcile(run, format, await this.style(flags)))
    }
    const failure = run.failure ?? failed(run.result, flags['fail-on'])
    if (failure) throw failure
    return undefined
  }
}
