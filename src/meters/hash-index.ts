import { IntegerColumn } from './column.js'

const FIRST_SLOTS = 16
/** Slots for each hash, at least. */
const LEAST_ROOM = 4 / 3

/**
 * Numbers 64-bit hashes, each given as two 32-bit integers, from 0 in the order in which they come:
 * an open-addressed table over two columns. Unlike `Map` and `Set` it holds more than 2^24 and
 * allocates nothing per entry, so that the garbage collector has nothing to walk.
 */
export class HashIndex {
  private readonly highs: IntegerColumn
  private readonly lows: IntegerColumn
  /** In pairs: number + 1, or 0 for an empty slot, and the hash's high half, which spares a look at
   * the columns where it differs. */
  private slots: Int32Array

  /** @param expected how many hashes there will be, about */
  constructor(expected = 0) {
    this.highs = new IntegerColumn(expected)
    this.lows = new IntegerColumn(expected)
    const slots = 2 ** Math.ceil(Math.log2(Math.max(FIRST_SLOTS, expected * LEAST_ROOM)))
    this.slots = new Int32Array(slots * 2)
  }

  get size(): number {
    return this.highs.length
  }

  /** The halves of the hash of this number. */
  highOf(number: number): number {
    return this.highs.get(number)
  }

  lowOf(number: number): number {
    return this.lows.get(number)
  }

  /** The hash's number, the size before the call where it is new. */
  numberOf(high: number, low: number): number {
    const { slots } = this
    const mask = slots.length - 1
    for (let at = (low << 1) & mask; ; at = (at + 2) & mask) {
      const number = (slots[at] ?? 0) - 1
      if (number === -1) return this.append(high, low, at)
      if (slots[at + 1] === high && this.lows.get(number) === low) return number
    }
  }

  has(high: number, low: number): boolean {
    const { slots } = this
    const mask = slots.length - 1
    for (let at = (low << 1) & mask; ; at = (at + 2) & mask) {
      const number = (slots[at] ?? 0) - 1
      if (number === -1) return false
      if (slots[at + 1] === high && this.lows.get(number) === low) return true
    }
  }

  /** Whether it is new. */
  add(high: number, low: number): boolean {
    const { size } = this
    return this.numberOf(high, low) === size
  }

  /** How many of the other's were new. */
  addAll(other: HashIndex): number {
    const { size } = this
    for (let number = 0; number < other.size; number++) {
      this.numberOf(other.highs.get(number), other.lows.get(number))
    }
    return this.size - size
  }

  private append(high: number, low: number, at: number): number {
    const number = this.highs.push(high)
    this.lows.push(low)
    this.slots[at] = number + 1
    this.slots[at + 1] = high
    if (this.size * LEAST_ROOM > this.slots.length / 2) this.grow()
    return number
  }

  private grow(): void {
    const slots = new Int32Array(this.slots.length * 2)
    const mask = slots.length - 1
    for (let number = 0; number < this.size; number++) {
      let at = (this.lows.get(number) << 1) & mask
      while (slots[at] !== 0) at = (at + 2) & mask
      slots[at] = number + 1
      slots[at + 1] = this.highs.get(number)
    }
    this.slots = slots
  }
}
