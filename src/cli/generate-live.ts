import { isAlias, sourcesOf } from '../config/sources.js'
import { EvtError } from '../errors.js'
import { type GenerateFlags, settingsFrom } from '../generate/flags.js'
import { type LiveRun, planLive, type SentResult } from '../generate/live/plan.js'
import { livePlanText, sentText } from '../ui/sent-text.js'
import { commandText } from '../ui/shell-quote.js'
import type { TextStyle } from '../ui/style.js'
import { confirmed } from './confirm.js'
import { awsOptions } from './flags.js'
import { progressFor } from './progress.js'
import { whyUnasked } from './unasked.js'

interface LiveFlags extends GenerateFlags {
  readonly to: string
  readonly ledger?: string | undefined
  readonly force: boolean
  readonly yes: boolean
  readonly 'dry-run': boolean
  readonly profile?: string | undefined
  readonly region?: string | undefined
  readonly 'endpoint-url'?: string | undefined
  readonly progress: boolean
  readonly quiet: boolean
}

export interface TypedGenerate {
  readonly flags: LiveFlags
  readonly argv: readonly string[]
  readonly isJson: boolean
  readonly signal: AbortSignal
  style(): Promise<TextStyle>
  print(text: string): void
  note(text: string): void
}

/** What an alias of evt.yaml stands for; else what was typed.
 * @throws EvtError `usage` for one that evt.yaml does not have */
export async function targetOf(to: string): Promise<string> {
  if (!isAlias(to)) return to
  const { loadConfig } = await import('../config/load.js')
  const config = await loadConfig({ env: process.env, cwd: process.cwd() })
  return sourcesOf([to], config)[0] ?? to
}

/** `evt generate --to` something that is no folder: shows what would be sent, asks, sends.
 * @throws EvtError where not all was sent; what was has been printed by then */
export async function generateLive(typed: TypedGenerate): Promise<void> {
  const { flags, signal, isJson } = typed
  const { to, ledger = 'ledger', force } = flags
  const run = await planLive(settingsFrom(flags), {
    ...{ to, ledger, force, aws: awsOptions(flags), signal },
  })
  try {
    if (flags['dry-run']) {
      typed.print(isJson ? JSON.stringify(run.plan) : livePlanText(run.plan))
      return
    }
    await agreed(run, typed)
    const { result, failure } = await sent(run, typed)
    typed.print(isJson ? JSON.stringify(result) : sentText(result, await typed.style()))
    throwUnsent(result, failure, signal)
  } finally {
    run.close()
  }
}

/** @throws EvtError where somebody says no, or nobody can be asked */
async function agreed({ plan }: LiveRun, typed: TypedGenerate): Promise<void> {
  const { flags, signal, argv, isJson, note } = typed
  const { stdin, stderr } = process
  if (flags.yes) {
    if (!isJson) note(livePlanText(plan))
    return
  }
  if (isJson || stdin.isTTY !== true || stderr.isTTY !== true) {
    throw new EvtError(`nothing was sent: ${whyUnasked(isJson)}`, {
      ...{ code: 'usage', hint: commandText(['evt', 'generate', ...argv, '--yes']) },
    })
  }
  process.stderr.write(`${livePlanText(plan)}\n\n`)
  if (await confirmed(`send them to ${flags.to}?`, signal)) return
  throw new EvtError('nothing was sent', { code: 'interrupted' })
}

async function sent(run: LiveRun, { flags, signal }: TypedGenerate) {
  const progress = await progressFor(flags)
  const label = `sending to ${flags.to}`
  const none = { bytesTotal: null, objectsDone: null, objectsTotal: null }
  try {
    return await run.send({
      signal,
      onProgress: (counts) =>
        progress.update({ label, bytesDone: counts.bytes, records: counts.sent, ...none }),
    })
  } finally {
    progress.stop()
  }
}

function throwUnsent({ messages }: SentResult, failure: unknown, signal: AbortSignal): void {
  if (failure !== undefined) throw failure
  if (signal.aborted) {
    const message = `interrupted: ${messages.notSent} messages were not sent`
    throw new EvtError(message, { code: 'interrupted' })
  }
  if (messages.failed === 0) return
  throw new EvtError(`${messages.failed} of ${messages.planned} messages could not be sent`, {
    ...{ code: 'outside', hint: 'the ledger says which, and why' },
  })
}
