import { MAX_PLACE_DIGITS } from '../event/event.js'
import { HashTable } from './hash-table.js'

/** A double holds so many digits of a sequence. */
const DIGITS_A_PART = 14
export const PARTS = MAX_PLACE_DIGITS / DIGITS_A_PART

/** Of arrival.ts, at most at a time: orders by time and by position, their ranks, and lists. */
const ORDER_WORDS = 6

/** Where one delivery stands in a place with a sequence of its own (DESIGN §8, "Order of
 * arrival", 1). */
export interface Standing {
  /** Halves of the 64-bit hash of the place's name. */
  low: number
  high: number
  /** The sequence, {@link DIGITS_A_PART} digits each, the lowest first. */
  parts: readonly number[]
}

/**
 * The places of deliveries that have one, by delivery. Names are numbered by their hashes. Of the
 * sequences as many parts are kept as the longest has: 20 bytes a delivery for 20 digits (SQS), 36
 * for 56 (Kinesis).
 */
export class OrderedPlaces {
  names = new HashTable()
  /** The number of the place's name plus one; 0 for none. */
  private placeOf: Uint32Array
  private readonly parts: Float64Array[] = []

  constructor(capacity: number) {
    this.placeOf = new Uint32Array(capacity)
  }

  /** What a delivery takes here, and where its order of arrival is found by it. */
  get judgedBytes(): number {
    const { BYTES_PER_ELEMENT: wordBytes } = Uint32Array
    return (1 + ORDER_WORDS) * wordBytes + this.parts.length * Float64Array.BYTES_PER_ELEMENT
  }

  set(at: number, { low, high, parts }: Standing): void {
    this.placeOf[at] = this.names.numberOf(low, high) + 1
    for (let n = 0; n < parts.length; n++) {
      const part = parts[n] as number
      if (part === 0 && n >= this.parts.length) continue
      while (this.parts.length <= n) this.parts.push(new Float64Array(this.placeOf.length))
      const column = this.parts[n] as Float64Array
      column[at] = part
    }
  }

  clear(from: number, to: number): void {
    this.placeOf.fill(0, from, to)
    for (const part of this.parts) part.fill(0, from, to)
  }

  move(from: number, to: number): void {
    this.placeOf[to] = this.placeOf[from] as number
    for (const part of this.parts) part[to] = part[from] as number
  }

  /** Numbers places anew: for when no delivery is left that has a number. */
  renumber(): void {
    this.names = new HashTable()
  }

  /** Makes the columns as long as those of the deliveries; what is beyond is forgotten. */
  resize(capacity: number): void {
    const placeOf = new Uint32Array(capacity)
    placeOf.set(this.placeOf.subarray(0, capacity))
    this.placeOf = placeOf
    for (const [n, old] of this.parts.entries()) {
      const part = new Float64Array(capacity)
      part.set(old.subarray(0, capacity))
      this.parts[n] = part
    }
  }

  /** The number of the delivery's place; -1 for none. */
  numberOf(at: number): number {
    return (this.placeOf[at] as number) - 1
  }

  partOf(at: number, n: number): number {
    return this.parts[n]?.[at] ?? 0
  }

  /** Below zero where `a` has the lower number, 0 where both have the same. Of one place. */
  compare(a: number, b: number): number {
    for (let n = this.parts.length - 1; n >= 0; n--) {
      const part = this.parts[n] as Float64Array
      const difference = (part[a] as number) - (part[b] as number)
      if (difference !== 0) return difference
    }
    return 0
  }
}

/** The parts of a sequence in canonical digits. */
export function partsOf(sequence: string): number[] {
  const parts: number[] = []
  for (let end = sequence.length; end > 0; end -= DIGITS_A_PART) {
    parts.push(Number(sequence.slice(Math.max(0, end - DIGITS_A_PART), end)))
  }
  return parts
}
