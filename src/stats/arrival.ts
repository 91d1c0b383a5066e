import { type Deliveries, deliveryFlags } from './deliveries.js'
import { sortedByTime } from './time-sort.js'

/** The order in which deliveries arrived (DESIGN §8, "Order of arrival", 3). */
export interface Arrival {
  /** Deliveries in order of arrival within each key; null where that is their own order. */
  order: Uint32Array | null
  /** Keys that go by position alone, since a delivery of theirs lacks `receivedAt`. */
  byPosition: Uint8Array
  keysByPosition: number
}

export function arrivalOf(deliveries: Deliveries): Arrival {
  const { count, receivedUs, keyOf, flags, keys } = deliveries
  const byPosition = new Uint8Array(keys.size)
  let keysByPosition = 0
  for (let at = 0; at < count; at++) {
    // Only keys promise an order: a delivery without one has nothing to be compared with.
    if (!Number.isNaN(receivedUs[at]) || (flags[at] as number) & deliveryFlags.noKey) continue
    const key = keyOf[at] as number
    if (byPosition[key] === 0) keysByPosition += 1
    byPosition[key] = 1
  }
  const timed = (at: number) =>
    !Number.isNaN(receivedUs[at]) &&
    ((flags[at] as number) & deliveryFlags.noKey || byPosition[keyOf[at] as number] === 0)
  return { order: sorted(deliveries, timed), byPosition, keysByPosition }
}

/** Whether this delivery's place among its identity's is told by `receivedAt`. */
export function arrivesByTime(deliveries: Deliveries, arrival: Arrival, at: number): boolean {
  if (Number.isNaN(deliveries.receivedUs[at])) return false
  const noKey = (deliveries.flags[at] as number) & deliveryFlags.noKey
  return noKey !== 0 || arrival.byPosition[deliveries.keyOf[at] as number] === 0
}

function sorted(deliveries: Deliveries, timed: (at: number) => boolean | number) {
  const { count, receivedUs } = deliveries
  let inOrder = true
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  let rows = 0
  for (let at = 0; at < count; at++) {
    if (!timed(at)) continue
    const us = receivedUs[at] as number
    if (us < last) inOrder = false
    if (us > last) last = us
    if (us < first) first = us
    rows += 1
  }
  if (inOrder) return null
  const order = new Uint32Array(count)
  let head = 0
  let tail = rows
  for (let at = 0; at < count; at++) order[timed(at) ? head++ : tail++] = at
  return sortedByTime(order, rows, receivedUs, Number.isSafeInteger(last - first))
}
