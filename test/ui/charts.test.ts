import fc from 'fast-check'
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { condensed, sparkline, stepText } from '../../src/ui/charts.js'
import { latencyShape, logRanges, risingQuantile } from '../../src/ui/latency-shape.js'

const MINUTE_US = 60_000_000

test('a sparkline shows nothing as a blank and little as little', () => {
  expect(sparkline([0, 1, 500, 1_000])).toBe(' ▁▄█')
  expect(sparkline([0, 0])).toBe('  ')
})

describe('a timeline', () => {
  const day = { startUs: 5 * MINUTE_US, stepUs: MINUTE_US, counts: Array(1_440).fill(2) }

  test('is condensed to steps that people count in, on whole ones', () => {
    const { startUs, stepUs, counts } = condensed(day, 60)
    expect([startUs, stepText(stepUs), counts.length]).toEqual([0, '30 min', 49])
    expect(counts[0]).toBe(50)
  })

  test('keeps every event', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(9), { minLength: 1, maxLength: 400 }),
        fc.constantFrom(1_000_000, MINUTE_US, 60 * MINUTE_US, 7 * MINUTE_US),
        fc.nat(1_000_000),
        fc.integer({ min: 10, max: 80 }),
        (counts, stepUs, steps, columns) => {
          const few = condensed({ startUs: steps * stepUs, stepUs, counts }, columns)
          const sum = (of: readonly number[]) => of.reduce((a, b) => a + b, 0)
          expect(few.counts.length).toBeLessThanOrEqual(columns + 1)
          expect(sum(few.counts)).toBe(sum(counts))
        },
      ),
    )
  })

  test.each([
    [1_000_000, 'second'],
    [30 * MINUTE_US, '30 min'],
    [60 * MINUTE_US, 'hour'],
    [48 * 60 * MINUTE_US, '2 days'],
    [90 * 1_000_000, '90 s'],
    [250_000, '250 ms'],
  ])('counts per %i µs', (us, text) => expect(stepText(us)).toBe(text))
})

describe('the shape of latencies', () => {
  const latencies = fc.array(fc.integer({ min: 0, max: 2 ** 45 - 1 }), { minLength: 1 })
  const recorded = (values: readonly number[]) => {
    const histogram = build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: 2 ** 45 - 1,
      numberOfSignificantValueDigits: 3,
    })
    for (const value of values) histogram.recordValue(value)
    return histogram
  }

  test('gives the percentiles of the histogram, and counts every latency once', async () => {
    await fc.assert(
      fc.asyncProperty(latencies, async (values) => {
        const histogram = recorded(values)
        const shape = await latencyShape(encodeIntoCompressedBase64(histogram))
        const quantile = risingQuantile(shape)
        for (const p of [50, 90, 99, 99.9]) {
          expect(quantile(p / 100)).toBe(histogram.getValueAtPercentile(p))
        }
        const { counts } = logRanges(shape, 30)
        expect(counts.reduce((a, b) => a + b, 0)).toBe(values.length)
      }),
    )
  })
})
