/** Half of the five reads a second that all who poll a shard share. */
const SHORTEST_MS = 400
/** Where nothing is waiting to be read. */
const IDLE_MS = 1_000
/** Of the 2 MiB a second that all share, and of one read. */
const BYTES_PER_MS = (1.5 * 1_048_576) / 1_000
const PAGE_BYTES = 1_048_576
const FIRST_LIMIT = 1_000
const MOST_SLOWNESS = 25

interface Most {
  readonly mostMs: number | undefined
  readonly mostRecords: number
}

interface Took {
  readonly count: number
  readonly bytes: number
  readonly isAtEnd: boolean
  readonly behindMs: number | undefined
}

/** When a shard may be read next, and how much of it: as fast as leaves others their part, and
 * more slowly each time that it is throttled. */
export class ShardPace {
  /** As the service last told. */
  behindMs: number | undefined
  #nextMs = 0
  #limit = FIRST_LIMIT
  #slowness = 1

  readonly #mostMs: number
  readonly #mostRecords: number

  /** @param mostMs between two reads that nobody throttles
   * @param mostRecords that one read gives */
  constructor({ mostMs = Number.POSITIVE_INFINITY, mostRecords }: Most) {
    this.#mostMs = mostMs
    this.#mostRecords = mostRecords
  }

  get isThrottled(): boolean {
    return this.#slowness > 1
  }

  /** Records that the next read asks for. */
  get limit(): number {
    return this.#limit
  }

  waitMs(nowMs: number): number {
    return Math.max(0, this.#nextMs - nowMs)
  }

  /** A read began at `startMs` and gave so much. */
  took({ count, bytes, isAtEnd, behindMs }: Took, startMs: number): void {
    this.behindMs = behindMs
    this.#slowness = Math.max(1, this.#slowness * 0.7)
    if (this.#slowness < 1.1) this.#slowness = 1
    if (count > 0) {
      const fitting = Math.floor((PAGE_BYTES * count) / Math.max(1, bytes))
      this.#limit = Math.max(1, Math.min(this.#mostRecords, fitting))
    }
    const usualMs = Math.max(isAtEnd ? IDLE_MS : SHORTEST_MS, bytes / BYTES_PER_MS)
    this.#nextMs = startMs + Math.min(this.#mostMs, usualMs) * this.#slowness
  }

  throttled(nowMs: number): void {
    this.#slowness = Math.min(MOST_SLOWNESS, this.#slowness * 2)
    const waitMs = Math.min(this.#mostMs, SHORTEST_MS) * this.#slowness
    this.#nextMs = nowMs + waitMs * (0.75 + Math.random() / 2)
  }
}
