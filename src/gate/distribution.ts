import type { HdrBucket, HdrBuckets } from '../meters/hdr-buckets.js'
import { rankOf } from '../meters/hdr-buckets.js'
import { quantileRanks } from './binomial.js'
import { normalQuantile, studentQuantile } from './quantiles.js'

/** How much less than their number dependent samples tell. */
export interface Dependence {
  /** The variance of the share above a percentile, over that of independent samples. */
  readonly designEffect: number
  /** Independent windows that it was estimated from, in effect. */
  readonly windows: number
  /** Samples in a window. */
  readonly perWindow: number
}

/** From the lowest to the highest value that a percentile may have; null where it has no end. */
export interface Interval {
  readonly low: number | null
  readonly high: number | null
}

/** The counts of a histogram, to be asked for ranks. */
export class Distribution {
  readonly total: number
  private readonly buckets: readonly HdrBucket[]
  /** How many samples lie up to the end of each bucket. */
  private readonly upTo: Float64Array

  constructor(histogram: Pick<HdrBuckets, 'buckets'>) {
    this.buckets = histogram.buckets()
    this.upTo = new Float64Array(this.buckets.length)
    let total = 0
    for (const [i, { count }] of this.buckets.entries()) {
      total += count
      this.upTo[i] = total
    }
    this.total = total
  }

  /** HdrHistogram's percentile: the highest value of the bucket that holds its rank. */
  percentile(percent: number): number {
    return this.atRank(rankOf(this.total, percent)).highest
  }

  /** How many samples lie in buckets above this value, or above the one that holds it. */
  above(value: number): number {
    const isAbove = (i: number) => (this.buckets[i]?.lowest ?? 0) > value
    const at = this.firstFrom(isAbove)
    return isAbove(at) ? this.total - (this.upTo[at - 1] ?? 0) : 0
  }

  /**
   * The values between which a percentile lies, each end with this confidence, for any
   * distribution. Dependent samples count as fewer (Korn & Graubard, Survey Methodology 24, 1998):
   * n / design effect, and less where few windows tell the design effect.
   */
  interval(percent: number, confidence: number, dependence: Dependence | null): Interval {
    const { total } = this
    const effective = effectiveSize(total, confidence, dependence)
    const { lower, upper } = quantileRanks(effective, percent / 100, confidence)
    const point = this.percentile(percent)
    const value = (rank: number) => this.between((rank / effective) * total)
    return {
      low: lower === null ? null : Math.min(point, value(lower)),
      high: upper === null ? null : Math.max(point, value(upper)),
    }
  }

  /** The value at a rank with a fraction: samples are spread evenly over their bucket. */
  private between(rank: number): number {
    const at = this.firstFrom((i) => (this.upTo[i] ?? 0) >= rank)
    const { lowest, highest, count } = this.buckets[at] ?? { lowest: 0, highest: 0, count: 1 }
    const share = (rank - (this.upTo[at] ?? 0) + count) / count
    return lowest + (highest + 1 - lowest) * Math.min(1, Math.max(0, share))
  }

  private atRank(rank: number): HdrBucket {
    const wanted = Math.min(this.total, Math.max(1, rank))
    const at = this.firstFrom((i) => (this.upTo[i] ?? 0) >= wanted)
    return this.buckets[at] ?? { lowest: 0, highest: 0, count: 0 }
  }

  /** The first bucket for which this holds, as it does for all after it. */
  private firstFrom(holds: (bucket: number) => boolean): number {
    let [low, high] = [0, this.buckets.length - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (holds(middle)) high = middle
      else low = middle + 1
    }
    return low
  }
}

function effectiveSize(total: number, confidence: number, dependence: Dependence | null): number {
  if (dependence === null) return total
  const { designEffect, windows } = dependence
  if (windows < 2) return 0
  const widened = studentQuantile(confidence, windows - 1) / normalQuantile(confidence)
  return Math.min(total, Math.floor(total / (designEffect * widened * widened)))
}
