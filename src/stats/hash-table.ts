const MAX_LOAD = 0.5
/** Words of a slot: the hash's halves, and the number it was given plus one. */
const STRIDE = 4

/**
 * Numbers 64-bit hashes from 0 in the order they are first seen. Expected false pairs among n are
 * n²/2⁶⁵: 3·10⁻⁶ at 10 million (DESIGN §8). A slot lies in one line of the cache: what a look-up
 * costs is the one miss.
 */
export class HashTable {
  size = 0
  private slots: Uint32Array
  private mask: number

  constructor(expected = 64) {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(64, expected / MAX_LOAD)))
    this.slots = new Uint32Array(capacity * STRIDE)
    this.mask = capacity - 1
  }

  get bytes(): number {
    return this.slots.byteLength
  }

  /** The hash's number; a new one, equal to the size before, where it was not seen before. */
  numberOf(low: number, high: number): number {
    const { slots, mask } = this
    let slot = placeOf(low, high) & mask
    for (;;) {
      const at = slot * STRIDE
      const number = slots[at + 2] as number
      if (number === 0) return this.insert(at, low, high)
      if (slots[at] === low && slots[at + 1] === high) return number - 1
      slot = (slot + 1) & mask
    }
  }

  /** The hashes by their numbers: two halves each, the low one first. */
  hashes(): Uint32Array<ArrayBuffer> {
    const { slots } = this
    const hashes = new Uint32Array(this.size * 2)
    for (let at = 0; at < slots.length; at += STRIDE) {
      const number = slots[at + 2] as number
      if (number === 0) continue
      hashes[number * 2 - 2] = slots[at] as number
      hashes[number * 2 - 1] = slots[at + 1] as number
    }
    return hashes
  }

  private insert(at: number, low: number, high: number): number {
    this.slots[at] = low
    this.slots[at + 1] = high
    this.size += 1
    this.slots[at + 2] = this.size
    if (this.size > (this.mask + 1) * MAX_LOAD) this.grow()
    return this.size - 1
  }

  private grow(): void {
    const old = this.slots
    this.slots = new Uint32Array(old.length * 2)
    this.mask = this.mask * 2 + 1
    for (let from = 0; from < old.length; from += STRIDE) {
      if (old[from + 2] === 0) continue
      let slot = placeOf(old[from] as number, old[from + 1] as number) & this.mask
      while (this.slots[slot * STRIDE + 2] !== 0) slot = (slot + 1) & this.mask
      this.slots.set(old.subarray(from, from + 3), slot * STRIDE)
    }
  }
}

/** Mixed, so that halves that depend on each other do not all meet in one slot. */
export function placeOf(low: number, high: number): number {
  const mixed = Math.imul(low ^ (high >>> 15) ^ high, 0x9e3779b1)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
