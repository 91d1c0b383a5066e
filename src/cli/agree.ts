import { EvtError } from '../errors.js'
import { commandText } from '../ui/shell-quote.js'
import { confirmed } from './confirm.js'
import { whyUnasked } from './unasked.js'

interface Asking {
  /** What is to be done, for who has to agree to it. */
  readonly text: string
  readonly question: string
  /** What did not happen where nobody agrees, such as `nothing was sent`. */
  readonly undone: string
  /** The line as it was typed, after `evt`. */
  readonly typed: readonly string[]
  readonly isYes: boolean
  readonly isJson: boolean
  readonly signal: AbortSignal
  note(text: string): void
}

/** @throws EvtError where somebody says no, or nobody can be asked */
export async function agree({ text, question, undone, ...asking }: Asking): Promise<void> {
  const { typed, isYes, isJson, signal, note } = asking
  if (isYes) {
    if (!isJson) note(`${text}\n`)
    return
  }
  const { stdin, stderr } = process
  if (isJson || stdin.isTTY !== true || stderr.isTTY !== true) {
    throw new EvtError(`${undone}: ${whyUnasked(isJson)}`, {
      ...{ code: 'usage', hint: commandText(['evt', ...typed, '--yes']) },
    })
  }
  stderr.write(`${text}\n\n`)
  if (await confirmed(question, signal)) return
  throw new EvtError(undone, { code: 'interrupted' })
}
