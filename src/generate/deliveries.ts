import { type Events, Fault } from './events.js'
import { sortedIndexes } from './radix-sort.js'
import { Random } from './random.js'

/** Deliveries, a column for each field. */
export interface Deliveries {
  readonly count: number
  /** Index of the event. */
  readonly event: Uint32Array
  /** The fault that made this delivery; none for an event's first. */
  readonly fault: Uint8Array
  /** Receive count of its message. */
  readonly attempt: Uint8Array
  /** Its message in order of arrival, from 1: a redelivery is of the message of the first. */
  readonly message: Uint32Array
  /** The delivery that its batch begins with, itself where it is alone; see batches.ts. */
  readonly batch: Uint32Array
  /** When it arrived; not always what is recorded, see `recordedUs`. */
  readonly arrivalUs: Float64Array
}

const THIRD_SHARE = 0.1
const AGAIN_US = [1e3, 6e7] as const
const RETRY_US = [5e4, 5e6] as const
const REPLAY_US = [6e7, 6e8] as const
const VISIBILITY_US = 3e7

/** Lets events arrive, and those again that were planted to: in order of arrival. */
export function deliver(events: Events, seed: number): Deliveries {
  const random = new Random(seed, 8)
  const copies = new Uint8Array(events.count)
  let count = 0
  for (let i = 0; i < events.count; i++) {
    copies[i] = copiesOf(events.fault[i] ?? 0, random)
    count += copies[i] ?? 0
  }
  const deliveries = emptyDeliveries(count)
  let d = 0
  for (let i = 0; i < events.count; i++) {
    for (let copy = 0; copy < (copies[i] ?? 0); copy++, d++) {
      const fault = copy === 0 ? Fault.none : (events.fault[i] ?? 0)
      deliveries.event[d] = i
      deliveries.fault[d] = fault
      deliveries.attempt[d] = fault === Fault.redelivery ? copy + 1 : 1
      deliveries.arrivalUs[d] = (events.arrivalUs[i] ?? 0) + laterUs(fault, copy, random)
    }
  }
  return sorted(deliveries)
}

/** How often an event arrives: a few of those that come again come a third time. */
function copiesOf(fault: number, random: Random): number {
  if (fault === Fault.lost) return 0
  if (fault === Fault.duplicate || fault === Fault.redelivery) {
    return random.unit() < THIRD_SHARE ? 3 : 2
  }
  const comesAgain =
    fault === Fault.replay || fault === Fault.conflict || fault === Fault.publishedTwice
  return comesAgain ? 2 : 1
}

function laterUs(fault: number, copy: number, random: Random): number {
  switch (fault) {
    case Fault.none:
      return 0
    case Fault.redelivery:
      return copy * VISIBILITY_US + random.below(1e6)
    case Fault.replay:
      return random.logBetween(...REPLAY_US)
    case Fault.publishedTwice:
      return random.logBetween(...RETRY_US)
    default:
      return random.logBetween(...AGAIN_US)
  }
}

function sorted({ event, fault, attempt, arrivalUs }: Deliveries): Deliveries {
  const order = sortedIndexes(arrivalUs)
  const deliveries = emptyDeliveries(order.length)
  for (let to = 0; to < order.length; to++) {
    const from = order[to] ?? 0
    deliveries.event[to] = event[from] ?? 0
    deliveries.fault[to] = fault[from] ?? 0
    deliveries.attempt[to] = attempt[from] ?? 0
    deliveries.arrivalUs[to] = arrivalUs[from] ?? 0
    deliveries.batch[to] = to
  }
  numberMessages(deliveries)
  return deliveries
}

function numberMessages({ count, event, attempt, fault, message }: Deliveries): void {
  const firstOf = new Map<number, number>()
  for (let d = 0; d < count; d++) {
    const isAgain = (attempt[d] ?? 1) > 1
    message[d] = (isAgain ? firstOf.get(event[d] ?? 0) : undefined) ?? d + 1
    if (fault[d] === Fault.none) firstOf.set(event[d] ?? 0, d + 1)
  }
}

function emptyDeliveries(count: number): Deliveries {
  return {
    count,
    event: new Uint32Array(count),
    fault: new Uint8Array(count),
    attempt: new Uint8Array(count),
    message: new Uint32Array(count),
    batch: new Uint32Array(count),
    arrivalUs: new Float64Array(count),
  }
}
