import type { Deliveries } from '../deliveries.js'
import { HashTable } from '../hash-table.js'
import type { Judged } from '../judge.js'
import { isChecked } from '../streams.js'
import { type Counters, type SharedStreams, sourceNumbers } from './grounds.js'

/** @param considered how many pairs are kept */
export function heldCounters(deliveries: Deliveries, judged: Judged, considered: number): Counters {
  const numbers = sourceNumbers(deliveries)
  const sourceOf = (at: number) => numbers[deliveries.groupOf[at] as number] ?? -1
  const pairs: [number, number][] = []
  let count = 0
  for (const { at, after } of judged.reordered) {
    if (sourceOf(at) === sourceOf(after)) continue
    count += 1
    if (pairs.length < considered) pairs.push([at, after])
  }
  const shared = async (): Promise<SharedStreams> => {
    const { isShared, checked, sources } = sharedStreams(deliveries, judged, sourceOf)
    const { streamOf } = judged.streams
    let reordered = 0
    for (const { at } of judged.reordered) reordered += isShared[streamOf[at] as number] as number
    return {
      checked,
      reordered,
      sources: [...sources].sort(([, n], [, m]) => m - n).map(([number]) => number),
      ...countedAlone(deliveries, judged, sourceOf, isShared),
    }
  }
  return { across: { count, pairs }, shared }
}

/** The streams that more than one source feeds, and how many checked events each has there. */
function sharedStreams(
  deliveries: Deliveries,
  { streams }: Judged,
  sourceOf: (at: number) => number,
) {
  const firstSource = new Int32Array(streams.count).fill(-2)
  const isShared = new Uint8Array(streams.count)
  for (let at = 0; at < deliveries.count; at++) {
    const source = sourceOf(at)
    if (source < 0 || !isChecked(deliveries, streams, at)) continue
    const stream = streams.streamOf[at] as number
    const first = firstSource[stream] as number
    if (first === -2) firstSource[stream] = source
    else if (first !== source) isShared[stream] = 1
  }
  const sources = new Map<number, number>()
  let checked = 0
  for (let at = 0; at < deliveries.count; at++) {
    const source = sourceOf(at)
    const stream = streams.streamOf[at] as number
    if (source < 0 || isShared[stream] !== 1 || !isChecked(deliveries, streams, at)) continue
    checked += 1
    sources.set(source, (sources.get(source) ?? 0) + 1)
  }
  return { isShared, checked, sources }
}

/** How many are out of order among the events of their own source, and which share of the others
 * follows the one before by one. */
function countedAlone(
  deliveries: Deliveries,
  { streams, arrival }: Judged,
  sourceOf: (at: number) => number,
  isShared: Uint8Array,
): { alone: number; stepsOfOne: number } {
  const table = new HashTable()
  const greatest: number[] = []
  let alone = 0
  let steps = 0
  let ones = 0
  for (let n = 0; n < deliveries.count; n++) {
    const at = arrival.order ? (arrival.order[n] as number) : n
    const stream = streams.streamOf[at] as number
    const source = sourceOf(at)
    if (source < 0 || isShared[stream] !== 1 || !isChecked(deliveries, streams, at)) continue
    const number = table.numberOf(stream, source)
    const place = streams.places[at] as number
    const before = greatest[number]
    if (before !== undefined && place < before) {
      alone += 1
      continue
    }
    if (before !== undefined) steps += 1
    if (before === place - 1) ones += 1
    greatest[number] = place
  }
  return { alone, stepsOfOne: steps === 0 ? 0 : ones / steps }
}
