/** How many times there are and how many of them are whole; a whole second is a whole millisecond
 * too. */
export interface TimeGrain {
  times: number
  wholeSeconds: number
  wholeMillis: number
}

export function timeGrain(): TimeGrain {
  return { times: 0, wholeSeconds: 0, wholeMillis: 0 }
}

/** Counts one time. By division, since `%` of doubles beyond 2^31 is slow; the product is exact. */
export function addTime(grain: TimeGrain, timeUs: number): void {
  grain.times += 1
  if (Math.floor(timeUs / 1e3) * 1e3 !== timeUs) return
  grain.wholeMillis += 1
  if (Math.floor(timeUs / 1e6) * 1e6 === timeUs) grain.wholeSeconds += 1
}

export function mergeGrain(grain: TimeGrain, other: TimeGrain): void {
  grain.times += other.times
  grain.wholeSeconds += other.wholeSeconds
  grain.wholeMillis += other.wholeMillis
}

/** The unit that at least 99% of the times are whole in: 1000, 1 or 0.001; null without times. */
export function resolutionMs({ times, wholeSeconds, wholeMillis }: TimeGrain): number | null {
  if (times === 0) return null
  if (wholeSeconds * 100 >= times * 99) return 1000
  return wholeMillis * 100 >= times * 99 ? 1 : 0.001
}
