import type { HdrBucket } from '../../meters/hdr-buckets.js'

/**
 * How far two figures surely differ, so that what is unusual is not what is merely rare.
 *
 * The score of a difference is the logarithm of the ratio A/B that is nearest to none of all those
 * that the samples allow with 99.9% confidence: 0 where they allow equality, ±log 2 where one side
 * is surely at least twice the other. Among millions every difference is significant; what matters
 * is how large it is at least. A type scores what its most different figure does. Types that one
 * side alone has come before all others, those with most events first.
 *
 * Counts and rates: the error of a log ratio of two binomial shares (Katz 1978), with half an event
 * added to each so that none at all can be compared (Walter 1975). Events are compared as shares of
 * their side: periods of different length, and traffic that grows as a whole, are not unusual.
 *
 * Percentiles: intervals of order statistics, which hold for every distribution: the ranks
 * n·p ± z·√(n·p·(1−p)), read from the histogram (David & Nagaraja 2003, §7.1). Two intervals at
 * z/√2 that do not touch differ about as surely as one test at z says (Goldstein & Healy 1995).
 * A percentile that a side does not claim has no score.
 */
const Z = 3.2905

/** `events` of `of`. */
export interface Share {
  readonly events: number
  readonly of: number
}

/** The score of two shares; null where one is of nothing. */
export function shareScore(a: Share, b: Share): number | null {
  if (a.of === 0 || b.of === 0) return null
  const ratio = Math.log((a.events + 0.5) / (a.of + 0.5) / ((b.events + 0.5) / (b.of + 0.5)))
  const variance = [a, b].reduce(
    (sum, { events, of }) => sum + 1 / (events + 0.5) - 1 / (of + 0.5),
    0,
  )
  return nearest(ratio, Z * Math.sqrt(Math.max(0, variance)))
}

/** What of a difference is left when its error is taken off. */
function nearest(ratio: number, error: number): number {
  return Math.sign(ratio) * Math.max(0, Math.abs(ratio) - error)
}

/** A distribution that can be asked for the value at a rank. */
export interface Samples {
  readonly buckets: readonly HdrBucket[]
  readonly total: number
  /** What its values are whole multiples of: below it nothing differs. */
  readonly resolutionUs: number
}

/** The score of one percentile of two distributions, `p` as a fraction. */
export function percentileScore(a: Samples, b: Samples, p: number): number {
  const finest = Math.max(1, a.resolutionUs, b.resolutionUs)
  const [inA, inB] = [interval(a, p, finest), interval(b, p, finest)]
  if (inA.low > inB.high) return Math.log(inA.low / inB.high)
  if (inA.high < inB.low) return Math.log(inA.high / inB.low)
  return 0
}

/** From the lowest to the highest value that the percentile may be. */
function interval(samples: Samples, p: number, finest: number): { low: number; high: number } {
  const { total } = samples
  const error = (Z / Math.SQRT2) * Math.sqrt(total * p * (1 - p))
  const low = at(samples, Math.floor(total * p - error)).lowest
  const high = at(samples, Math.ceil(total * p + error) + 1).highest
  // A value stands for all that would have been rounded to it.
  return { low: Math.max(finest, low), high: Math.max(finest, high + finest - 1) }
}

function at({ buckets, total }: Samples, rank: number): HdrBucket {
  const wanted = Math.min(total, Math.max(1, rank))
  let below = 0
  for (const bucket of buckets) {
    below += bucket.count
    if (below >= wanted) return bucket
  }
  return buckets.at(-1) ?? { lowest: 0, highest: 0, count: 0 }
}
