import { encodeIntoCompressedBase64, Float64Histogram } from 'hdr-histogram-js'
import { ExactSum } from './exact-sum.js'
import type { LatencyFigures } from './figures.js'
import { canonicalBase64 } from './hdr-text.js'

/** 407 days. What is above overflows: it is in count, mean and max, not in percentiles. */
export const HIGHEST_US = 2 ** 45 - 1
const FIRST_HIGHEST_US = 2

/** What buckets cannot give, for a histogram that was loaded from them. */
export interface ExactLatency {
  /** Null without samples, as `maxUs` is. */
  minUs: number | null
  maxUs: number | null
  /** Of all samples, overflow included. */
  sumUs: bigint
  overflow: number
  skewed: number
}

/**
 * Latencies in integer microseconds, in an HDR histogram with 3 significant digits from 1 µs to
 * {@link HIGHEST_US}, beside their exact minimum, maximum and sum. Counts are doubles
 * (Float64Histogram): 32 bits wrap silently, and the WASM form of hdr-histogram-js 3.0.1 holds
 * memory that is never collected and decodes counts beyond 2^32 as nothing. It grows with its
 * greatest value, from 16 kB to 295 kB, and costs nothing before the first.
 */
export class LatencyHistogram {
  private histogram: Float64Histogram | null = null
  private readonly sum = new ExactSum()
  private min = Number.POSITIVE_INFINITY
  private max = Number.NEGATIVE_INFINITY
  private overflow = 0
  private skewed = 0
  /** Whether buckets were loaded or taken out since the exact figures were set. */
  private inexact = false

  /** Samples, without the skewed, with the overflow. */
  get count(): number {
    return (this.histogram?.totalCount ?? 0) + this.overflow
  }

  /**
   * A value below zero counts as skewed and is kept out of everything else. A difference of two
   * times can be beyond 2^53: it is given as a bigint then, so that the mean stays exact.
   */
  record(us: number | bigint, count = 1): void {
    const value = Number(us)
    if (value < 0) {
      this.skewed += count
      return
    }
    if (!Number.isInteger(value)) throw new Error(`${us} is no latency in whole microseconds`)
    if (value > HIGHEST_US) this.overflow += count
    else this.buckets().recordValueWithCount(value, count)
    this.sum.add(us, count)
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
  }

  /**
   * Loads a bucket that SQL counted, by its lowest value (or any in it). Minimum, maximum, mean,
   * overflow and skewed then come from {@link setExact}; until it is called they are null.
   */
  recordBucket(lowestUs: number, count: number): void {
    const fits = Number.isInteger(lowestUs) && lowestUs >= 0 && lowestUs <= HIGHEST_US
    if (!fits || !(count >= 0)) throw new Error(`no bucket begins at ${lowestUs} with ${count}`)
    this.buckets().recordValueWithCount(lowestUs, count)
    this.inexact = true
  }

  /** Replaces what is known beside the buckets. */
  setExact({ minUs, maxUs, sumUs, overflow, skewed }: ExactLatency): void {
    this.min = minUs ?? Number.POSITIVE_INFINITY
    this.max = maxUs ?? Number.NEGATIVE_INFINITY
    this.sum.set(sumUs)
    this.overflow = overflow
    this.skewed = skewed
    this.inexact = false
  }

  merge(other: LatencyHistogram): void {
    if (other.histogram !== null) this.buckets().add(other.histogram)
    this.sum.add(other.sum.total)
    this.min = Math.min(this.min, other.min)
    this.max = Math.max(this.max, other.max)
    this.overflow += other.overflow
    this.skewed += other.skewed
    this.inexact ||= other.inexact
  }

  /** Takes out the buckets of samples that this one holds; {@link setExact} is to follow. */
  subtract(other: LatencyHistogram): void {
    if (other.histogram !== null) this.buckets().subtract(other.histogram)
    this.inexact = true
  }

  /**
   * The greatest value of the bucket that holds the sample of rank ceil(N · percent / 100), where N
   * counts the samples in buckets, without overflow: what every reader of the encoded histogram
   * answers. Null without one. In microseconds.
   */
  percentile(percent: number): number | null {
    const inBuckets = this.histogram?.totalCount ?? 0
    return this.histogram === null || inBuckets === 0
      ? null
      : this.histogram.getValueAtPercentile(percent)
  }

  /** In milliseconds, all but `hdr`. A percentile is null below {@link samplesNeeded}. */
  figures(resolutionMs: number | null = null): LatencyFigures {
    const { count, inexact } = this
    const inBuckets = this.histogram?.totalCount ?? 0
    const filled = inBuckets > 0 ? this.histogram : null
    const known = count > 0 && !inexact
    const at = (percent: number) =>
      filled === null || inBuckets < samplesNeeded(percent)
        ? null
        : filled.getValueAtPercentile(percent) / 1000
    return {
      count,
      min: known ? this.min / 1000 : null,
      mean: known ? Number(this.sum.total) / count / 1000 : null,
      stddev: filled === null ? null : stddevUs(filled) / 1000,
      p50: at(50),
      p90: at(90),
      p95: at(95),
      p99: at(99),
      p999: at(99.9),
      p9999: at(99.99),
      max: known ? this.max / 1000 : null,
      skewed: this.skewed,
      overflow: this.overflow,
      resolutionMs,
      hdr: filled === null ? null : canonicalBase64(encodeIntoCompressedBase64(filled), HIGHEST_US),
    }
  }

  private buckets(): Float64Histogram {
    if (this.histogram === null) {
      this.histogram = new Float64Histogram(1, FIRST_HIGHEST_US, 3)
      this.histogram.autoResize = true
    }
    return this.histogram
  }
}

/** ceil(10 / (1 − p)), in integers: ten samples are to be expected above a percentile. */
export function samplesNeeded(percent: number): number {
  const above = 1e8 - Math.round(percent * 1e6)
  return Math.ceil(1e9 / above)
}

/** HdrHistogram's, from the middles of the buckets; the library's own walks the empty ones too,
 * with a power at every step. */
function stddevUs(histogram: Float64Histogram): number {
  const buckets: { middle: number; count: number }[] = []
  for (let index = 0; index < histogram.countsArrayLength; index++) {
    const count = histogram.getCountAtIndex(index)
    if (count === 0) continue
    buckets.push({
      middle: histogram.medianEquivalentValue(histogram.valueFromIndex(index)),
      count,
    })
  }
  let sum = 0
  for (const { middle, count } of buckets) sum += middle * count
  const mean = sum / histogram.totalCount
  let squares = 0
  for (const { middle, count } of buckets) squares += (middle - mean) * (middle - mean) * count
  return Math.sqrt(squares / histogram.totalCount)
}
