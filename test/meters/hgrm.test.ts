import fc from 'fast-check'
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import { expect, test } from 'vitest'
import { HIGHEST_US, LatencyHistogram } from '../../src/meters/hdr.js'
import { HdrBuckets } from '../../src/meters/hdr-buckets.js'
import { readHdr } from '../../src/meters/hdr-v2.js'
import { hgrmText } from '../../src/meters/hgrm.js'

function recorded(all: readonly number[]) {
  const histogram = new LatencyHistogram()
  for (const value of all) histogram.record(value)
  const { hdr } = histogram.figures()
  const reading = readHdr(hdr ?? '')
  if (!reading.ok) throw new Error(reading.fault)
  return { histogram: reading.histogram, hdr: hdr ?? '' }
}

test('the table is the one that HdrHistogram writes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(10_000_000), { minLength: 1, maxLength: 500, size: 'max' }),
      (all) => {
        const { histogram, hdr } = recorded(all)
        const theirs = decodeFromCompressedBase64(hdr, 64).outputPercentileDistribution(5, 1_000)
        const rows = (text: string) => text.split('\n').filter((line) => /^ *\d/.test(line))
        // The last line of their table has an infinite rarity, which Java's leaves out.
        const expected = rows(theirs).map((line) => line.replace(/ +∞$| +Infinity$/, ''))
        expect(rows(hgrmText(histogram, 1_000))).toEqual(expected)
      },
    ),
    { numRuns: 100 },
  )
})

test('the whole text, with its head and foot', () => {
  const { histogram } = recorded([1_000, 2_000, 3_000, 4_000])
  expect(hgrmText(histogram, 1_000)).toBe(
    [
      '       Value     Percentile TotalCount 1/(1-Percentile)',
      '',
      '       1.000 0.000000000000          1           1.00',
      '       1.000 0.100000000000          1           1.11',
      '       1.000 0.200000000000          1           1.25',
      '       2.000 0.300000000000          2           1.43',
      '       2.000 0.400000000000          2           1.67',
      '       2.000 0.500000000000          2           2.00',
      '       3.001 0.550000000000          3           2.22',
      '       3.001 0.600000000000          3           2.50',
      '       3.001 0.650000000000          3           2.86',
      '       3.001 0.700000000000          3           3.33',
      '       3.001 0.750000000000          3           4.00',
      '       4.001 0.775000000000          4           4.44',
      '       4.001 1.000000000000          4',
      '#[Mean    =        2.501, StdDeviation   =        1.118]',
      '#[Max     =        4.001, Total count    =            4]',
      '#[Buckets =           35, SubBuckets     =         2048]',
      '#[Written by evt: values in milliseconds, min = 1.000, p99 = 4.001, p99.9 = 4.001, ' +
        'p99.99 = 4.001]',
      '',
    ].join('\n'),
  )
})

test('without values there are no rows', () => {
  const text = hgrmText(new HdrBuckets(3, 0, BigInt(HIGHEST_US)), 1_000)
  expect(text.split('\n').filter((line) => /^ *\d/.test(line))).toEqual([])
  expect(text).toContain('Total count    =            0]')
})
