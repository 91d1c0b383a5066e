import { HashTable } from './hash-table.js'

const MAX_BITS = 2 ** 30

/** How many different keys each row has: a bit for each pair, or a table where that is too many. */
export class KeyCounts {
  readonly byRow: Float64Array
  /** Over all rows. */
  total = 0
  private readonly seen: Uint8Array
  private readonly bits: Uint8Array | null
  private readonly pairs: HashTable | null

  constructor(
    private readonly rows: number,
    keys: number,
  ) {
    this.byRow = new Float64Array(rows)
    this.seen = new Uint8Array(keys)
    const fits = rows * keys <= MAX_BITS
    this.bits = fits ? new Uint8Array(Math.ceil((rows * keys) / 8)) : null
    this.pairs = fits ? null : new HashTable()
  }

  add(row: number, key: number): void {
    if (!this.isNew(row, key)) return
    this.byRow[row] = (this.byRow[row] as number) + 1
    if (this.seen[key] === 1) return
    this.seen[key] = 1
    this.total += 1
  }

  private isNew(row: number, key: number): boolean {
    if (this.pairs) {
      const { size } = this.pairs
      return this.pairs.numberOf(key, row) === size
    }
    if (!this.bits) return false
    const bit = key * this.rows + row
    const byte = Math.floor(bit / 8)
    const mask = 1 << (bit - byte * 8)
    const held = this.bits[byte] as number
    this.bits[byte] = held | mask
    return (held & mask) === 0
  }
}
