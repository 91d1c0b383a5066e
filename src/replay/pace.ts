import { setTimeout } from 'node:timers/promises'

/** How fast is sent. */
export type Speed =
  /** As fast as the target takes it. */
  | { readonly is: 'max' }
  /** So many times as fast as the events came. */
  | { readonly is: 'times'; readonly times: number }
  | { readonly is: 'rate'; readonly perSecond: number }

/** Node's timers take no longer one, and fire at once. */
const LONGEST_MS = 2 ** 31 - 1

/** What a target that had no room held up is caught up with, at a rate. */
const CATCH_UP_MS = 1_000

/** When each entry of a run is due. */
export class Pace {
  readonly #beganMs = performance.now()
  #firstUs: number | undefined
  #nextMs = 0

  constructor(private readonly speed: Speed) {}

  /** Resolves when it is an entry's turn, or the signal aborts; undefined: it is. */
  until({ momentUs }: { momentUs: number | null }, signal: AbortSignal): Promise<void> | undefined {
    if (this.speed.is === 'max') return undefined
    return this.#wait(this.#dueMs(momentUs), signal)
  }

  async #wait(dueMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = dueMs - (performance.now() - this.#beganMs)
      if (waitMs < 1) return
      const ms = Math.min(waitMs, LONGEST_MS)
      await setTimeout(ms, undefined, { signal }).catch(() => undefined)
    }
  }

  /** Since the run began. What has no time comes behind the one before it. */
  #dueMs(momentUs: number | null): number {
    const { speed } = this
    if (speed.is === 'max') return 0
    if (speed.is === 'rate') {
      const nowMs = performance.now() - this.#beganMs
      const dueMs = Math.max(this.#nextMs, nowMs - CATCH_UP_MS)
      this.#nextMs = dueMs + 1_000 / speed.perSecond
      return dueMs
    }
    if (momentUs === null) return 0
    this.#firstUs ??= momentUs
    return (momentUs - this.#firstUs) / 1_000 / speed.times
  }
}

/** How long a run takes at least for its pace. */
export function paceMs(
  speed: Speed,
  { events, firstUs, lastUs }: { events: number; firstUs: number | null; lastUs: number | null },
): number {
  if (speed.is === 'max') return 0
  if (speed.is === 'rate') return ((events - 1) / speed.perSecond) * 1_000
  return ((lastUs ?? 0) - (firstUs ?? 0)) / 1_000 / speed.times
}
