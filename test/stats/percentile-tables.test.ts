import fc from 'fast-check'
import { build } from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { samplesNeeded } from '../../src/meters/hdr.js'
import { HdrBuckets, summaryOf } from '../../src/meters/hdr-buckets.js'
import { hgrmText } from '../../src/meters/hgrm.js'
import { type LogsRead, readHistogramLogs } from '../../src/stats/hlog/read-logs.js'
import { openPercentiles } from '../../src/stats/hlog/table-latency.js'
import { testFolder, write } from '../archives/files.js'

const folder = testFolder()
const signal = new AbortController().signal
const percents = { p50: 50, p90: 90, p95: 95, p99: 99, p999: 99.9, p9999: 99.99 } as const
type Name = keyof typeof percents
const names = Object.keys(percents) as Name[]

async function readTables(texts: readonly string[], unit?: 'ns' | 'us' | 'ms' | 's') {
  const objects = texts.map((text, n) => write(folder, `${n}.hgrm`, text))
  return readHistogramLogs({ sources: ['x'], objects, unit, signal, onProgress: () => {} })
}

function latencyOf({ result }: LogsRead) {
  if (result.total === null) throw new Error('no total')
  return result.total.latencyMs
}

/** Of each value some, many of them equal, so that percentiles of 100,000 are claimed. */
const samples = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 9_000_000 }), fc.integer({ min: 1, max: 3_000 })),
  {
    minLength: 1,
    maxLength: 60,
    size: 'max',
  },
)

/** With these, the shares of the rows are no rounded ones. */
const ticks = fc.constantFrom(1, 2, 4, 5, 8, 10, 20)

function recorded(all: readonly [number, number][], digits: 2 | 3 = 3) {
  const theirs = build({ numberOfSignificantValueDigits: digits, bitBucketSize: 64 })
  for (const [value, count] of all) theirs.recordValueWithCount(value, count)
  return theirs
}

function buckets(all: readonly [number, number][]): HdrBuckets {
  const histogram = new HdrBuckets(3, 0, 2n ** 45n - 1n)
  for (const [value, count] of all) histogram.add(value, count)
  return histogram
}

test('what evt writes is read back with the same figures', async () => {
  await fc.assert(
    fc.asyncProperty(samples, async (all) => {
      const histogram = buckets(all)
      const summary = summaryOf(histogram)
      if (!summary) throw new Error('nothing was recorded')
      const read = await readTables([hgrmText(histogram, 1_000)])
      const latency = latencyOf(read)
      expect(read.broken).toEqual([])
      expect(latency).toMatchObject({
        ...{ count: histogram.total, min: summary.min / 1_000, max: summary.max / 1_000 },
        mean: Number((summary.mean / 1_000).toFixed(3)),
        stddev: Number((summary.stddev / 1_000).toFixed(3)),
      })
      for (const name of names) {
        const isClaimed = histogram.total >= samplesNeeded(percents[name])
        expect(latency[name]).toBe(isClaimed ? summary.at(percents[name]) / 1_000 : null)
      }
    }),
    { numRuns: 50, endOnFailure: true },
  )
})

test('of a table by HdrHistogram no percentile is claimed that is not so', async () => {
  await fc.assert(
    fc.asyncProperty(samples, ticks, async (all, steps) => {
      const theirs = recorded(all)
      const text = theirs.outputPercentileDistribution(steps, 1_000, false)
      const read = await readTables([text], 'ms')
      expect(read.broken).toEqual([])
      const latency = latencyOf(read)
      expect(latency.count).toBe(theirs.totalCount)
      for (const name of names) {
        const real = theirs.getValueAtPercentile(percents[name]) / 1_000
        const bounds = boundsOf(read, percents[name])
        if (latency[name] !== null) expect(latency[name]).toBe(real)
        else if (theirs.totalCount >= samplesNeeded(percents[name])) {
          expect(bounds).toBeDefined()
          expect(real).toBeGreaterThan(bounds?.low ?? Number.POSITIVE_INFINITY)
          expect(real).toBeLessThanOrEqual(bounds?.high ?? 0)
        }
      }
    }),
    { numRuns: 50, endOnFailure: true },
  )
})

test('nor of several', async () => {
  await fc.assert(
    fc.asyncProperty(samples, samples, ticks, async (a, b, steps) => {
      const texts = [recorded(a), recorded(b)].map((one) =>
        one.outputPercentileDistribution(steps, 1_000, false),
      )
      const read = await readTables(texts, 'ms')
      const both = summaryOf(buckets([...a, ...b]))
      const latency = latencyOf(read)
      for (const name of names) {
        const real = (both?.at(percents[name]) ?? 0) / 1_000
        const bounds = boundsOf(read, percents[name])
        if (latency[name] !== null) expect(latency[name]).toBe(real)
        if (bounds) expect(real).toBeGreaterThanOrEqual(bounds.low)
        if (bounds) expect(real).toBeLessThanOrEqual(bounds.high)
      }
      expect(latency.mean).toBeCloseTo((both?.mean ?? 0) / 1_000, 1)
      expect(latency.stddev).toBeCloseTo((both?.stddev ?? 0) / 1_000, 0)
    }),
    { numRuns: 30, endOnFailure: true },
  )
})

