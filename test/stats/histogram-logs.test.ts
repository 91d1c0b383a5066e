import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { generateArchive } from '../../src/generate/generate.js'
import { LogReader } from '../../src/stats/hlog/log-reader.js'
import { readHistogramLogs } from '../../src/stats/hlog/read-logs.js'
import type { LogsRun } from '../../src/stats/hlog/run.js'
import { runEventStats, runStats, type StatsRun } from '../../src/stats/run.js'
import { testFolder, write } from '../archives/files.js'
import { given } from '../generate/given.js'

const folder = testFolder()
const signal = new AbortController().signal
const onProgress = () => {}

function encoded(value: number, count = 1, digits: 2 | 3 = 3): string {
  const histogram = build({ numberOfSignificantValueDigits: digits, bitBucketSize: 64 })
  histogram.recordValueWithCount(value, count)
  return encodeIntoCompressedBase64(histogram)
}

async function readLogs(texts: readonly string[], unit?: 'ns' | 'us' | 'ms' | 's') {
  const objects = texts.map((text, n) => write(folder, `${n}.hlog`, text))
  return readHistogramLogs({ sources: ['x'], objects, unit, signal, onProgress })
}

const choices = {
  by: 'type',
  windowUs: null,
  types: [],
  sample: null,
  content: 'auto',
  memoryLimitBytes: 2e9,
  allowPartial: false,
} as const

function request(source: string, more: object = {}) {
  return {
    given: [source],
    maps: [],
    presets: undefined,
    config: undefined,
    choices: { ...choices, ...more },
    range: { sinceUs: null, untilUs: null },
    ...{ cwd: folder, env: {}, signal, onProgress },
  }
}

describe('a log that evt wrote', () => {
  const settings = given({ seed: 4, events: 3_000, types: 3, rates: { duplicates: 0.01 } })

  async function made(name: string) {
    await generateArchive(settings, { to: join(folder, name), force: true, signal, onProgress })
  }

  test.each([
    ['as a whole', null, {}],
    ['by window', 10_000_000, {}],
    ['by window, spilled', 10_000_000, { heldRows: 500 }],
  ])('has, read again, the latencies that were measured, %s', async (_, windowUs, held) => {
    await made('archive')
    const paths = { hlog: 'run.hlog', hgrm: 'run.hgrm' }
    const written = request('archive', { ...paths, windowUs, ...held })
    const stats: StatsRun = await runEventStats(written)
    const logs = await runStats(request('run.hlog'))
    if (!('tags' in logs.result)) throw new Error('no log was found')
    const { result } = logs
    expect(result.findings).toEqual([])
    // What buckets hold: the ends and the mean of a result are exact, of a log they are theirs.
    const inBuckets = ({ latencyMs: l }: { latencyMs: LogsLatency }) =>
      [l.count, l.stddev, l.p50, l.p90, l.p95, l.p99, l.p999, l.p9999, l.hdr] as const
    expect(result.total && inBuckets(result.total)).toEqual(inBuckets(stats.result.total))
    const measured = new Map(
      stats.result.types.map((row) => [`${row.source}/${row.type}`, inBuckets(row)]),
    )
    expect(new Map(result.tags.map((row) => [row.tag, inBuckets(row)]))).toEqual(measured)
    const windows = stats.result.windows?.filter(({ latencyMs }) => latencyMs.count > 0)
    expect(result.total?.intervals).toBe(windows?.length ?? 1)
    expect(result.span.start).toBe(windows?.[0]?.start ?? stats.result.span.firstReceivedAt)
    expect(result.span.end).toBe(windows?.at(-1)?.end ?? stats.result.span.lastReceivedAt)
    const table = readFileSync(join(folder, 'run.hgrm'), 'utf8')
    expect(table).toContain(
      `Total count    = ${String(result.total?.latencyMs.count).padStart(12)}]`,
    )
  })
})

type LogsLatency = Pick<
  NonNullable<LogsRun['result']['total']>['latencyMs'],
  'count' | 'stddev' | 'p50' | 'p90' | 'p95' | 'p99' | 'p999' | 'p9999' | 'hdr'
>

