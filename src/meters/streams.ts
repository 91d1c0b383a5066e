import type { EventRecord } from '../event/event.js'
import { IntegerColumn } from './column.js'
import type { Delivery } from './delivery.js'
import { hashed, hashText } from './hash.js'
import { HashIndex } from './hash-index.js'
import { type Place, Records } from './records.js'

// Number() is exact up to 15 digits.
const SAFE_DIGITS = 15
const STATE = 3
const kindSalts = { integer: 0, text: 0x3c6ef372, time: 0x1b873593 }

/** What of an event says where in its stream it stands. */
export type JudgedOrder = Pick<
  EventRecord,
  'key' | 'order' | 'sequence' | 'sequencePer' | 'source' | 'timeUs' | 'receivedAtUs'
>

/** What a delivery says of order. */
export type OrderOf = Omit<Delivery, 'event' | 'repeats'>

/** The streams of all keys: (key, kind of s), with `sequencePer: source+key` also the source. Keys
 * are compared by 64-bit hashes (DESIGN §8, Exactness). */
export class Streams {
  private current = new Generation()
  /** What was known before it was last told to forget. */
  private before: Generation | null = null

  /** To be called once for each first delivery in order of arrival; fills in all that a delivery
   * says of order. Not checked: no key, or nothing to compare by. */
  judge(event: JudgedOrder, delivery: OrderOf): void {
    const { key, order } = event
    const place = placeOf(event)
    if (key === null || order === null || place === null) return
    hashText(key, 0, 0)
    delivery.checked = true
    delivery.keyHigh = hashed.high
    delivery.keyLow = hashed.low
    if (event.sequencePer === 'source+key') hashText(event.source, hashed.high, hashed.low)
    const high = hashed.high ^ kindSalts[order]
    const stream = this.current.numberOf(high, hashed.low, this.before)
    this.current.compare(stream, place, event.receivedAtUs, delivery)
  }

  /** Throws where the parts share a stream: those of one were not compared with the other's. For
   * parts that have forgotten nothing. */
  merge(other: Streams): void {
    this.current.merge(other.current)
  }

  /** Forgets streams, and their record-setters, that have not come since this was called last. */
  forget(): void {
    this.before = this.current
    this.current = new Generation(this.before)
  }
}

/** What came between two times of forgetting. */
class Generation {
  private readonly streams: HashIndex
  /** In threes, by stream: how many of its deliveries were checked, the latest record-setter, and
   * the last that came from the generation before; -1: none. */
  private readonly states: IntegerColumn
  private readonly records: Records

  /** @param before as much as came before is expected to come */
  constructor(before?: Generation) {
    this.streams = new HashIndex(before?.streams.size)
    this.states = new IntegerColumn(before?.states.length)
    this.records = new Records(before?.records.length)
  }

  /** The number of a stream. A new one has what was known of it before. */
  numberOf(high: number, low: number, before: Generation | null): number {
    const { size } = this.streams
    const stream = this.streams.numberOf(high, low)
    if (stream === size && before?.streams.has(high, low)) {
      this.inherit(before, before.streams.numberOf(high, low))
    }
    return stream
  }

  merge(other: Generation): void {
    const { length } = this.records
    const added = this.streams.addAll(other.streams)
    if (added < other.streams.size) throw new Error('merged parts share a key')
    for (let at = 0; at < other.states.length; at += STATE) {
      this.states.push(other.states.get(at))
      this.states.push(other.states.get(at + 1) + length)
      this.states.push(-1)
    }
    this.records.append(other.records)
  }

  /** Takes over the record-setters of one generation, at least the latest. */
  private inherit(before: Generation, stream: number): void {
    const at = stream * STATE
    const latest = before.states.get(at + 1)
    const own = before.records.chainAfter(latest, before.states.get(at + 2))
    const last = this.records.take(before.records, own.length === 0 ? [latest] : own)
    this.states.push(before.states.get(at))
    this.states.push(last)
    this.states.push(last)
  }

  compare(stream: number, place: Place, receivedUs: number | null, delivery: OrderOf): void {
    const { records, states } = this
    const at = stream * STATE
    if (at === states.length) {
      states.push(1)
      states.push(records.push(-1, place, 0, receivedUs))
      states.push(-1)
      return
    }
    const number = states.get(at)
    const latest = states.get(at + 1)
    states.set(at, number + 1)
    const ahead = records.compare(latest, place)
    if (ahead < 0) states.set(at + 1, records.push(latest, place, number, receivedUs))
    if (ahead <= 0) return
    const earliest = records.earliestAbove(latest, place)
    const aheadUs = records.receivedUsOf(earliest)
    delivery.extent = number - records.numberOf(earliest)
    delivery.ahead = records.placeOf(earliest)
    delivery.aheadReceivedUs = aheadUs
    delivery.lateUs = receivedUs === null || aheadUs === null ? null : receivedUs - aheadUs
  }
}

function placeOf({ order, sequence, timeUs }: JudgedOrder): Place | null {
  if (order === 'time') return timeUs
  if (order === 'text' || sequence === null) return sequence
  return sequence.length <= SAFE_DIGITS ? Number(sequence) : BigInt(sequence)
}
