import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { LatencyHistogram } from '../../src/meters/hdr.js'
import { type HdrBuckets, summaryOf } from '../../src/meters/hdr-buckets.js'
import { readHdr, writeHdr } from '../../src/meters/hdr-v2.js'
import { bucketAt, percentileAt } from './naive-precision.js'

const values = fc.array(fc.oneof(fc.nat(5_000), fc.nat(2 ** 31 - 1), fc.maxSafeNat()), {
  minLength: 1,
  maxLength: 200,
  size: 'max',
})
const precision = fc.record({ digits: fc.integer({ min: 1, max: 5 }), lowest: fc.nat(99_999) })
const percents = [0.1, 50, 90, 95, 99, 99.9, 99.99, 100]

function encoded(all: readonly number[], digits: number, lowest = 1): string {
  const histogram = build({
    bitBucketSize: 64,
    numberOfSignificantValueDigits: digits as 1 | 2 | 3 | 4 | 5,
    lowestDiscernibleValue: lowest,
    highestTrackableValue: Number.MAX_SAFE_INTEGER,
  })
  for (const value of all) histogram.recordValue(value)
  return encodeIntoCompressedBase64(histogram)
}

function read(base64: string): HdrBuckets {
  const reading = readHdr(base64)
  if (!reading.ok) throw new Error(reading.fault)
  return reading.histogram
}

describe('histograms of another implementation', () => {
  test('are read bucket by bucket, at their own precision', () => {
    fc.assert(
      fc.property(values, precision, (all, { digits, lowest }) => {
        const histogram = read(encoded(all, digits, lowest + 1))
        const counts = new Map<number, number>()
        for (const value of all) {
          const { low } = bucketAt(value, digits, lowest + 1)
          counts.set(low, (counts.get(low) ?? 0) + 1)
        }
        const expected = [...counts].sort(([a], [b]) => a - b)
        const found = histogram.buckets().map((one) => [one.lowest, one.count])
        expect(found).toEqual(expected)
        expect(histogram.total).toBe(all.length)
      }),
      { numRuns: 100 },
    )
  })

  test('answer with the percentiles that sorting every value gives', () => {
    fc.assert(
      fc.property(values, precision, (all, { digits, lowest }) => {
        const summary = summaryOf(read(encoded(all, digits, lowest + 1)))
        for (const percent of percents) {
          expect(summary?.at(percent)).toBe(percentileAt(all, percent, digits, lowest + 1))
        }
        const [least, most] = [Math.min(...all), Math.max(...all)]
        const top = bucketAt(most, digits, lowest + 1)
        expect(summary?.min).toBe(bucketAt(least, digits, lowest + 1).low)
        expect(summary?.max).toBe(top.low + top.width - 1)
      }),
      { numRuns: 100 },
    )
  })

  test('decode there to the same after they were written here', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 5 }), (all, digits) => {
        const theirs = decodeFromCompressedBase64(encoded(all, digits), 64)
        const ours = decodeFromCompressedBase64(writeHdr(read(encoded(all, digits))), 64)
        expect(ours.totalCount).toBe(theirs.totalCount)
        for (const percent of percents) {
          expect(ours.getValueAtPercentile(percent)).toBe(theirs.getValueAtPercentile(percent))
        }
      }),
      { numRuns: 10 },
    )
  })

  test('have the mean and the standard deviation that are found there', () => {
    const all = Array.from({ length: 5_000 }, (_, i) => (i * 7_919) % 100_003)
    const theirs = decodeFromCompressedBase64(encoded(all, 3), 64)
    const summary = summaryOf(read(encoded(all, 3)))
    expect(summary?.mean).toBeCloseTo(theirs.mean, 6)
    expect(summary?.stddev).toBeCloseTo(theirs.stdDeviation, 6)
  })
})

describe('merging', () => {
  test('equals recording all', () => {
    fc.assert(
      fc.property(values, values, fc.integer({ min: 1, max: 5 }), (a, b, digits) => {
        const merged = read(encoded(a, digits))
        merged.merge(read(encoded(b, digits)))
        const all = read(encoded([...a, ...b], digits))
        expect(merged.entries()).toEqual(all.entries())
        expect(merged.total).toBe(all.total)
      }),
      { numRuns: 50 },
    )
  })

  test.each([
    ['digits', encoded([5_000], 2), encoded([5_000], 3)],
    ['lowest values', encoded([5_000], 3, 1), encoded([5_000], 3, 2)],
  ])('refuses other %s', (_, a, b) => {
    expect(read(a).fits(read(b))).toBe(false)
    expect(() => read(a).merge(read(b))).toThrow('of different precision')
  })

  test('takes lowest values with one power of two for the same', () => {
    expect(read(encoded([5_000], 2, 20_000)).fits(read(encoded([5_000], 2, 16_384)))).toBe(true)
  })
})