describe('the time of a row', () => {
  const first = (lines: readonly string[]) => {
    const reader = new LogReader('us')
    for (const line of lines) reader.read(line)
    const read = reader.read(`10,2,0,${encoded(1)}`)
    return read !== undefined && 'row' in read ? [read.row.startSeconds, read.row.endSeconds] : read
  }

  test.each([
    ['counts from StartTime where it lies more than a year before it', ['#[StartTime: 1e9 x'], 1e9],
    ['is that of the epoch where it does not', ['#[StartTime: 5 (s)]'], 0],
    ['counts from BaseTime', ['#[StartTime: 1e9 x', '#[BaseTime: 2000 x'], 2_000],
    [
      'counts from StartTime of the log that began last',
      [
        '#[StartTime: 1e9 x',
        `1,1,0,${encoded(1)}`,
        '#[Histogram log format version 1.3]',
        '#[StartTime: 2e9 x',
      ],
      2e9,
    ],
  ])('%s', (_, lines, base) => {
    expect(first(lines)).toEqual([base + 10, base + 12])
  })

  test('is not known where a log counts from its own beginning and does not say when', async () => {
    expect(first([])).toEqual([Number.NaN, Number.NaN])
    const { result } = await readLogs([`0.1,1,0,${encoded(5)}\n`])
    expect(result.span).toEqual({ start: null, end: null })
    expect(result.total?.span).toEqual({ start: null, end: null })
  })
})

describe('logs of others', () => {
  test('have all their rows in the total, the untagged ones too', async () => {
    const lines = [`Tag=A,0,1,0,${encoded(5_000, 30)}`, `0,1,0,${encoded(9_000, 20)}`]
    const { result } = await readLogs([`${lines.join('\n')}\n`], 'us')
    expect(result.total?.latencyMs).toMatchObject({ count: 50, min: 5, p50: 5.003, max: 9.007 })
    expect(result.tags.map(({ tag, latencyMs }) => [tag, latencyMs.count])).toEqual([
      ['A', 30],
      [null, 20],
    ])
    expect(result.findings).toEqual([])
  })

  test('are merged by tag, over files', async () => {
    const a = `Tag=A,0,1,0,${encoded(5_000, 30)}\r\n`
    const { result } = await readLogs([a + a, a], 'us')
    expect(result.tags).toMatchObject([{ tag: 'A', intervals: 3, latencyMs: { count: 90 } }])
  })

  test.each([
    ['ns', 5.003e-3],
    ['us', 5.003],
    ['ms', 5_003],
    ['s', 5_003_000],
  ] as const)('are in %s where --unit says so', async (unit, p50) => {
    const { result } = await readLogs([`0,1,0,${encoded(5_000, 30)}`], unit)
    expect(result.total?.latencyMs.p50).toBeCloseTo(p50, 9)
    expect(result.findings).toEqual([])
  })

  test('keep percent signs in their tags', async () => {
    const { result } = await readLogs([`Tag=50%25,0,1,0,${encoded(5)}`])
    expect(result.tags[0]?.tag).toBe('50%25')
  })

  test('without a unit are taken for microseconds, and that is said', async () => {
    const { result } = await readLogs([`0,1,0,${encoded(5_000, 30)}`])
    expect(result.total?.latencyMs.p50).toBe(5.003)
    expect(result.findings).toMatchObject([{ kind: 'unit', severity: 'warning' }])
  })

  test('of different precision are never added', async () => {
    const three = `Tag=A,0,1,0,${encoded(5_000, 30, 3)}\n`
    const two = `Tag=A,0,1,0,${encoded(5_000, 30, 2)}\n`
    const { result, totals } = await readLogs([three + two], 'us')
    expect(result.total).toBeNull()
    expect(totals).toHaveLength(2)
    expect(result.tags).toMatchObject([
      { tag: 'A', precision: 2, latencyMs: { count: 30, p50: 5.023 } },
      { tag: 'A', precision: 3, latencyMs: { count: 30, p50: 5.003 } },
    ])
    expect(result.findings[0]?.explain).toContain(
      '3 significant digits from 1 µs and 2 significant digits from 1 µs',
    )
  })

  test('go on after a line that cannot be read, which is a finding', async () => {
    const good = `0,1,0,${encoded(5)}`
    const { result } = await readLogs([`${good}\nnonsense\n0,1,0,HISTEgAA\n${good}`], 'us')
    expect(result.read).toMatchObject({ intervals: 2, broken: 2 })
    expect(result.findings).toMatchObject([
      {
        kind: 'undecodable',
        count: 2,
        witnesses: [
          { position: { path: '0.hlog', record: 2 }, role: 'has 1 of 4 fields', head: 'nonsense' },
          { position: { path: '0.hlog', record: 3 }, role: 'is cut', head: '0,1,0,HISTEgAA' },
        ],
      },
    ])
  })
})
