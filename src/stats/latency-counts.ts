import { ExactSum } from '../meters/exact-sum.js'
import { type ExactLatency, HIGHEST_US, LatencyHistogram } from '../meters/hdr.js'

const SUB_BUCKETS = 2048
const HALF = SUB_BUCKETS / 2
/** A latency in a bucket can still be added to it. */
const SUM_LIMIT = 2 ** 52

/**
 * Latencies of one row as bare bucket counts of the histogram they end in: three significant
 * digits, each bucket twice as wide as the one before (DESIGN §8). Counting so is several times
 * faster than recording each value.
 */
export class LatencyCounts {
  private counts = new Float64Array(SUB_BUCKETS)
  private readonly sum = new ExactSum()
  /** The part of the sum that a double still holds exactly. */
  private small = 0
  private minUs = Number.POSITIVE_INFINITY
  private maxUs = Number.NEGATIVE_INFINITY
  private overflow = 0
  skewed = 0

  /** `receivedAt` − `time`, both in µs. Neither is NaN. */
  record(receivedUs: number, timeUs: number): void {
    const us = receivedUs - timeUs
    if (us < 0) {
      this.skewed += 1
      return
    }
    if (us < this.minUs) this.minUs = us
    if (us > this.maxUs) this.maxUs = us
    if (us > HIGHEST_US) {
      this.overflow += 1
      this.sum.add(Number.isSafeInteger(us) ? us : BigInt(receivedUs) - BigInt(timeUs))
      return
    }
    this.small += us
    if (this.small > SUM_LIMIT) this.settle()
    const bucket = bucketOf(us)
    if (bucket < this.counts.length) this.counts[bucket] = (this.counts[bucket] as number) + 1
    else this.count(bucket)
  }

  /** Moves what was summed up in a double to where sums stay exact. */
  private settle(): void {
    this.sum.add(this.small)
    this.small = 0
  }

  /** A bucket that SQL counted, by its lowest value. */
  loadBucket(lowestUs: number, count: number): void {
    this.count(bucketOf(lowestUs), count)
  }

  /** What buckets cannot give. */
  loadExact({ minUs, maxUs, sumUs, overflow, skewed }: ExactLatency): void {
    this.minUs = minUs ?? Number.POSITIVE_INFINITY
    this.maxUs = maxUs ?? Number.NEGATIVE_INFINITY
    this.sum.set(sumUs)
    this.overflow = overflow
    this.skewed = skewed
  }

  merge(other: LatencyCounts): void {
    for (let bucket = other.counts.length - 1; bucket >= 0; bucket--) {
      const count = other.counts[bucket] as number
      if (count > 0) this.count(bucket, count)
    }
    other.settle()
    this.sum.add(other.sum.total)
    this.minUs = Math.min(this.minUs, other.minUs)
    this.maxUs = Math.max(this.maxUs, other.maxUs)
    this.overflow += other.overflow
    this.skewed += other.skewed
  }

  histogram(): LatencyHistogram {
    this.settle()
    const histogram = new LatencyHistogram()
    for (let bucket = 0; bucket < this.counts.length; bucket++) {
      const count = this.counts[bucket] as number
      if (count > 0) histogram.recordBucket(lowestOf(bucket), count)
    }
    const { minUs, maxUs, overflow, skewed } = this
    histogram.setExact({
      minUs: Number.isFinite(minUs) ? minUs : null,
      maxUs: Number.isFinite(maxUs) ? maxUs : null,
      sumUs: this.sum.total,
      overflow,
      skewed,
    })
    return histogram
  }

  private count(bucket: number, count = 1): void {
    if (bucket >= this.counts.length) {
      const larger = new Float64Array(bucket + SUB_BUCKETS)
      larger.set(this.counts)
      this.counts = larger
    }
    this.counts[bucket] = (this.counts[bucket] as number) + count
  }
}

/** 2,048 buckets of 1 µs, then 1,024 for each doubling. */
function bucketOf(us: number): number {
  if (us < SUB_BUCKETS) return us
  if (us < 2 ** 31) {
    const shift = 21 - Math.clz32(us)
    return shift * HALF + (us >>> shift)
  }
  const exponent = us < 2 ** 32 ? 21 : 53 - Math.clz32(Math.floor(us / 2 ** 32))
  return exponent * HALF + Math.floor(us / 2 ** exponent)
}

function lowestOf(bucket: number): number {
  if (bucket < SUB_BUCKETS) return bucket
  const exponent = Math.floor(bucket / HALF) - 1
  return (bucket - exponent * HALF) * 2 ** exponent
}
