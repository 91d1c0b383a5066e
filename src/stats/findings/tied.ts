import type { Deliveries } from '../deliveries.js'
import type { Judged } from '../judge.js'
import { isChecked } from '../streams.js'

interface Options {
  deliveries: Deliveries
  streams: Judged['streams']
  arrival: Judged['arrival']
  reordered: Judged['reordered']
}

/**
 * The checked deliveries that share their place in their stream with another one. Whatever comes to
 * a place that was taken either is at the greatest place so far, or is reordered: so one pass does.
 *
 * @param isWanted by group
 */
export function tiedInPlace(options: Options, isWanted: readonly boolean[]): Set<number> {
  const { deliveries, streams, arrival } = options
  const { streamOf, places } = streams
  const { groupOf } = deliveries
  const tied = new Set<number>()
  const late = latePlaces(options)
  const greatest = new Float64Array(streams.count).fill(Number.NEGATIVE_INFINITY)
  const holder = new Int32Array(streams.count)
  for (let n = 0; n < deliveries.count; n++) {
    const at = arrival.order ? (arrival.order[n] as number) : n
    if (!isWanted[groupOf[at] as number] || !isChecked(deliveries, streams, at)) continue
    const stream = streamOf[at] as number
    const place = places[at] as number
    if (place === greatest[stream]) tied.add(holder[stream] as number).add(at)
    if (place >= (greatest[stream] as number)) {
      greatest[stream] = place
      holder[stream] = at
    }
    const first = late.meet(stream, place, at)
    if (first >= 0) tied.add(first).add(at)
  }
  return tied
}

function latePlaces({ streams, reordered }: Options): Places {
  const late = new Places(streams.count, reordered.length)
  for (const { at } of reordered) {
    late.add(streams.streamOf[at] as number, streams.places[at] as number)
  }
  return late
}

const words = new Float64Array(1)
const halves = new Uint32Array(words.buffer)

/** A set of places of streams, with the delivery that came first to each. Most places that are met
 * are not in the set. */
class Places {
  private readonly marked: Uint8Array
  /** A bit for each of many hashes: none, and the place is not in the set. */
  private readonly hints: Uint8Array
  private readonly slots: Uint32Array
  private readonly streams: Uint32Array
  private readonly places: Float64Array
  private readonly firsts: Int32Array
  private size = 0

  constructor(streams: number, expected: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(16, expected * 2)))
    this.marked = new Uint8Array(streams)
    this.hints = new Uint8Array(slots)
    this.slots = new Uint32Array(slots)
    this.streams = new Uint32Array(expected)
    this.places = new Float64Array(expected)
    this.firsts = new Int32Array(expected).fill(-1)
  }

  add(stream: number, place: number): void {
    const hash = hashOf(stream, place)
    const slot = this.slotOf(hash, stream, place)
    if (this.slots[slot] !== 0) return
    this.marked[stream] = 1
    const hint = hash & (this.hints.length - 1)
    this.hints[hint] = (this.hints[hint] as number) | (1 << (hash >>> 29))
    this.streams[this.size] = stream
    this.places[this.size] = place
    this.size += 1
    this.slots[slot] = this.size
  }

  /** @returns the delivery that came to this place before; -1 for none, and off the set */
  meet(stream: number, place: number, at: number): number {
    if (this.marked[stream] === 0) return -1
    const hash = hashOf(stream, place)
    const hint = this.hints[hash & (this.hints.length - 1)] as number
    if ((hint & (1 << (hash >>> 29))) === 0) return -1
    const number = (this.slots[this.slotOf(hash, stream, place)] as number) - 1
    if (number < 0) return -1
    const first = this.firsts[number] as number
    if (first < 0) this.firsts[number] = at
    return first
  }

  private slotOf(hash: number, stream: number, place: number): number {
    const mask = this.slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = (this.slots[slot] as number) - 1
      if (number < 0) return slot
      if (this.streams[number] === stream && this.places[number] === place) return slot
    }
  }
}

function hashOf(stream: number, place: number): number {
  words[0] = place
  let mixed = Math.imul((halves[0] as number) ^ (halves[1] as number), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ stream, 0xc2b2ae35)
  return (mixed ^ (mixed >>> 13)) >>> 0
}
