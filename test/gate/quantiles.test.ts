import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quantileRanks, type RankBounds } from '../../src/gate/binomial.js'
import { dependenceOf } from '../../src/gate/dependence.js'
import { Distribution } from '../../src/gate/distribution.js'
import { normalQuantile, studentQuantile } from '../../src/gate/quantiles.js'
import { HdrBuckets, rankOf } from '../../src/meters/hdr-buckets.js'
import { campaign } from '../helpers/campaign.js'

describe('quantiles, against tables', () => {
  test.each([
    [0.5, 0],
    [0.975, 1.959964],
    [0.99, 2.326348],
    [0.001, -3.090232],
  ])('normal %d', (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 5)
  })

  test.each([
    [1, 31.8205],
    [2, 6.96456],
    [3, 4.5407],
    [4, 3.74695],
    [30, 2.45726],
    [120, 2.35782],
  ])('Student with %d degrees of freedom', (df, t) => {
    expect(studentQuantile(0.99, df)).toBeCloseTo(t, 3)
  })
})

describe('ranks between which a quantile lies', () => {
  test.each([
    [500, 490, 500],
    [1_000, 983, 997],
    [5_000, 4_936, 4_964],
    [10_000, 9_880, 9_920],
  ])('p99 of %d samples, two-sided 95%%', (n, lower, upper) => {
    expect(whole(quantileRanks(n, 0.99, 0.975))).toEqual({ lower, upper })
  })

  test('299 samples are the fewest that bound p99 from above with 95%', () => {
    expect(quantileRanks(298, 0.99, 0.95).upper).toBeNull()
    expect(whole(quantileRanks(299, 0.99, 0.95)).upper).toBe(299)
  })

  test('both ends hold as often as is said, counted out', () => {
    const rank = fc.record({
      n: fc.integer({ min: 1, max: 60 }),
      p: fc.constantFrom(0.5, 0.9, 0.95, 0.99),
      confidence: fc.constantFrom(0.9, 0.99),
    })
    fc.assert(
      fc.property(rank, ({ n, p, confidence }) => {
        const { lower, upper } = whole(quantileRanks(n, p, confidence))
        const atMost = (k: number) => cumulative(n, p, k)
        if (lower !== null) expect(1 - atMost(lower - 1)).toBeGreaterThanOrEqual(confidence - 1e-9)
        if (lower !== null && lower < n) expect(1 - atMost(lower)).toBeLessThan(confidence + 1e-9)
        if (upper !== null) expect(atMost(upper - 1)).toBeGreaterThanOrEqual(confidence - 1e-9)
      }),
    )
  })

  test('ten thousand million samples are as the normal distribution has them', () => {
    const [below, above] = [1e10, 1e10 + 1].map((n) => quantileRanks(n, 0.999, 0.99))
    expect(Math.abs((below?.lower ?? 0) - (above?.lower ?? 0))).toBeLessThan(10)
    expect(Math.abs((below?.upper ?? 0) - (above?.upper ?? 0))).toBeLessThan(10)
  })
})

/** The ranks that have the confidence at least. */
function whole({ lower, upper }: RankBounds): RankBounds {
  return {
    lower: lower === null ? null : Math.floor(lower),
    upper: upper === null ? null : Math.ceil(upper),
  }
}

function cumulative(n: number, p: number, k: number): number {
  let [sum, weight] = [0, (1 - p) ** n]
  for (let i = 0; i <= k; i++) {
    sum += weight
    weight *= ((n - i) / (i + 1)) * (p / (1 - p))
  }
  return sum
}

describe('a distribution', () => {
  const histogram = fc.array(
    fc.record({
      value: fc.integer({ min: 0, max: 2 ** 40 }),
      count: fc.integer({ min: 1, max: 500 }),
    }),
    { minLength: 1, maxLength: 40 },
  )

  test('percentiles and what lies above are as a list of all values has them', () => {
    fc.assert(
      fc.property(histogram, fc.constantFrom(50, 90, 99, 99.9), (entries, percent) => {
        const buckets = new HdrBuckets(3, 0, 2n ** 45n)
        for (const { value, count } of entries) buckets.add(value, count)
        const distribution = new Distribution(buckets)
        const all = buckets.buckets().flatMap(({ highest, count }) => Array(count).fill(highest))
        const expected = all[rankOf(all.length, percent) - 1]
        expect(distribution.percentile(percent)).toBe(expected)
        expect(distribution.above(expected)).toBe(all.filter((value) => value > expected).length)
        const { low, high } = distribution.interval(percent, 0.99, null)
        if (low !== null) expect(low).toBeLessThanOrEqual(expected)
        if (high !== null) expect(high).toBeGreaterThanOrEqual(expected)
      }),
    )
  })

  test('windows that hold their share exactly are as independent samples', () => {
    const windows = Array.from({ length: 200 }, () => ({ count: 10, above: 5 }))
    expect(dependenceOf(windows)).toEqual({ designEffect: 1, windows: 200, perWindow: 10 })
  })

  test('dependent samples widen the interval, and one window tells nothing', () => {
    const buckets = new HdrBuckets(3, 0, 2n ** 45n)
    for (let value = 1; value <= 2_000; value++) buckets.add(value, 5)
    const distribution = new Distribution(buckets)
    const width = (designEffect: number, windows = 100) => {
      const dependence = { designEffect, windows, perWindow: 100 }
      const { low, high } = distribution.interval(90, 0.99, dependence)
      return low === null || high === null ? null : high - low
    }
    expect(width(4)).toBeGreaterThan((width(1) ?? 0) * 1.9)
    expect(width(1, 5)).toBeGreaterThan((width(1) ?? 0) * 1.3)
    expect(width(1, 1)).toBeNull()
  })
})

test('samples above a value are counted, whether or not there is a bucket of that value', () => {
  const value = fc.integer({ min: 0, max: 2_000 }) // each in a bucket of its own
  fc.assert(
    fc.property(fc.array(value, { maxLength: 60 }), value, (all, least) => {
      const histogram = new HdrBuckets(3, 0, 2n ** 45n)
      for (const us of all) histogram.addAt(us, 1)
      expect(new Distribution(histogram).above(least)).toBe(all.filter((us) => us > least).length)
    }),
    { numRuns: campaign(200) },
  )
  const buckets = () => [{ lowest: 4_096, highest: 4_099, count: 3 }]
  expect([4_095, 4_096, 4_099].map((us) => new Distribution({ buckets }).above(us))).toEqual([
    3, 0, 0,
  ])
})
