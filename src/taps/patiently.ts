import { setTimeout } from 'node:timers/promises'
import { briefly, isTemporary } from '../aws/failure.js'
import type { TapOptions } from './tap.js'

const FIRST_MS = 250
const MOST_MS = 10_000

/**
 * Calls a service again, waiting longer each time, while its limits, the connection or the service
 * itself fail; says once that the source is gone, and when it is back. Any other failure is thrown
 * as it is. Undefined when the signal aborts meanwhile.
 *
 * @param call tries of its own are its own affair
 * @param source how it is named in what is said
 */
export async function patiently<T>(
  call: () => Promise<T>,
  source: string,
  { signal, onNote }: Pick<TapOptions, 'signal' | 'onNote'>,
): Promise<T | undefined> {
  let waitMs = FIRST_MS
  let goneMs: number | undefined
  while (!signal.aborted) {
    try {
      const answer = await call()
      if (goneMs !== undefined) onNote(`${source} is back after ${secondsSince(goneMs)}`)
      return answer
    } catch (error) {
      if (signal.aborted) return undefined
      if (!isTemporary(error)) throw error
      if (goneMs === undefined) {
        goneMs = performance.now()
        onNote(`${source} does not answer: ${briefly(error)}; evt tries again`)
      }
      await setTimeout(waitMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {})
      waitMs = Math.min(MOST_MS, waitMs * 2)
    }
  }
  return undefined
}

function secondsSince(startMs: number): string {
  return `${((performance.now() - startMs) / 1000).toFixed(1)} s`
}
