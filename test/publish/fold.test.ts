import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HdrBuckets } from '../../src/meters/hdr-buckets.js'
import { fold, foldedPercentile, MOST_ERROR, MOST_VALUES } from '../../src/publish/fold.js'
import { seed } from '../helpers/campaign.js'

const histogramOf = (samples: readonly number[]) => {
  const buckets = new HdrBuckets(3, 0, 2n ** 45n)
  for (const us of samples) buckets.add(us, 1)
  return buckets.buckets()
}

const foldedOf = (samples: readonly number[], overflow = 0, overflowMs = 0) => {
  const [min, max] = samples.reduce(
    ([a, b], us) => [Math.min(a, us), Math.max(b, us)],
    [Number.POSITIVE_INFINITY, 0],
  )
  const ends = { min: min / 1_000, max: overflow > 0 ? overflowMs : max / 1_000, overflow }
  return fold(histogramOf(samples), ends)
}

/** The value of this rank, from all of them. */
const exact = (samples: readonly number[], percent: number) => {
  const sorted = Float64Array.from(samples).sort()
  return (sorted[Math.max(1, Math.ceil((percent / 100) * sorted.length)) - 1] ?? 0) / 1_000
}

const percentiles = [1, 50, 90, 99, 99.9, 99.99, 100]

const isNear = (samples: readonly number[]) => {
  const folded = foldedOf(samples)
  for (const percent of percentiles) {
    const truth = exact(samples, percent)
    const found = foldedPercentile(folded, percent)
    // A bucket of three digits is up to 0.1% wide.
    expect(Math.abs(found - truth)).toBeLessThanOrEqual((MOST_ERROR + 0.002) * truth + 0.001)
  }
  const values = folded.flatMap((part) => part.values)
  const counts = folded.flatMap((part) => part.counts)
  expect(counts.reduce((a, b) => a + b, 0)).toBe(samples.length)
  expect(counts.every((count) => Number.isInteger(count) && count > 0)).toBe(true)
  expect(values).toEqual([...new Set(values)].sort((a, b) => a - b))
  expect(folded.every((part) => part.values.length <= MOST_VALUES)).toBe(true)
  expect([values[0], values.at(-1)]).toEqual([exact(samples, 0), exact(samples, 100)])
}

test('percentiles move by 1% at most, the ends and the count by nothing', () => {
  const latency = fc.oneof(
    fc.integer({ min: 0, max: 3_000 }),
    fc.integer({ min: 0, max: 2 ** 40 }),
    fc.double({ min: 0, max: 40, noNaN: true }).map((power) => Math.floor(2 ** power)),
  )
  fc.assert(fc.property(fc.array(latency, { minLength: 1, maxLength: 400 }), isNear))
})

test('a million latencies', () => {
  let state = seed | 1
  const random = () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32
  }
  const normal = () => Math.sqrt(-2 * Math.log(random() || 0.5)) * Math.cos(2 * Math.PI * random())
  isNear(Array.from({ length: 1e6 }, () => Math.floor(22_000 * Math.exp(0.9 * normal()))))
})

test('what lies above the range counts as the greatest', () => {
  const folded = foldedOf([1_000, 2_000], 3, 9e10)
  expect(folded).toEqual([{ values: [1, 2, 9e10], counts: [1, 1, 3] }])
})

test('nothing of nothing', () => {
  expect(fold([], { min: 0, max: 0, overflow: 0 })).toEqual([])
})
