import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../src/cli/base-command.js'
import { confirmed } from '../src/cli/confirm.js'
import { awsFlags, awsOptions, outputFlags } from '../src/cli/flags.js'
import { whyUnasked } from '../src/cli/unasked.js'
import { EvtError } from '../src/errors.js'
import { commandText } from '../src/ui/shell-quote.js'

export default class Gc extends BaseCommand {
  static override summary = 'remove what a tap that was killed left in AWS, or local caches'
  static override description =
    'A tap of SNS or EventBridge makes a queue, and a subscription or a rule, one of Kinesis ' +
    'with --fan-out a consumer, and removes them at its end. What is there although its tap is ' +
    'not, as when evt was killed, is found by its name, evt-tap-…, and its tags, shown, and ' +
    'removed: what has expired, hours after evt was last seen, or with --all everything. ' +
    'One account and region are looked at. What may not be looked at is named, and the rest goes ' +
    'on (exit 3). With --local on this machine: indexes, which are copies, but those beside an ' +
    'archive, and types for completion; and what killed runs left of events, also in this folder.'
  static override examples = [
    '<%= config.bin %> gc --dry-run',
    '<%= config.bin %> gc --yes --region eu-west-1',
    '<%= config.bin %> gc --all',
    '<%= config.bin %> gc --local --dry-run',
  ]
  static override flags = {
    all: Flags.boolean({
      default: false,
      description: 'what has not expired, too: a tap that runs loses its queue or consumer',
    }),
    local: Flags.boolean({
      default: false,
      exclusive: ['all', 'profile', 'region', 'endpoint-url'],
      description: 'what evt keeps in its cache on this machine',
    }),
    'dry-run': Flags.boolean({ default: false, description: 'show it and remove nothing' }),
    yes: Flags.boolean({ exclusive: ['dry-run'], description: 'do not ask' }),
    ...awsFlags,
    ...outputFlags('text', 'json', 'html'),
  }

  override async run() {
    const { flags } = await this.parse(Gc)
    const { signal } = this
    const { faultOf, gcRun } = await import('../src/leftovers/run.js')
    const ui = await import('../src/ui/leftovers-text.js')
    const run = gcRun(await (flags.local ? onThisMachine() : this.inAccount(flags)), flags.all)
    const { isJson, print } = this.answer(flags)
    if (!isJson) this.print(ui.foundText(run, await this.style(flags)))
    const isAny = run.listed.some(({ outcome }) => outcome === 'found') && !flags['dry-run']
    const { stdin, stderr } = process
    const isAsked = isAny && !flags.yes && !isJson && stdin.isTTY === true && stderr.isTTY === true
    const question = `\n${ui.removeQuestion(run)}`
    const answer = isAsked ? await confirmed(question, signal) : flags.yes === true
    if (isAny && answer) await run.remove(signal)
    if (isJson) print(ui.gcJson(run))
    else if (run.listed.length > 0) this.print(`\n${ui.outcomeText(run)}`)
    if (signal.aborted) return 'interrupted' as const
    const fault = faultOf(run)
    if (fault) throw fault
    if (isAny && !answer && !isAsked) throw this.unremoved(isJson)
    return undefined
  }

  private async inAccount(flags: Parameters<typeof awsOptions>[0]) {
    const { leftInAccount } = await import('../src/leftovers/in-account.js')
    return leftInAccount(awsOptions(flags), { signal: this.signal, nowMs: Date.now() })
  }

  private unremoved(isJson: boolean): EvtError {
    return new EvtError(`nothing was removed: ${whyUnasked(isJson)}`, {
      code: 'usage',
      hint: commandText(['evt', 'gc', ...this.argv, '--yes']),
    })
  }
}

async function onThisMachine() {
  const { leftLocally } = await import('../src/leftovers/local.js')
  return leftLocally(process.env, process.cwd())
}
