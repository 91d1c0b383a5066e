import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { parseFlow } from '../../src/config/flow.js'
import { createMapping } from '../../src/event/mapping.js'
import { LatencyHistogram } from '../../src/meters/hdr.js'
import { askArchive } from '../../src/questions/asked-archive.js'
import { questionNamed, readCatalogue } from '../../src/questions/catalogue.js'
import { boundValues } from '../../src/questions/parameters.js'
import { createLinesFile } from '../engines/readings.js'
import { campaign } from '../helpers/campaign.js'

const lines = createLinesFile()
afterAll(() => lines.remove())

const catalogue = await readCatalogue()
const startUs = Date.parse('2026-11-01T00:00:00Z') * 1e3

const mapping = createMapping({
  events: {
    '*': {
      fields: { type: ['type'], time: ['time'], receivedAt: ['at'], key: ['key'] },
      entities: [],
    },
  },
})

/** From a microsecond to beyond what a histogram holds, as many of each size. */
const durations = fc.double({ min: 0, max: 45.5, noNaN: true }).map((bits) => Math.floor(2 ** bits))
const samples = fc
  .constantFrom(1, 19, 20, 99, 100, 200, 1_000, 2_500)
  .chain((count) => fc.array(durations, { minLength: count, maxLength: count, size: 'max' }))

/** An event that takes so long to arrive, and the next step of its flow that takes as long. */
function linesOf(us: number, n: number): string[] {
  const of = { time: startUs, at: startUs + us, key: `k${n}` }
  return [
    { ...of, type: 'a' },
    { ...of, type: 'b', time: startUs + us },
  ].map((event) => JSON.stringify(event))
}

async function percentiles(name: string, typed: string[], all: readonly number[]) {
  const { sql, parameters } = questionNamed(catalogue, name)
  const file = lines.write(all.flatMap(linesOf).map((line) => Buffer.from(line)))
  return askArchive(
    { sql, values: boundValues(parameters, typed) },
    {
      archive: { objects: [file], mapping, outside: {} },
      presets: undefined,
      chosen: { sinceUs: null, untilUs: null, types: name.startsWith('flows/') ? [] : ['a'] },
      flows: { it: parseFlow('a -> b') },
      ...{ memoryLimitBytes: 600e6, threads: 1, sqlFromBytes: 0 },
      signal: new AbortController().signal,
      onProgress: () => {},
    },
    async ({ rows: { columns, chunks } }) => {
      const found: unknown[] = []
      for await (const chunk of chunks) found.push(...chunk)
      if (found.length === 0) return undefined
      expect(found.length).toBe(1)
      const [row] = found as unknown[][]
      const names = ['p50_us', 'p90_us', 'p95_us', 'p99_us', 'p999_us']
      return names.map((each) => row?.[columns.findIndex(({ name: of }) => of === each)])
    },
  )
}

/** What is too long is in no percentile, of the histogram and of the questions alike. */
function expected(all: readonly number[]) {
  const histogram = new LatencyHistogram()
  for (const us of all) if (us < 2 ** 45) histogram.record(us)
  const { p50, p90, p95, p99, p999 } = histogram.figures(null)
  return [p50, p90, p95, p99, p999].map((ms) => (ms === null ? null : Math.round(ms * 1e3)))
}

test.each([
  ['latency/by-type', []],
  ['latency/by-window', ['window=10000d']],
  ['flows/steps', []],
])(
  '%s has the percentiles of evt stats',
  async (name, typed) => {
    await fc.assert(
      fc.asyncProperty(samples, async (all) => {
        const found = await percentiles(name, typed, all)
        expect(found ?? [null, null, null, null, null]).toEqual(expected(all))
      }),
      { numRuns: campaign(8), endOnFailure: true },
    )
  },
  120_000,
)
