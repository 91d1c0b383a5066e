import { type Deliveries, deliveryFlags } from './deliveries.js'
import type { OrderedPlaces } from './ordered-places.js'
import { inPlaceOrder } from './place-order.js'
import { sortedByTime } from './time-sort.js'

/**
 * The order in which deliveries arrived (DESIGN §8, "Order of arrival", 1 and 3). There are two: by
 * `receivedAt` and then position, and by position alone, for keys and identities of which a
 * delivery lacks `receivedAt`. In both, the members of an ordered place are in order of their own
 * sequence: along it (what has the same number by `receivedAt` and position), each arrived when the
 * latest of the place until then did. Those without `receivedAt` make none later.
 */
export interface Arrival {
  /** Deliveries in order of arrival within each key; null where that is their own order. */
  order: Uint32Array | null
  /** Keys that go by position alone, since a delivery of theirs lacks `receivedAt`. */
  byPosition: Uint8Array
  keysByPosition: number
  /** By delivery, when it arrived as a number that compares, where it is neither the time and then
   * the position (`time`) nor the position (`position`) that says so. */
  ranks: Readonly<Record<'time' | 'position', Uint32Array | null>>
}

export function arrivalOf(deliveries: Deliveries): Arrival {
  const { count, receivedUs, keyOf, flags, keys, orderedPlaces } = deliveries
  const byPosition = new Uint8Array(keys.size)
  let keysByPosition = 0
  for (let at = 0; at < count; at++) {
    // Only keys promise an order: a delivery without one has nothing to be compared with.
    if (!Number.isNaN(receivedUs[at]) || (flags[at] as number) & deliveryFlags.noKey) continue
    const key = keyOf[at] as number
    if (byPosition[key] === 0) keysByPosition += 1
    byPosition[key] = 1
  }
  const known = { byPosition, keysByPosition }
  const withTime = (at: number) => !Number.isNaN(receivedUs[at])
  const timed = (at: number) =>
    withTime(at) &&
    (((flags[at] as number) & deliveryFlags.noKey) !== 0 || !byPosition[keyOf[at] as number])
  const all = orderedPlaces || keysByPosition === 0 ? sorted(deliveries, withTime) : null
  const placed = orderedPlaces && placedOrder(deliveries, orderedPlaces, all, timed)
  if (placed) return { ...known, ...placed }
  const { order = null } = (keysByPosition === 0 ? all : sorted(deliveries, timed)) ?? {}
  return { ...known, order, ranks: { time: null, position: null } }
}

/** Whether this delivery's place among its identity's is told by `receivedAt`. */
export function arrivesByTime(deliveries: Deliveries, arrival: Arrival, at: number): boolean {
  if (Number.isNaN(deliveries.receivedUs[at])) return false
  const noKey = (deliveries.flags[at] as number) & deliveryFlags.noKey
  return noKey !== 0 || arrival.byPosition[deliveries.keyOf[at] as number] === 0
}

/** The order where places say otherwise than times and positions; null where none does.
 *
 * @param sortedTimes all that have `receivedAt`; null where that is their own order */
function placedOrder(
  { count, receivedUs }: Deliveries,
  places: OrderedPlaces,
  sortedTimes: Sorted | null,
  timed: (at: number) => boolean,
): Pick<Arrival, 'order' | 'ranks'> | null {
  const positions = new Uint32Array(count)
  for (let at = 0; at < count; at++) positions[at] = at
  const times = sortedTimes
    ? sortedTimes.order.subarray(0, sortedTimes.rows)
    : positions.filter((at) => !Number.isNaN(receivedUs[at]))
  const [time, position] = [times, positions].map((base) => inPlaceOrder(places, base))
  if (!time && !position) return null
  const order = new Uint32Array(count)
  let to = 0
  for (const at of time ?? times) if (timed(at)) order[to++] = at
  for (const at of position ?? positions) if (!timed(at)) order[to++] = at
  const ranks = { time: ranksOf(time, count), position: ranksOf(position, count) }
  return { order, ranks }
}

function ranksOf(order: Uint32Array | null | undefined, count: number): Uint32Array | null {
  if (!order) return null
  const ranks = new Uint32Array(count)
  for (const [rank, at] of order.entries()) ranks[at] = rank
  return ranks
}

interface Sorted {
  order: Uint32Array
  /** How many are timed. */
  rows: number
}

/** Those that are timed by time, behind them the others; null where that is their own order. */
function sorted(deliveries: Deliveries, timed: (at: number) => boolean): Sorted | null {
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
  return { order: sortedByTime(order, rows, receivedUs, Number.isSafeInteger(last - first)), rows }
}
