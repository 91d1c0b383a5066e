import { type Arrival, arrivalOf } from './arrival.js'
import type { Deliveries } from './deliveries.js'
import { findReordered } from './reorder.js'
import type { ReorderedList } from './reordered-list.js'
import { repeatedAside } from './repeated-aside.js'
import { markRepeats, type Repeat } from './repeats.js'
import { type Streams, streamsOf } from './streams.js'

/** What an archive's deliveries say about each other. */
export interface Judged {
  arrival: Arrival
  repeats: Repeat[]
  streams: Streams
  reordered: ReorderedList
}

/** Marks repeated deliveries, then finds the reordered among the first ones. */
export async function judge(deliveries: Deliveries): Promise<Judged> {
  const repeated = repeatedAside(deliveries)
  // Its failure is looked at below, also where what comes before fails.
  repeated.catch(() => undefined)
  const arrival = arrivalOf(deliveries)
  const streams = streamsOf(deliveries)
  const repeats = markRepeats(deliveries, arrival, await repeated)
  const reordered = findReordered(deliveries, arrival, streams)
  return { arrival, repeats, streams, reordered }
}
