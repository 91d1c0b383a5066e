import { hash } from 'node:crypto'
import type { ReplayEntry } from './entry.js'

/** Events that are sent twice on purpose, to see what consumers make of it. */
export interface Injection {
  /** From 0 to 1. */
  readonly duplicates: number
  /** Another seed chooses others. */
  readonly seed: number
}

const WHOLE = 2 ** 32

/** The second sending of an entry that is chosen for one, with an id of its own, so that a FIFO
 * target does not drop it. It is always the same entries that are chosen. */
export function injectedCopy(
  entry: ReplayEntry,
  { duplicates, seed }: Injection,
): ReplayEntry | undefined {
  const chance = Number.parseInt(hashed([seed, entry.sendId]).slice(0, 8), 16) / WHOLE
  if (chance >= duplicates) return undefined
  const sendId = hashed([entry.sendId, 'injected']).slice(0, 32)
  return { ...entry, sendId, isInjected: true }
}

function hashed(of: readonly (string | number)[]): string {
  return hash('sha256', JSON.stringify(of))
}
