import { deflateSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { build, decodeFromCompressedBase64 } from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { HIGHEST_US, LatencyHistogram, samplesNeeded } from '../../src/meters/hdr.js'
import { campaign } from '../helpers/campaign.js'
import { bucket, distribution } from '../laws/naive-latency.js'

const us = fc.oneof(
  fc.nat(5_000),
  fc.nat(1_000_000_000),
  fc.constantFrom(0, 1, 2_047, 2_048, 2_049, 4_095, 4_096, 2 ** 40 - 1, 2 ** 40),
  fc.constantFrom(HIGHEST_US - 1, HIGHEST_US, HIGHEST_US + 1, 2 ** 53 - 1, -1, -(2 ** 50)),
)
const values = fc.array(us, { maxLength: 300, size: 'max' })
const percents = [50, 90, 95, 99, 99.9, 99.99, 100]

function recorded(all: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram()
  for (const value of all) histogram.record(value)
  return histogram
}

/** Of what histograms hold in buckets. */
const inBuckets = (all: readonly number[]) => all.filter((v) => v >= 0 && v <= HIGHEST_US)

describe('the figures', () => {
  test('equal those of sorting every value', () => {
    fc.assert(
      fc.property(values, (all) => {
        const figures = { ...recorded(all).figures(), hdr: null }
        expect(figures).toEqual(distribution(all.map(BigInt)))
      }),
      { numRuns: campaign(500) },
    )
  })

  test('equal them with 120,000 values, where every percentile can be claimed', () => {
    const all = Array.from({ length: 120_000 }, (_, i) => (i * 7_919) % 1_000_003)
    const figures = { ...recorded(all).figures(), hdr: null }
    expect(figures).toEqual(distribution(all.map(BigInt)))
    expect(figures.p9999).toBeGreaterThan(999)
  })

  test.each([
    [50, 20],
    [90, 100],
    [95, 200],
    [99, 1_000],
    [99.9, 10_000],
    [99.99, 100_000],
  ])('p%d needs %d samples', (percent, needed) => {
    expect(samplesNeeded(percent)).toBe(needed)
    const name = `p${String(percent).replace('.', '')}`
    const at = (count: number) => {
      const histogram = new LatencyHistogram()
      histogram.record(5_000, count)
      return new Map(Object.entries(histogram.figures())).get(name)
    }
    expect(at(needed - 1)).toBeNull()
    // The bucket of 5,000 is 5,000 to 5,003 µs.
    expect(at(needed)).toBe(5.003)
  })

  test('are null where there is nothing to claim them from', () => {
    const none = { min: null, mean: null, stddev: null, p50: null, max: null, hdr: null }
    expect(new LatencyHistogram().figures()).toMatchObject({ ...none, count: 0 })
    expect(recorded([-1, -2]).figures()).toMatchObject({ ...none, count: 0, skewed: 2 })
  })

  test('know what overflows in count, mean and max, not in percentiles', () => {
    const histogram = recorded(Array.from({ length: 20 }, () => 1_000))
    histogram.record(HIGHEST_US + 1)
    expect(histogram.figures()).toMatchObject({
      count: 21,
      overflow: 1,
      p50: 1,
      mean: (20_000 + 2 ** 45) / 21 / 1000,
      max: 2 ** 45 / 1000,
    })
    expect(histogram.percentile(100)).toBe(1_000)
  })

  test('hold zero and the highest value', () => {
    expect(recorded([0]).figures()).toMatchObject({ count: 1, min: 0, max: 0, mean: 0 })
    expect(recorded([0]).percentile(100)).toBe(0)
    expect(recorded([HIGHEST_US]).percentile(100)).toBe(HIGHEST_US)
  })

  test('stay exact with 10^10 samples and with differences beyond 2^53', () => {
    const histogram = new LatencyHistogram()
    histogram.record(123_457, 10 ** 10)
    histogram.record(123_459, 10 ** 10)
    expect(histogram.figures()).toMatchObject({ count: 2 * 10 ** 10, mean: 123.458 })
    const wide = new LatencyHistogram()
    wide.record(2n ** 54n - 1n)
    wide.record(1)
    expect(wide.figures()).toMatchObject({ overflow: 1, mean: 2 ** 53 / 1000, max: 2 ** 54 / 1000 })
  })

  test('refuse what is no whole number', () => {
    expect(() => recorded([Number.NaN])).toThrow('NaN is no latency in whole microseconds')
    expect(() => recorded([1.5])).toThrow('1.5 is no latency in whole microseconds')
  })
})

describe('the encoded histogram', () => {
  test('decodes with hdr-histogram-js to the same figures', () => {
    fc.assert(
      fc.property(values, (all) => {
        fc.pre(inBuckets(all).length > 0)
        const histogram = recorded(all)
        const figures = histogram.figures()
        expect(figures.hdr).toMatch(/^HISTF/)
        const decoded = decodeFromCompressedBase64(figures.hdr ?? '', 64)
        expect(decoded.totalCount).toBe(figures.count - figures.overflow)
        expect(decoded.stdDeviation / 1000).toBe(figures.stddev)
        for (const percent of percents) {
          expect(decoded.getValueAtPercentile(percent)).toBe(histogram.percentile(percent))
        }
      }),
      { numRuns: campaign(50) },
    )
  })

  test('holds counts beyond 2^32', () => {
    const histogram = new LatencyHistogram()
    histogram.record(7, 2 ** 33 + 1)
    const decoded = decodeFromCompressedBase64(histogram.figures().hdr ?? '', 64)
    expect(decoded.totalCount).toBe(2 ** 33 + 1)
  })

  test('has the header that HdrHistogram writes in other languages', () => {
    const bytes = Buffer.from(recorded([1, 5_000]).figures().hdr ?? '', 'base64')
    const plain = inflateSync(bytes.subarray(8))
    expect(bytes.readInt32BE(0)).toBe(0x1c849314)
    expect(bytes.readInt32BE(4)).toBe(bytes.length - 8)
    expect(bytes.subarray(8)).toEqual(deflateSync(plain))
    expect(plain.readInt32BE(0)).toBe(0x1c849313)
    expect(plain.readInt32BE(4)).toBe(plain.length - 40)
    expect(plain.readInt32BE(8)).toBe(0)
    expect(plain.readInt32BE(12)).toBe(3)
    expect(plain.readBigInt64BE(16)).toBe(1n)
    expect(plain.readBigInt64BE(24)).toBe(BigInt(HIGHEST_US))
    expect(plain.readDoubleBE(32)).toBe(1)
  })

  test('holds what hdr-histogram-js records', () => {
    fc.assert(
      fc.property(values, (all) => {
        fc.pre(inBuckets(all).length > 0)
        const theirs = build({ bitBucketSize: 64, highestTrackableValue: HIGHEST_US })
        for (const value of inBuckets(all)) theirs.recordValue(value)
        const ours = recorded(all)
        expect(ours.figures().stddev).toBe(theirs.stdDeviation / 1000)
        for (const percent of percents) {
          expect(ours.percentile(percent)).toBe(theirs.getValueAtPercentile(percent))
        }
      }),
      { numRuns: campaign(50) },
    )
  })
})

describe('buckets that SQL counted', () => {
  /** What SQL gives: counts by lowest value, and the exact figures apart. */
  function loaded(all: readonly number[]): LatencyHistogram {
    const counts = new Map<number, number>()
    for (const value of inBuckets(all)) {
      const { low } = bucket(value)
      counts.set(low, (counts.get(low) ?? 0) + 1)
    }
    const histogram = new LatencyHistogram()
    for (const [low, count] of counts) histogram.recordBucket(low, count)
    histogram.setExact(exactOf(all))
    return histogram
  }

  function exactOf(all: readonly number[]) {
    const counted = all.filter((value) => value >= 0)
    return {
      minUs: counted.length === 0 ? null : Math.min(...counted),
      maxUs: counted.length === 0 ? null : Math.max(...counted),
      sumUs: counted.reduce((sum, value) => sum + BigInt(value), 0n),
      overflow: counted.filter((value) => value > HIGHEST_US).length,
      skewed: all.length - counted.length,
    }
  }

  test('give the same figures and the same base64 as recording each value', () => {
    fc.assert(
      fc.property(values, (all) => {
        expect(loaded(all).figures()).toEqual(recorded(all).figures())
      }),
      { numRuns: campaign(300) },
    )
  })

  test('can be taken out again', () => {
    fc.assert(
      fc.property(values, values, (kept, taken) => {
        const histogram = loaded([...kept, ...taken])
        histogram.subtract(recorded(taken))
        histogram.setExact(exactOf(kept))
        expect(histogram.figures()).toEqual(recorded(kept).figures())
      }),
      { numRuns: campaign(300) },
    )
  })

  test('have no minimum, mean and maximum until these are set', () => {
    const histogram = new LatencyHistogram()
    histogram.recordBucket(2_048, 3)
    expect(histogram.figures()).toMatchObject({ count: 3, min: null, mean: null, max: null })
    const merged = recorded([5])
    merged.merge(histogram)
    expect(merged.figures()).toMatchObject({ count: 4, min: null, mean: null, max: null })
  })

  test.each([[-1], [1.5], [Number.NaN], [HIGHEST_US + 1]])('refuse %d', (lowest) => {
    expect(() => new LatencyHistogram().recordBucket(lowest, 1)).toThrow('no bucket begins at')
  })
})

test('merging equals recording all, whichever is the wider', () => {
  fc.assert(
    fc.property(values, values, (a, b) => {
      const merged = recorded(a)
      merged.merge(recorded(b))
      expect(merged.figures()).toEqual(recorded([...a, ...b]).figures())
    }),
    { numRuns: campaign(300) },
  )
})
