import { HashIndex } from './hash-index.js'

/** Which 64-bit hashes have come, and how many were new, in memory that {@link forget} bounds. */
export class Remembered {
  private current = new HashIndex()
  /** Those that came before it was last told to forget. */
  private before: HashIndex | null = null
  /** How many were new when they came: also those that are forgotten. */
  count = 0

  /** Whether it is new. */
  add(high: number, low: number): boolean {
    if (!this.current.add(high, low) || this.before?.has(high, low)) return false
    this.count++
    return true
  }

  /** Forgets what has not come since this was called last. */
  forget(): void {
    const { size } = this.current
    this.before = size === 0 ? null : this.current
    this.current = new HashIndex(size)
  }

  /** Adds what the other remembers.
   * @returns how many of them were new */
  addAll(other: Remembered): number {
    const { count } = this
    for (const index of [other.current, other.before]) {
      for (let n = 0; index && n < index.size; n++) this.add(index.highOf(n), index.lowOf(n))
    }
    return this.count - count
  }
}
