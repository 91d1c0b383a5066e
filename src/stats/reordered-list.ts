/** A delivery that is below the greatest place before it in its stream (RFC 4737). */
export interface Reordered {
  at: number
  /** The earliest delivery that arrived before and is above it. */
  after: number
  /** How many checked deliveries of the stream lie from `after` to it. */
  extent: number
  /** NaN where one of the two has no `receivedAt`. */
  lateUs: number
}

const FIRST_CAPACITY = 1024

/** Reordered deliveries by position, 12 bytes each: in the worst archive that is most of them. */
export class ReorderedList implements Iterable<Reordered> {
  private count = 0
  private at = new Uint32Array(FIRST_CAPACITY)
  private after = new Uint32Array(FIRST_CAPACITY)
  private extents = new Uint32Array(FIRST_CAPACITY)

  constructor(private readonly receivedUs: Float64Array) {}

  get length(): number {
    return this.count
  }

  add(at: number, after: number, extent: number): void {
    if (this.count === this.at.length) this.grow()
    this.at[this.count] = at
    this.after[this.count] = after
    this.extents[this.count] = extent
    this.count += 1
  }

  /** Puts them in order of position. */
  sort(): void {
    const { count, at } = this
    const keys = new Float64Array(count)
    // Exact below 2^53: 95 million of as many, which memory would not hold.
    for (let n = 0; n < count; n++) keys[n] = (at[n] as number) * count + n
    keys.sort()
    const order = Uint32Array.from(keys, (key) => key % count)
    for (const name of ['at', 'after', 'extents'] as const) {
      const from = this[name]
      this[name] = Uint32Array.from(order, (n) => from[n] as number)
    }
  }

  *[Symbol.iterator](): Iterator<Reordered> {
    const { receivedUs } = this
    for (let n = 0; n < this.count; n++) {
      const at = this.at[n] as number
      const after = this.after[n] as number
      const lateUs = (receivedUs[at] as number) - (receivedUs[after] as number)
      yield { at, after, extent: this.extents[n] as number, lateUs }
    }
  }

  private grow(): void {
    for (const name of ['at', 'after', 'extents'] as const) {
      const grown = new Uint32Array(this.count * 2)
      grown.set(this[name])
      this[name] = grown
    }
  }
}
