import { Fault } from './events.js'
import type { ArchivePlan } from './plan.js'
import { sortedIndexes } from './radix-sort.js'
import { recordedUs, type Workload } from './workload.js'

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
  const order = sortedIndexes(recorded.map((_, place) => recorded[plan.order[place] ?? 0] ?? 0))
  for (let i = 0; i < order.length; i++) order[i] = plan.order[order[i] ?? 0] ?? 0
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

/** Why a delivery that is not the first of its identity is there. */
export function causeOf({ deliveries }: Workload, d: number): Cause {
  if (deliveries.fault[d] === Fault.replay) return 'replay'
  return (deliveries.attempt[d] ?? 1) > 1 ? 'redelivery' : 'sameId'
}
