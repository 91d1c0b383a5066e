const MAX_LOAD = 0.6

/**
 * Numbers 64-bit hashes from 0 in the order they are first seen. Expected false pairs among n are
 * n²/2⁶⁵: 3·10⁻⁶ at 10 million (DESIGN §8).
 */
export class HashTable {
  size = 0
  private slots: Uint32Array
  private lows: Uint32Array
  private highs: Uint32Array

  constructor(expected = 64) {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(64, expected / MAX_LOAD)))
    this.slots = new Uint32Array(capacity)
    this.lows = new Uint32Array(Math.max(64, expected))
    this.highs = new Uint32Array(Math.max(64, expected))
  }

  /** The hash's number; a new one, equal to the size before, where it was not seen before. */
  numberOf(low: number, high: number): number {
    const mask = this.slots.length - 1
    let slot = (low ^ Math.imul(high, 0x9e3779b1)) & mask
    for (;;) {
      const number = (this.slots[slot] as number) - 1
      if (number < 0) return this.insert(slot, low, high)
      if (this.lows[number] === low && this.highs[number] === high) return number
      slot = (slot + 1) & mask
    }
  }

  private insert(slot: number, low: number, high: number): number {
    if (this.size === this.lows.length) {
      this.lows = grown(this.lows)
      this.highs = grown(this.highs)
    }
    this.lows[this.size] = low
    this.highs[this.size] = high
    this.size += 1
    this.slots[slot] = this.size
    if (this.size > this.slots.length * MAX_LOAD) this.rehash()
    return this.size - 1
  }

  private rehash(): void {
    this.slots = new Uint32Array(this.slots.length * 2)
    const mask = this.slots.length - 1
    for (let number = 0; number < this.size; number++) {
      const low = this.lows[number] as number
      let slot = (low ^ Math.imul(this.highs[number] as number, 0x9e3779b1)) & mask
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask
      this.slots[slot] = number + 1
    }
  }
}

function grown(array: Uint32Array): Uint32Array {
  const larger = new Uint32Array(array.length * 2)
  larger.set(array)
  return larger
}