function boundsOf({ totals }: LogsRead, percent: number) {
  const open = openPercentiles(totals[0]?.tables ?? [])
  const found = open.find(({ name }) => name === `p${percent}`)
  return found && { low: found.low / 1_000, high: found.high / 1_000 }
}

test('percentiles at the steps are claimed', async () => {
  const all = Array.from({ length: 2_000 }, (_, n): [number, number] => [(n + 1) * 1_000, 1])
  const theirs = recorded(all)
  const read = await readTables([theirs.outputPercentileDistribution(5, 1_000, false)], 'ms')
  expect(latencyOf(read)).toMatchObject({
    ...{
      p50: theirs.getValueAtPercentile(50) / 1_000,
      p90: theirs.getValueAtPercentile(90) / 1_000,
    },
    ...{ p95: theirs.getValueAtPercentile(95) / 1_000, p99: null },
  })
})

test('the histogram has the precision of the table, and its counts', async () => {
  const theirs = recorded(
    [
      [1_234_567, 40],
      [2_000, 60],
    ],
    2,
  )
  const text = theirs.outputPercentileDistribution(5, 1_000, false)
  const { result } = await readTables([text], 'ms')
  expect(result.total).toMatchObject({ precision: 2, unit: 'us' })
})

const row = (value: string, share: string, count: number) => `${value} ${share} ${count}`
const HEAD = 'Value Percentile TotalCount 1/(1-Percentile)'

describe('a table', () => {
  async function faults(lines: readonly string[]) {
    const { result, broken } = await readTables([[HEAD, ...lines, ''].join('\n')], 'ms')
    const count = result.total?.latencyMs.count ?? null
    return { count, faults: broken.map(({ line, fault }) => `${line} ${fault}`) }
  }
  const [first, half, all] = [row('1.0', '0.0', 1), row('2.0', '0.50', 5), row('3.0', '1.00', 10)]

  test.each([
    ['that is whole', [first, half, all], 10, []],
    ['whose 100% has no decimals', [first, '3.0,1,10,Infinity'], 10, []],
    ['with a broken line', [first, 'half', all], 10, ['3 is no row of a percentile table']],
    [
      'with too large a count',
      [first, row('3.0', '1.0', 2 ** 53), all],
      10,
      ['3 has a count beyond 2^53'],
    ],
    ['that falls', [half, first, all], 10, ['3 contradicts the row before it']],
    [
      'with two values of one count',
      [first, half, row('2.5', '0.60', 5), all],
      10,
      ['4 contradicts the row before it'],
    ],
    [
      'with a count of a smaller share',
      [first, row('2.0', '0.90', 5), all],
      10,
      ['3 has a count that is no such share of all'],
    ],
    [
      'with a value that is too large',
      [first, row('99999999999999.0', '1.0', 10)],
      1,
      ['3 has a value beyond 2^53'],
    ],
    ['that is cut', [first, half], null, ['3 ends a table before 100%']],
    ['without rows', [], null, ['1 ends a table before 100%']],
    [
      'that lacks its last rows',
      [first, half, '#[Max     = 3.0, Total count    = 10]'],
      null,
      ['4 ends a table at 5 of 10 values'],
    ],
    ['of no values', ['#[Max     = 0.0, Total count    = 0]'], 0, []],
  ])('%s', async (_, lines, count, expected) => {
    expect(await faults(lines)).toEqual({ count, faults: expected })
  })

  test('as CSV', async () => {
    const lines = ['"Value","Percentile","TotalCount","1/(1-Percentile)"', '1.0,0.0,1,1.00']
    const { result } = await readTables([[...lines, '3.0,1.000000000000,10,Infinity'].join('\r\n')])
    expect(result.total?.latencyMs).toMatchObject({ count: 10, min: 1, max: 3 })
  })

  test('after another in one file', async () => {
    expect(await faults([first, all, HEAD, first, half, all])).toEqual({ count: 20, faults: [] })
  })

  test('without mean and deviation has none', async () => {
    const { result } = await readTables([[HEAD, first, half, all].join('\n')], 'ms')
    expect(result.total?.latencyMs).toMatchObject({ min: 1, mean: null, stddev: null, max: 3 })
  })

  test('that says figures which its rows exclude', async () => {
    const own = '#[Written by evt: values in milliseconds, min = 1.0, p50 = 99.0, p90 = 2.5]'
    const text = [HEAD, row('1.0', '0.0', 10), row('11.0', '1.0', 110), own].join('\n')
    const { result } = await readTables([text])
    expect(result.total?.latencyMs).toMatchObject({ min: 1, p50: null, p90: 2.5 })
  })
})
