/** Intervals that differ by less than this part of the longer one are alike. */
const ALIKE = 0.3
/** So many of them have to be, of all that are compared. */
const STEADY = 0.9
/** Turns of an inner loop that an outer one has at most, to be seen. */
const MOST_INNER = 8
const SECOND_US = 1e6

/** How something comes again and again. */
export interface Steady {
  /** From one time to the same place of the next cycle: the median. */
  readonly cycleUs: number
  /** How often it comes in a cycle. */
  readonly times: number
}

/**
 * Whether times come in a steady period, or in a cycle of a few intervals that is steady: as in a
 * loop within another one.
 *
 * @param timesUs different, from the first on
 */
export function steadiness(timesUs: readonly number[]): Steady | undefined {
  const gaps = timesUs.slice(1).map((us, n) => us - (timesUs[n] ?? 0))
  // Clocks that tick in seconds.
  const isCoarse = timesUs.every((us) => us % SECOND_US === 0)
  const slackUs = isCoarse ? SECOND_US : 0
  for (let times = 1; times <= MOST_INNER && gaps.length >= Math.max(4, 4 * times - 1); times++) {
    const pairs = gaps.slice(times).map((gap, n): [number, number] => [gap, gaps[n] ?? 0])
    const alike = pairs.filter(([a, b]) => Math.abs(a - b) <= ALIKE * Math.max(a, b) + slackUs)
    if (alike.length < STEADY * pairs.length) continue
    const cycles = timesUs.slice(times).map((us, n) => us - (timesUs[n] ?? 0))
    return { cycleUs: middle(cycles), times }
  }
  return undefined
}

/** Whether times are those of a clock: whole seconds apart, and late by what does not add up. */
export function isOfClock(timesUs: readonly number[], cycleUs: number): boolean {
  const us = Math.round(cycleUs / SECOND_US) * SECOND_US
  if (us === 0) return false
  const from = timesUs[0] ?? 0
  const off = timesUs.map((at) => {
    const late = (at - from) % us
    return late > us / 2 ? late - us : late
  })
  return Math.max(...off) - Math.min(...off) <= 0.05 * us && Math.abs(cycleUs - us) <= 0.01 * us
}

function middle(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}
