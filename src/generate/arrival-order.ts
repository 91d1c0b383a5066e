import { Fault } from './events.js'
import type { ArchivePlan } from './plan.js'
import { sortedIndexes } from './radix-sort.js'
import { chainOf, recordedUs, type Workload } from './workload.js'

export type Cause = 'replay' | 'redelivery' | 'sameId'

/** What a reader of the archive can know of the deliveries, in the order it must take them. */
export interface ArrivalOrder {
  /** Deliveries in order of recorded arrival, then position (DESIGN §8, order of arrival). */
  readonly order: Uint32Array
  readonly recordedUs: Float64Array
  /** 1 for the first delivery of an identity; by delivery. */
  readonly isFirst: Uint8Array
}

export function arrivalOrder(workload: Workload, plan: ArchivePlan): ArrivalOrder {
  const { events, deliveries } = workload
  const recorded = new Float64Array(deliveries.count)
  for (let d = 0; d < deliveries.count; d++) recorded[d] = recordedUs(workload, d)
  const order = hasPlaces(workload)
    ? placesOrder(workload, plan, recorded)
    : sortedBy(plan.order, recorded)
  const isFirst = new Uint8Array(deliveries.count)
  const seen = new Uint8Array(events.count)
  const seenSecond = new Uint8Array(events.count)
  for (const d of order) {
    const identities = deliveries.fault[d] === Fault.publishedTwice ? seenSecond : seen
    const event = deliveries.event[d] ?? 0
    isFirst[d] = identities[event] === 0 ? 1 : 0
    identities[event] = 1
  }
  return { order, recordedUs: recorded, isFirst }
}

function hasPlaces({ settings }: Workload): boolean {
  return settings.chains.some(({ place }) => place !== null)
}

/** Where messages have numbers, a delivery arrived at the greatest pair of recorded arrival and
 * position that its place had until then. */
function placesOrder(workload: Workload, plan: ArchivePlan, recorded: Float64Array): Uint32Array {
  const { count } = workload.deliveries
  const position = new Float64Array(count)
  plan.order.forEach((d, at) => {
    position[d] = at
  })
  const numbers = new Float64Array(count)
  for (let d = 0; d < count; d++) numbers[d] = placeNumber(workload, d)
  const byNumber = sortedBy(plan.order, numbers)
  const arrived = { us: recorded.slice(), position: position.slice() }
  const latest = new Map<number, number>()
  for (const d of byNumber) {
    const place = placeOf(workload, d)
    if (place === null) continue
    const before = latest.get(place)
    latest.set(place, d)
    if (before === undefined) continue
    const [beforeUs, beforePosition] = [arrived.us[before] ?? 0, arrived.position[before] ?? 0]
    const us = arrived.us[d] ?? 0
    if (beforeUs < us || (beforeUs === us && beforePosition < (position[d] ?? 0))) continue
    arrived.us[d] = beforeUs
    arrived.position[d] = beforePosition
  }
  return sortedBy(sortedBy(byNumber, arrived.position), arrived.us)
}

/** The deliveries in this order, by rising value; equal ones stay in it. */
function sortedBy(order: Uint32Array, values: Float64Array): Uint32Array {
  const indexes = sortedIndexes(Float64Array.from(order, (d) => values[d] ?? 0))
  return indexes.map((index) => order[index] ?? 0)
}

/** A number for each place; null for deliveries that are of none. */
function placeOf(workload: Workload, d: number): number | null {
  const { place } = chainOf(workload, d)
  if (!place) return null
  const { events, deliveries } = workload
  return place.isOfKey ? (events.key[deliveries.event[tellerOf(workload, d)] ?? 0] ?? 0) : ONE_PLACE
}

/** Keys have numbers from 0. */
const ONE_PLACE = -1

function placeNumber(workload: Workload, d: number): number {
  return workload.deliveries.message[tellerOf(workload, d)] ?? 0
}

/** A batch that is of one message is where its first delivery is. */
function tellerOf(workload: Workload, d: number): number {
  const { place, batchLayer } = chainOf(workload, d)
  return place && place.layer < batchLayer ? (workload.deliveries.batch[d] ?? d) : d
}

/** Why a delivery that is not the first of its identity is there. */
export function causeOf({ deliveries }: Workload, d: number): Cause {
  if (deliveries.fault[d] === Fault.replay) return 'replay'
  return (deliveries.attempt[d] ?? 1) > 1 ? 'redelivery' : 'sameId'
}
