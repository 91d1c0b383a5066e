import { compareText } from '../event/sequence.js'

/** What the deliveries of a stream are compared by: times and integers as numbers of any size, or
 * texts by their UTF-8 bytes. */
export type Place = number | bigint | string

// A record is 32 bytes, half a cache line: two doubles (place, receivedAt), four integers.
const FIRST_LENGTH = 8
const DOUBLES = 4
const RECEIVED = 1
const INTEGERS = 8
const NUMBER = 4
const BEFORE = 5
const JUMP = 6
const DEPTH = 7

/** No time and no integer that is kept as a number reaches it. */
const FIRST_LARGE = 2 ** 53

/**
 * Record-setters: the deliveries of a stream that were above all before them, and so the only ones
 * that can be the earliest above a later one. Each stream is a chain from the latest back; all lie
 * in one buffer, so that the garbage collector has nothing to walk. Beside the one before it each
 * knows one further back, chosen so that the way to any is of logarithmic length (Myers, An
 * applicative random-access stack, 1983).
 */
export class Records {
  length = 0
  private doubles: Float64Array
  private integers: Int32Array
  /** Bigints and texts; their place is FIRST_LARGE + twice the index here. */
  private readonly large: (bigint | string)[] = []

  /** @param expected how many there will be, about */
  constructor(expected = 0) {
    this.doubles = new Float64Array(Math.max(FIRST_LENGTH, expected) * DOUBLES)
    this.integers = new Int32Array(this.doubles.buffer)
  }

  /** Adds the next of a chain: the delivery's number in its stream, the latest record or -1. */
  push(latest: number, place: Place, number: number, receivedUs: number | null): number {
    if (this.length * DOUBLES === this.doubles.length) this.grow()
    const record = this.length++
    this.doubles[record * DOUBLES] = this.placeNumber(place)
    this.doubles[record * DOUBLES + RECEIVED] = receivedUs ?? Number.NaN
    this.set(record, NUMBER, number)
    this.set(record, BEFORE, latest)
    this.set(record, DEPTH, latest === -1 ? 0 : this.get(latest, DEPTH) + 1)
    this.set(record, JUMP, latest === -1 ? record : this.jumpOver(latest))
    return record
  }

  /** Above zero where the record is above the place, below where it is below. */
  compare(record: number, place: Place): number {
    const value = this.placeOf(record)
    if (typeof place === 'number' && typeof value === 'number') return value - place
    if (typeof value === 'string' && typeof place === 'string') return compareText(value, place)
    return value > place ? 1 : value < place ? -1 : 0
  }

  /** The earliest in the chain that is above the place; the latest is known to be. */
  earliestAbove(latest: number, place: Place): number {
    let record = latest
    while (true) {
      const jump = this.get(record, JUMP)
      const before = this.get(record, BEFORE)
      if (jump !== record && this.compare(jump, place) > 0) record = jump
      else if (before !== -1 && this.compare(before, place) > 0) record = before
      else return record
    }
  }

  placeOf(record: number): Place {
    const held = this.doubles[record * DOUBLES] ?? 0
    return held < FIRST_LARGE ? held : (this.large[(held - FIRST_LARGE) / 2] ?? 0)
  }

  /** The delivery's number in its stream. */
  numberOf(record: number): number {
    return this.get(record, NUMBER)
  }

  receivedUsOf(record: number): number | null {
    const us = this.doubles[record * DOUBLES + RECEIVED] ?? Number.NaN
    return Number.isNaN(us) ? null : us
  }

  /** The records of a chain that were pushed after one, from the earliest on. */
  chainAfter(latest: number, last: number): number[] {
    const chain: number[] = []
    for (let record = latest; record > last; record = this.get(record, BEFORE)) chain.push(record)
    return chain.reverse()
  }

  /** Begins a chain with records of another's, and gives its latest. */
  take(other: Records, chain: readonly number[]): number {
    let latest = -1
    for (const record of chain) {
      const place = other.placeOf(record)
      latest = this.push(latest, place, other.numberOf(record), other.receivedUsOf(record))
    }
    return latest
  }

  /** Appends the other's chains, whose records then have numbers higher by the length before. */
  append(other: Records): void {
    const { length } = this
    for (let record = 0; record < other.length; record++) {
      const before = other.get(record, BEFORE)
      const latest = before === -1 ? -1 : before + length
      this.push(latest, other.placeOf(record), other.numberOf(record), other.receivedUsOf(record))
    }
  }

  private jumpOver(latest: number): number {
    const jump = this.get(latest, JUMP)
    const further = this.get(jump, JUMP)
    const depth = this.get(jump, DEPTH)
    const even = this.get(latest, DEPTH) - depth === depth - this.get(further, DEPTH)
    return even ? further : latest
  }

  private placeNumber(place: Place): number {
    if (typeof place === 'number') return place
    return FIRST_LARGE + 2 * (this.large.push(place) - 1)
  }

  private get(record: number, field: number): number {
    return this.integers[record * INTEGERS + field] ?? 0
  }

  private set(record: number, field: number, value: number): void {
    this.integers[record * INTEGERS + field] = value
  }

  private grow(): void {
    const longer = new Float64Array(this.doubles.length * 2)
    longer.set(this.doubles)
    this.doubles = longer
    this.integers = new Int32Array(longer.buffer)
  }
}
