import { isDenied } from '../aws/failure.js'
import { EvtError } from '../errors.js'
import type { Asking, Measured } from './kind.js'

interface Known<T> {
  /** Undefined where it is not known. */
  readonly found: T | undefined
  /** Why it is not known, where that is no gap. */
  readonly unknown: Measured['findings']
}

/**
 * What stands beside the figures of a SOURCE. Where it cannot be asked for that is a gap; who may
 * not ask has all else that was asked for, and is told so.
 *
 * @param what it is, as in `its functions`
 * @param denied what is said of who may not ask
 */
export async function knownOf<T>(
  what: string,
  denied: string,
  ask: () => Promise<T>,
  gap: Asking['gap'],
): Promise<Known<T>> {
  try {
    return { found: await ask(), unknown: [] }
  } catch (error) {
    if (!(error instanceof EvtError) || error.code === 'interrupted') throw error
    if (isDenied(error)) {
      const explain = `${what} are not known: ${denied}`
      return { found: undefined, unknown: [{ kind: 'unknown', severity: 'warning', explain }] }
    }
    gap(`${what}: ${error.message}`)
    return { found: undefined, unknown: [] }
  }
}
