import { type HdrBucket, rankOf } from '../meters/hdr-buckets.js'

/** Values and how often each occurs, for one metric at one moment: at most {@link MOST_VALUES}, in
 * ms, from the least to the greatest. */
export interface Folded {
  readonly values: readonly number[]
  readonly counts: readonly number[]
}

/** PutMetricData takes no more values of a datum. */
export const MOST_VALUES = 150
/** How far a value may be from one that it stands for, as a share of that. */
export const MOST_ERROR = 0.01

/** The exact ends of what a histogram holds, in ms, and how many samples lie above its range. */
interface Ends {
  readonly min: number
  readonly max: number
  readonly overflow: number
}

/** Values that stand for many. */
interface Group {
  lowest: number
  highest: number
  count: number
}

/**
 * A histogram of microseconds as values and counts, such that no percentile moves by more than
 * {@link MOST_ERROR}: minimum, maximum and the number of samples stay exact. What does not fit into
 * one datum is split over several, which CloudWatch adds up.
 */
export function fold(buckets: readonly HdrBucket[], { min, max, overflow }: Ends): Folded[] {
  const groups: Group[] = []
  for (const { lowest, highest, count } of buckets) {
    const last = groups.at(-1)
    if (last && isAlike(last.lowest, highest)) {
      last.highest = highest
      last.count += count
    } else groups.push({ lowest, highest, count })
  }
  const pairs = groups.map(({ lowest, highest, count }) => {
    const ms = middle(lowest, highest) / 1_000
    return { ms: Math.min(max, Math.max(min, ms)), count }
  })
  const ended = withEnds(pairs, min, max, overflow)
  return Array.from({ length: Math.ceil(ended.length / MOST_VALUES) }, (_, n) => {
    const part = ended.slice(n * MOST_VALUES, (n + 1) * MOST_VALUES)
    return { values: part.map(({ ms }) => ms), counts: part.map(({ count }) => count) }
  })
}

/** Whether one value is near enough to all from the lowest to the highest. */
function isAlike(lowest: number, highest: number): boolean {
  return highest * (1 - MOST_ERROR) <= lowest * (1 + MOST_ERROR)
}

/** As far from the one end as from the other, as a share of each. */
function middle(lowest: number, highest: number): number {
  return lowest === 0 ? highest / 2 : (2 * lowest * highest) / (lowest + highest)
}

interface Pair {
  readonly ms: number
  readonly count: number
}

/** One sample is the least, and one the greatest. */
function withEnds(pairs: readonly Pair[], min: number, max: number, overflow: number): Pair[] {
  const counts = new Map<number, number>()
  const add = (ms: number, count: number) => {
    if (count !== 0) counts.set(ms, (counts.get(ms) ?? 0) + count)
  }
  const last = pairs.length - 1
  for (const [n, { ms, count }] of pairs.entries()) {
    const isMin = n === 0
    const isMax = n === last && overflow === 0 && (count > 1 || !isMin)
    if (isMin) add(min, 1)
    add(ms, count - Number(isMin) - Number(isMax))
    if (isMax) add(max, 1)
  }
  add(max, overflow)
  return [...counts].map(([ms, count]) => ({ ms, count })).sort((a, b) => a.ms - b.ms)
}

/** HdrHistogram's percentile of folded values: the value that holds its rank. */
export function foldedPercentile(folded: readonly Folded[], percent: number): number {
  const pairs = folded.flatMap(({ values, counts }) =>
    values.map((ms, n) => ({ ms, count: counts[n] ?? 0 })),
  )
  pairs.sort((a, b) => a.ms - b.ms)
  const total = pairs.reduce((sum, { count }) => sum + count, 0)
  let left = rankOf(total, percent)
  for (const { ms, count } of pairs) {
    left -= count
    if (left <= 0) return ms
  }
  return pairs.at(-1)?.ms ?? 0
}
