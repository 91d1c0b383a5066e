import type { LinkedEvent } from './linked-event.js'
import type { Round } from './way.js'

/** A chain passes the same nodes so often before that is a loop: retries, and sagas that come back
 * a few times, are none. */
export const LEAST_TURNS = 5

/** What is known of one loop; events by their places. */
export class Loop {
  /** Events by which it was entered. */
  readonly #entries = new Set<number>()
  /** All that went round. */
  readonly members = new Set<number>()
  /** By the event without a known cause. */
  readonly chains = new Set<number>()
  /** Between two visits of one node, in µs. */
  readonly periodsUs: number[] = []
  /** The event of the most turns. */
  last = -1
  /** Of the first round that was seen. */
  round: readonly number[] = []
  /** How many events began each turn. */
  readonly #begun: number[] = []

  constructor(private readonly events: readonly LinkedEvent[]) {}

  add({ events, event, turns, isEntered }: Round, chain: number): void {
    const [from = event] = events
    if (turns > this.turns) this.last = event
    if (isEntered && !this.#entries.has(from)) this.#begin(turns - 1)
    if (isEntered) this.#entries.add(from)
    this.#begin(turns)
    if (this.round.length === 0) this.round = events
    this.chains.add(chain)
    for (const one of events) this.members.add(one)
    this.members.add(event)
    const [before, after] = [this.events[from]?.atUs ?? null, this.events[event]?.atUs ?? null]
    if (before !== null && after !== null) this.periodsUs.push(after - before)
  }

  #begin(turn: number): void {
    this.#begun[turn - 1] = (this.#begun[turn - 1] ?? 0) + 1
  }

  /** How often a chain passed the node at which it came back, at most. */
  get turns(): number {
    return this.#begun.length
  }

  /** Events of turn n + 1 for each event of turn n, as a geometric mean (DESIGN §7). */
  get amplification(): number {
    const [first = 1] = this.#begun
    return ((this.#begun.at(-1) ?? 0) / first) ** (1 / (this.turns - 1))
  }
}
