import type { Decoded } from '../event/event.js'
import { timeText } from '../event/time.js'
import { count } from '../reading/absence.js'

/** When it arrived, else happened; null for what says neither. */
export function clockUs(decoded: Decoded): number | null {
  return decoded.kind === 'event' ? (decoded.event.receivedAtUs ?? decoded.event.timeUs) : null
}

/** Where a source begins that is to begin with the first event from a time on. */
export class FromTime {
  #hasBegun: boolean
  /** What was left out although it may be of later. */
  #timeless = 0

  constructor(
    private readonly source: string,
    private readonly fromUs: number | undefined,
    private readonly onNote: (text: string) => void,
  ) {
    this.#hasBegun = fromUs === undefined
  }

  /** Whether that event has come. */
  get isOver(): boolean {
    return this.#hasBegun
  }

  /** The time, until that event has come. */
  get awaitedUs(): number | undefined {
    return this.#hasBegun ? undefined : this.fromUs
  }

  /** Whether this is that event, or comes after it. */
  hasBegun(decoded: Decoded): boolean {
    if (this.#hasBegun || this.fromUs === undefined) return true
    const atUs = clockUs(decoded)
    if (atUs === null) {
      if (this.#timeless === 0) this.onNote(`${this.source}: ${this.#leftOut}`)
      this.#timeless += 1
    } else if (atUs >= this.fromUs) this.#hasBegun = true
    return this.#hasBegun
  }

  /** Says how many were left out, where that is more than was said. */
  end(): void {
    if (this.#timeless < 2) return
    this.onNote(`${this.source}: ${count(this.#timeless, 'record')} left out`)
  }

  get #leftOut(): string {
    const from = timeText(this.fromUs ?? 0)
    return `before the first event from ${from} on, what has no time or is undecodable is left out`
  }
}
