import type { LagRequest } from '../lag/run.js'
import { Refusal } from '../taps/queue-consents.js'
import type { TextStyle } from '../ui/style.js'

/** With less patience, a refusal would be all that there is. */
const WAIT_MS = 10_000

/**
 * What can be said of a queue that is not tapped without consent: what `evt lag` says, its line end
 * included. Undefined for any other failure, and where that cannot be found out: then the failure
 * stands alone.
 */
export async function lagInstead(
  failure: unknown,
  request: Omit<LagRequest, 'given' | 'nowMs'>,
  style: TextStyle,
): Promise<string | undefined> {
  if (!(failure instanceof Refusal)) return undefined
  const { runLag } = await import('../lag/run.js')
  const { renderLag } = await import('../ui/lag-output.js')
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(WAIT_MS)])
  const given = [failure.address]
  const result = await runLag({ ...request, given, signal, nowMs: Date.now }).catch(() => undefined)
  return result && renderLag(result, 'text', style)
}
