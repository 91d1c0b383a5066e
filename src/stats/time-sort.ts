/** After so many drops in a row, and each time they have doubled, it is asked whether what was kept
 * before is in the way. */
const DROPS_IN_A_ROW = 8
const DIGITS = 2 ** 11

/**
 * Sorts the first `rows` of `order`, places that ascend, by the times at these places; of equal
 * times the first place comes first. Archives are nearly in order: what is not is taken out, sorted
 * by itself and merged back (drop-merge sort), so that a few records far away from their place cost
 * no more than they are.
 *
 * @param exact whether the differences of the times are exact in a double
 */
export function sortedByTime(
  order: Uint32Array,
  rows: number,
  timesUs: Float64Array,
  exact: boolean,
): Uint32Array {
  const { kept, dropped } = takeApart(order.subarray(0, rows), timesUs)
  // Places, so that equal times are in their order.
  dropped.sort()
  if (exact) return mergedInto(order, kept, radixSorted(dropped, timesUs), timesUs)
  const timeUs = (at: number) => timesUs[at] as number
  dropped.sort((a, b) => compare(timeUs(a), timeUs(b)) || a - b)
  return mergedInto(order, kept, dropped, timesUs)
}

function compare(a: number, b: number): number {
  return a < b ? -1 : Number(a > b)
}

/** Takes out what is not in order: of an outlier and what follows it, the fewer. What is kept then
 * is the beginning of `order`. */
function takeApart(order: Uint32Array, timesUs: Float64Array) {
  const dropped = new Uint32Array(order.length)
  let kept = 0
  let drops = 0
  let inARow = 0
  let askAt = DROPS_IN_A_ROW
  for (let n = 0; n < order.length; n++) {
    const at = order[n] as number
    const us = timesUs[at] as number
    if (kept === 0 || us >= (timesUs[order[kept - 1] as number] as number)) {
      order[kept++] = at
      inARow = 0
      askAt = DROPS_IN_A_ROW
      continue
    }
    dropped[drops++] = at
    inARow += 1
    if (inARow < askAt) continue
    askAt *= 2
    const first = firstAfter(order.subarray(0, kept), us, timesUs)
    if (kept - first > inARow) continue
    while (kept > first) dropped[drops++] = order[--kept] as number
    inARow = 0
    askAt = DROPS_IN_A_ROW
  }
  return { kept, dropped: dropped.subarray(0, drops) }
}

/** Of places sorted by time, the first that is later. */
function firstAfter(places: Uint32Array, us: number, timesUs: Float64Array): number {
  let low = 0
  let high = places.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((timesUs[places[middle] as number] as number) > us) high = middle
    else low = middle + 1
  }
  return low
}

/** Merges what was kept with what was taken out of it, from the end. */
function mergedInto(
  order: Uint32Array,
  kept: number,
  dropped: Uint32Array,
  timesUs: Float64Array,
): Uint32Array {
  let k = kept - 1
  for (let d = dropped.length - 1; d >= 0; d--) {
    const at = dropped[d] as number
    const us = timesUs[at] as number
    while (k >= 0) {
      const other = order[k] as number
      const otherUs = timesUs[other] as number
      if (otherUs < us || (otherUs === us && other < at)) break
      order[k + d + 1] = other
      k -= 1
    }
    order[k + d + 1] = at
  }
  return order
}

/** Stably, one digit of 11 bits after the other. */
function radixSorted(places: Uint32Array, timesUs: Float64Array): Uint32Array {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (const at of places) {
    first = Math.min(first, timesUs[at] as number)
    last = Math.max(last, timesUs[at] as number)
  }
  let from = places
  let to: Uint32Array = new Uint32Array(places.length)
  const starts = new Uint32Array(DIGITS + 1)
  for (let unit = 1; unit <= last - first; unit *= DIGITS) {
    starts.fill(0)
    for (const at of from) {
      const digit = digitOf((timesUs[at] as number) - first, unit)
      starts[digit + 1] = (starts[digit + 1] as number) + 1
    }
    for (let digit = 0; digit < DIGITS; digit++) {
      starts[digit + 1] = (starts[digit + 1] as number) + (starts[digit] as number)
    }
    for (const at of from) {
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
