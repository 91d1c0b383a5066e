import type { Arrival } from './arrival.js'
import type { Deliveries } from './deliveries.js'
import { ReorderedList } from './reordered-list.js'
import { isChecked, type Streams } from './streams.js'

/** Those of all streams, by position. */
export function findReordered(
  deliveries: Deliveries,
  arrival: Arrival,
  streams: Streams,
): ReorderedList {
  const found = new ReorderedList(deliveries.receivedUs)
  const marked = disorderedStreams(deliveries, arrival, streams)
  if (!marked) return found
  for (const rows of membersOf(deliveries, arrival, streams, marked)) {
    reorderedIn(rows, streams.places, found)
  }
  found.sort()
  return found
}

/** Streams with at least one reordered delivery; the others need no more than their maximum. */
function disorderedStreams(
  deliveries: Deliveries,
  arrival: Arrival,
  streams: Streams,
): Uint8Array | null {
  const greatest = new Float64Array(streams.count).fill(Number.NEGATIVE_INFINITY)
  const marked = new Uint8Array(streams.count)
  let any = false
  for (let n = 0; n < deliveries.count; n++) {
    const at = arrival.order ? (arrival.order[n] as number) : n
    if (!isChecked(deliveries, streams, at)) continue
    const stream = streams.streamOf[at] as number
    const place = streams.places[at] as number
    if (place >= (greatest[stream] as number)) greatest[stream] = place
    else {
      marked[stream] = 1
      any = true
    }
  }
  return any ? marked : null
}

/** The checked deliveries of each marked stream, in order of arrival. */
function* membersOf(
  deliveries: Deliveries,
  arrival: Arrival,
  streams: Streams,
  marked: Uint8Array,
): Generator<Uint32Array> {
  const starts = new Uint32Array(streams.count + 1)
  const { count } = deliveries
  const isMember = (at: number) =>
    marked[streams.streamOf[at] as number] === 1 && isChecked(deliveries, streams, at)
  for (let at = 0; at < count; at++) {
    if (isMember(at)) add(starts, (streams.streamOf[at] as number) + 1, 1)
  }
  for (let n = 0; n < streams.count; n++) add(starts, n + 1, starts[n] as number)
  const members = new Uint32Array(starts[streams.count] as number)
  const next = starts.slice()
  for (let n = 0; n < count; n++) {
    const at = arrival.order ? (arrival.order[n] as number) : n
    if (!isMember(at)) continue
    const stream = streams.streamOf[at] as number
    members[next[stream] as number] = at
    add(next, stream, 1)
  }
  for (let stream = 0; stream < streams.count; stream++) {
    if (marked[stream] === 1) yield members.subarray(starts[stream], starts[stream + 1])
  }
}

/** A delivery is compared with those that raised the maximum alone: the earliest of them that is
 * above it is the earliest of all that is. */
function reorderedIn(rows: Uint32Array, places: Float64Array, found: ReorderedList): void {
  const raising: number[] = []
  const indexes: number[] = []
  let greatest = Number.NEGATIVE_INFINITY
  for (let index = 0; index < rows.length; index++) {
    const at = rows[index] as number
    const place = places[at] as number
    if (place > greatest) {
      greatest = place
      raising.push(at)
      indexes.push(index)
    } else if (place < greatest) {
      const n = firstAbove(raising, places, place)
      found.add(at, raising[n] as number, index - (indexes[n] as number))
    }
  }
}

function firstAbove(raising: readonly number[], places: Float64Array, place: number): number {
  let low = 0
  let high = raising.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((places[raising[middle] as number] as number) > place) high = middle
    else low = middle + 1
  }
  return low
}

function add(array: Uint32Array, at: number, more: number): void {
  array[at] = (array[at] as number) + more
}
