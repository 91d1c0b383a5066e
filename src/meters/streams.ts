import type { EventRecord } from '../event/event.js'
import { IntegerColumn } from './column.js'
import type { Delivery } from './delivery.js'
import { hashed, hashText } from './hash.js'
import { HashIndex } from './hash-index.js'
import { type Place, Records } from './records.js'

// Number() is exact up to 15 digits.
const SAFE_DIGITS = 15
const kindSalts = { integer: 0, text: 0x3c6ef372, time: 0x1b873593 }

/** The streams of all keys: (key, kind of s), with `sequencePer: source+key` also the source. Keys
 * are compared by 64-bit hashes (DESIGN §8, Exactness). */
export class Streams {
  private readonly streams = new HashIndex()
  /** In pairs, by stream: how many of its deliveries were checked, the latest record-setter. */
  private readonly states = new IntegerColumn()
  private readonly records = new Records()

  /** To be called once for each first delivery in order of arrival; fills in all that a delivery
   * says of order. Not checked: no key, or nothing to compare by. */
  judge(event: EventRecord, delivery: Delivery): void {
    const { key, order } = event
    const place = placeOf(event)
    if (key === null || order === null || place === null) return
    hashText(key, 0, 0)
    delivery.checked = true
    delivery.keyHigh = hashed.high
    delivery.keyLow = hashed.low
    if (event.sequencePer === 'source+key') hashText(event.source, hashed.high, hashed.low)
    const stream = this.streams.numberOf(hashed.high ^ kindSalts[order], hashed.low)
    this.compare(stream, place, event.receivedAtUs, delivery)
  }

  /** Throws where the parts share a stream: those of one were not compared with the other's. */
  merge(other: Streams): void {
    const { length } = this.records
    const added = this.streams.addAll(other.streams)
    if (added < other.streams.size) throw new Error('merged parts share a key')
    for (let at = 0; at < other.states.length; at += 2) {
      this.states.push(other.states.get(at))
      this.states.push(other.states.get(at + 1) + length)
    }
    this.records.append(other.records)
  }

  private compare(stream: number, place: Place, receivedUs: number | null, delivery: Delivery) {
    const { records, states } = this
    const at = stream * 2
    if (at === states.length) {
      states.push(1)
      states.push(records.push(-1, place, 0, receivedUs))
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
    delivery.lateUs = receivedUs === null || aheadUs === null ? null : receivedUs - aheadUs
  }
}

function placeOf({ order, sequence, timeUs }: EventRecord): Place | null {
  if (order === 'time') return timeUs
  if (order === 'text' || sequence === null) return sequence
  return sequence.length <= SAFE_DIGITS ? Number(sequence) : BigInt(sequence)
}
