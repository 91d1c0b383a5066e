import type { Span } from './result.js'

/** Windows are this many at most, and half as many as a rule. */
const MOST_WINDOWS = 200
const LEAST_US = 1_000

/** The width of windows that show how figures vary over a span: 1, 2 or 5 of a power of ten. Null
 * where nothing has an arrival. */
export function spreadUs({ firstReceivedAt, lastReceivedAt }: Span): number | null {
  if (firstReceivedAt === null || lastReceivedAt === null) return null
  return widthUs((Date.parse(lastReceivedAt) - Date.parse(firstReceivedAt)) * 1_000)
}

/** The same of a length of time. */
export function widthUs(lengthUs: number): number {
  const leastUs = Math.max(LEAST_US, lengthUs / (MOST_WINDOWS - 1))
  const power = 10 ** Math.floor(Math.log10(leastUs))
  const step = [1, 2, 5].find((each) => each * power >= leastUs) ?? 10
  return Math.round(step * power)
}
