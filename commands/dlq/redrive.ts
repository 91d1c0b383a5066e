import { BaseCommand } from '../../src/cli/base-command.js'
import { outputFlags, sourceArgs } from '../../src/cli/flags.js'
import { redriveFlags } from '../../src/cli/redrive-flags.js'

export default class DlqRedrive extends BaseCommand {
  static override summary = 'move dead letters back, or on: planned, and deleted only once sent'
  static override description =
    'Tells what would be moved, and asks. Messages of a standard queue go back to the queues ' +
    'that they came from, which SQS does by itself (StartMessageMoveTask); evt follows it, and ' +
    'Ctrl-C cancels it. Those of a FIFO queue, and all that go elsewhere by --to, evt moves: ' +
    'group by group in their order, each sent as it is, noted in a journal, and only then ' +
    'deleted. Behind one that fails nothing of its group is sent. The same line goes on where ' +
    'it ended, also after kill -9. What comes back meanwhile is not sent again. ' +
    'Exit 5 where nothing is in the queue.'
  static override examples = [
    '<%= config.bin %> dlq redrive sqs://orders-dlq --dry-run',
    '<%= config.bin %> dlq redrive sqs://orders-dlq --rate 50/s --yes',
    '<%= config.bin %> dlq redrive sqs://orders-dlq.fifo --yes',
    '<%= config.bin %> dlq redrive sqs://rule-dlq --to eventbridge://shop',
  ]
  static override args = sourceArgs
  static override flags = { ...redriveFlags, ...outputFlags('text', 'json', 'html') }

  override async run(): Promise<undefined> {
    const { args, flags } = await this.parse(DlqRedrive)
    const { redriveTyped } = await import('../../src/cli/redrive-run.js')
    const { redrivePlanText, redrivenText } = await import('../../src/ui/redrive-text.js')
    const style = await this.style(flags)
    const { isJson, note, print } = this.answer(flags)
    const given = { ...this.typed(flags, args.source), argv: this.argv, isJson, style, note }
    const { result, failure } = await redriveTyped(given)
    if (isJson) print(JSON.stringify(result))
    else if (result.moved) print(redrivenText(result, result.moved, style))
    else print(redrivePlanText(result, style))
    if (failure !== undefined) throw failure
  }
}