test("evt's own histograms are written again byte for byte", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2 ** 31 - 1), { minLength: 1 }), (all) => {
      const histogram = new LatencyHistogram()
      for (const value of all) histogram.record(value, 1 + (value % 3))
      const { hdr } = histogram.figures()
      expect(writeHdr(read(hdr ?? ''))).toBe(hdr)
    }),
    { numRuns: 200 },
  )
})

test('counts up to 2^52 are read and written', () => {
  const histogram = new LatencyHistogram()
  histogram.record(7, 2 ** 52 - 1)
  const again = read(writeHdr(read(histogram.figures().hdr ?? '')))
  expect(again.total).toBe(2 ** 52 - 1)
})

describe('what is no V2 histogram', () => {
  const good = Buffer.from(encoded([1, 2, 3], 3), 'base64')

  function withCookie(cookie: number): string {
    const bytes = Buffer.from(good)
    bytes.writeInt32BE(cookie, 0)
    return bytes.toString('base64')
  }

  function withPlain(change: (plain: Buffer) => Buffer): string {
    const plain = Buffer.alloc(41)
    plain.writeInt32BE(0x1c849313, 0)
    plain.writeInt32BE(1, 4)
    plain.writeInt32BE(3, 12)
    plain.writeBigInt64BE(1n, 16)
    plain.writeBigInt64BE(1_000n, 24)
    plain[40] = 2
    const packed = deflateSync(change(plain))
    const head = Buffer.alloc(8)
    head.writeInt32BE(0x1c849314, 0)
    head.writeInt32BE(packed.length, 4)
    return Buffer.concat([head, packed]).toString('base64')
  }

  function changed(change: (plain: Buffer) => void): string {
    return withPlain((plain) => {
      change(plain)
      return plain
    })
  }

  const counts = (...bytes: number[]) =>
    withPlain((plain) => {
      plain.writeInt32BE(bytes.length, 4)
      return Buffer.concat([plain.subarray(0, 40), Buffer.from(bytes)])
    })

  test('the model for the cases below is read', () => {
    expect(read(withPlain((plain) => plain)).entries()).toEqual([[0, 1]])
    expect(read(counts(1, 2, 4)).entries()).toEqual([
      [1, 1],
      [2, 2],
    ])
  })

  test.each([
    ['no base64', 'HIST F', 'is no base64'],
    ['nothing', '', 'is no base64'],
    ['three bytes', 'HIST', 'is cut'],
    ['V1', withCookie(0x1c849322), 'is encoded as V1; evt reads V2'],
    ['V0', withCookie(0x1c849389), 'is encoded as V0; evt reads V2'],
    ['a DoubleHistogram', withCookie(0x0c72124f), 'is a DoubleHistogram; evt reads V2'],
    ['another format', withCookie(0x1f8b0800), 'is no histogram'],
    ['a cut text', good.subarray(0, -6).toString('base64'), 'is cut'],
    ['V1 inside', changed((p) => p.writeInt32BE(0x1c849301, 0)), 'is encoded as V1; evt reads V2'],
    ['a payload that is cut', changed((p) => p.writeInt32BE(2, 4)), 'is cut'],
    ['a negative payload', changed((p) => p.writeInt32BE(-1, 4)), 'is cut'],
    ['six digits', changed((p) => p.writeInt32BE(6, 12)), 'has 6 significant digits'],
    [
      'a lowest value of 0',
      changed((p) => p.writeBigInt64BE(0n, 16)),
      'has 0 for its lowest value',
    ],
    [
      'a lowest value of 2^62',
      changed((p) => p.writeBigInt64BE(2n ** 62n, 16)),
      'has 4611686018427387904 for its lowest value',
    ],
    ['a count that is cut', counts(0x80), 'is cut'],
    ['a header alone', withPlain((plain) => plain.subarray(0, 39)), 'is cut'],
    [
      'a count of 2^60',
      counts(128, 128, 128, 128, 128, 128, 128, 128, 32),
      'has a count beyond 2^52',
    ],
    ['a run of 2^40', counts(255, 255, 255, 255, 255, 63), 'has values beyond 2^63'],
  ])('%s is told apart', (_, base64, fault) => {
    expect(readHdr(base64)).toEqual({ ok: false, fault })
  })

  test('damaged compression is', () => {
    const bytes = Buffer.from(good)
    bytes[9] = (bytes[9] ?? 0) ^ 0xff
    expect(readHdr(bytes.toString('base64'))).toMatchObject({
      ok: false,
      fault: expect.stringContaining('is corrupt: '),
    })
  })

  test('what unpacks to more than 64 MiB is', () => {
    const bomb = withPlain((plain) => Buffer.concat([plain, Buffer.alloc(65 * 1024 * 1024)]))
    expect(readHdr(bomb)).toEqual({ ok: false, fault: 'unpacks to more than 64 MiB' })
  })

  test('whatever the text, reading ends', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const base64 = withPlain((plain) => Buffer.concat([plain.subarray(0, 40), bytes]))
        expect(typeof readHdr(base64).ok).toBe('boolean')
        expect(typeof readHdr(Buffer.from(bytes).toString('base64')).ok).toBe('boolean')
      }),
    )
  })
})
