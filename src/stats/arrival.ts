import { type Deliveries, deliveryFlags } from './deliveries.js'

/** The order in which deliveries arrived (DESIGN §8, "Order of arrival", 3). */
export interface Arrival {
  /** Deliveries in order of arrival within each key; null where that is their own order. */
  order: Uint32Array | null
  /** Keys that go by position alone, since a delivery of theirs lacks `receivedAt`. */
  byPosition: Uint8Array
  keysByPosition: number
}

const MOVES_A_ROW = 16
const DIGIT_BITS = 11
const DIGITS = 2 ** DIGIT_BITS

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
  if (insertionSorted(order, rows, receivedUs)) return order
  if (Number.isSafeInteger(last - first)) {
    return radixSorted(order, rows, receivedUs, first, last - first)
  }
  // Differences of times so far apart are not exact.
  const timesUs = (at: number) => receivedUs[at] as number
  order.subarray(0, rows).sort((a, b) => compare(timesUs(a), timesUs(b)) || a - b)
  return order
}

function compare(a: number, b: number): number {
  return a < b ? -1 : Number(a > b)
}

/**
 * Archives are nearly in order: each delivery is a few places away from its own. False where it is
 * not so after all; the order is a stable permutation all the same, and can be sorted on.
 */
function insertionSorted(order: Uint32Array, rows: number, timesUs: Float64Array): boolean {
  let budget = rows * MOVES_A_ROW
  for (let n = 1; n < rows; n++) {
    const at = order[n] as number
    const us = timesUs[at] as number
    let place = n
    while (place > 0 && (timesUs[order[place - 1] as number] as number) > us) {
      order[place] = order[place - 1] as number
      place -= 1
    }
    order[place] = at
    budget -= n - place
    if (budget < 0) return false
  }
  return true
}

/** Sorts the first `rows` of `order` by time, stably, one digit of 11 bits after the other. */
function radixSorted(
  order: Uint32Array,
  rows: number,
  timesUs: Float64Array,
  first: number,
  range: number,
): Uint32Array {
  let from: Uint32Array = order
  let to: Uint32Array = order.slice()
  const starts = new Uint32Array(DIGITS + 1)
  for (let unit = 1; unit <= range; unit *= DIGITS) {
    starts.fill(0)
    for (let n = 0; n < rows; n++) {
      const digit = digitOf((timesUs[from[n] as number] as number) - first, unit)
      starts[digit + 1] = (starts[digit + 1] as number) + 1
    }
    for (let digit = 0; digit < DIGITS; digit++) {
      starts[digit + 1] = (starts[digit + 1] as number) + (starts[digit] as number)
    }
    for (let n = 0; n < rows; n++) {
      const at = from[n] as number
      const digit = digitOf((timesUs[at] as number) - first, unit)
      const place = starts[digit] as number
      starts[digit] = place + 1
      to[place] = at
    }
    ;[from, to] = [to, from]
  }
  return from
}

function digitOf(value: number, unit: number): number {
  return Math.floor(value / unit) % DIGITS
}
