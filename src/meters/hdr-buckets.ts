/** The buckets of an HdrHistogram of any precision, by HdrHistogram's own numbering. Values have
 * the unit that they were recorded in. */
export interface HdrBucket {
  readonly lowest: number
  readonly highest: number
  readonly count: number
}

/**
 * The counts of a histogram with 0 to 5 significant digits. Only buckets that hold something take
 * room, so that a header that announces a great range costs nothing.
 */
export class HdrBuckets {
  private indexes: number[] = []
  /** Beside the indexes, which ascend. */
  private counts: number[] = []
  /** Buckets of one width, apart from the first of all, which are twice as many. */
  private readonly half: number
  total = 0

  /**
   * @param unitMagnitude the lowest discernible value as a power of two, rounded down
   * @param highest of the range as the header states it; no bucket depends on it
   */
  constructor(
    readonly digits: number,
    readonly unitMagnitude: number,
    public highest: bigint,
  ) {
    this.half = 2 ** halfMagnitude(digits)
  }

  /** How many buckets there can be below 2^63, which is all that HdrHistogram can hold. */
  get room(): number {
    return (64 - halfMagnitude(this.digits) - this.unitMagnitude) * this.half
  }

  addAt(index: number, count: number): void {
    if (count === 0) return
    const { indexes, counts } = this
    const at = this.placeOf(index)
    if (at === indexes.length) {
      indexes.push(index)
      counts.push(count)
    } else if (indexes[at] === index) counts[at] = (counts[at] ?? 0) + count
    else {
      indexes.splice(at, 0, index)
      counts.splice(at, 0, count)
    }
    this.total += count
  }

  /** Adds so many of a value below 2^53. */
  add(value: number, count: number): void {
    let bucket = 0
    while (value / 2 ** (bucket + this.unitMagnitude) >= this.half * 2) bucket += 1
    this.addAt(bucket * this.half + Math.floor(value / 2 ** (bucket + this.unitMagnitude)), count)
  }

  /** An empty one of the same precision. */
  fresh(): HdrBuckets {
    return new HdrBuckets(this.digits, this.unitMagnitude, this.highest)
  }

  /** Whether both put every value into the same bucket. */
  fits({ digits, unitMagnitude }: HdrBuckets): boolean {
    return digits === this.digits && unitMagnitude === this.unitMagnitude
  }

  /** Buckets of another precision are not these: added up, they would answer for neither. */
  merge(other: HdrBuckets): void {
    if (!this.fits(other)) throw new Error('histograms of different precision cannot be added')
    const [mine, its] = [this.indexes, other.indexes]
    const indexes: number[] = []
    const counts: number[] = []
    for (let here = 0, there = 0; here < mine.length || there < its.length; ) {
      const [a, b] = [
        mine[here] ?? Number.POSITIVE_INFINITY,
        its[there] ?? Number.POSITIVE_INFINITY,
      ]
      indexes.push(Math.min(a, b))
      counts.push(
        (a > b ? 0 : (this.counts[here++] ?? 0)) + (b > a ? 0 : (other.counts[there++] ?? 0)),
      )
    }
    this.indexes = indexes
    this.counts = counts
    this.total += other.total
    if (other.highest > this.highest) this.highest = other.highest
  }

  /** Index and count of what holds something, ascending. */
  entries(): [index: number, count: number][] {
    return this.indexes.map((index, n) => [index, this.counts[n] ?? 0])
  }

  /** What holds something, ascending. */
  buckets(): HdrBucket[] {
    return this.indexes.map((index, n) => {
      const { lowest, width } = this.rangeOf(index)
      return { lowest, highest: lowest + width - 1, count: this.counts[n] ?? 0 }
    })
  }

  /** The numbers of HdrHistogram's percentile table: powers of two in the range, and the buckets
   * that the first of them has. */
  get layout(): { buckets: number; subBuckets: number } {
    const subBuckets = this.half * 2
    let buckets = 1
    let end = BigInt(subBuckets) << BigInt(this.unitMagnitude)
    for (; end <= this.highest; end *= 2n) buckets += 1
    return { buckets, subBuckets }
  }

  /** Where this index stands, or would. */
  private placeOf(index: number): number {
    const { indexes } = this
    let [low, high] = [0, indexes.length]
    // Most come in order of their values.
    if (index > (indexes[high - 1] ?? -1)) return high
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((indexes[middle] ?? 0) < index) low = middle + 1
      else high = middle
    }
    return low
  }

  private rangeOf(index: number): { lowest: number; width: number } {
    const bucket = Math.max(0, Math.floor(index / this.half) - 1)
    const width = 2 ** (bucket + this.unitMagnitude)
    return { lowest: (index - bucket * this.half) * width, width }
  }
}

/** Half of the smallest power of two that is at least 2·10^digits has this logarithm. */
export function halfMagnitude(digits: number): number {
  return Math.max(1, Math.ceil(Math.log2(2 * 10 ** digits))) - 1
}

/** The figures that HdrHistogram's definitions give, in the unit of the values. */
export interface HdrSummary {
  readonly min: number
  readonly mean: number
  readonly stddev: number
  readonly max: number
  /** The greatest value of the bucket that holds the sample of rank ceil(total · percent / 100). */
  at(percent: number): number
}

/** Null where nothing was recorded. */
export function summaryOf(histogram: HdrBuckets): HdrSummary | null {
  const buckets = histogram.buckets()
  const [first, last] = [buckets[0], buckets.at(-1)]
  const { total } = histogram
  if (!first || !last) return null
  const middle = ({ lowest, highest }: HdrBucket) => lowest + Math.floor((highest + 1 - lowest) / 2)
  const sum = buckets.reduce((all, bucket) => all + middle(bucket) * bucket.count, 0)
  const mean = sum / total
  const squares = buckets.reduce(
    (all, bucket) => all + (middle(bucket) - mean) ** 2 * bucket.count,
    0,
  )
  return {
    min: first.lowest,
    mean,
    stddev: Math.sqrt(squares / total),
    max: last.highest,
    at: (percent) => {
      const rank = rankOf(total, percent)
      let below = 0
      for (const { count, highest } of buckets) {
        below += count
        if (below >= rank) return highest
      }
      return last.highest
    },
  }
}

/** The rank of a percentile, from 1. In integers, since 99.9 is none of the doubles; percentiles
 * have four decimals at most. */
export function rankOf(total: number, percent: number): number {
  const parts = BigInt(total) * BigInt(Math.round(percent * 1e4))
  return Math.max(1, Number((parts + 999_999n) / 1_000_000n))
}
