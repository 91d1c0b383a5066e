import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { resolveSources } from '../../src/archives/source.js'
import { createMapping } from '../../src/event/mapping.js'
import type { FindingKind } from '../../src/stats/result.js'
import type { Selection } from '../../src/stats/selection.js'
import { archiveStats } from '../../src/stats/stats.js'

const folder = mkdtempSync(join(tmpdir(), 'evt-selection-'))
afterAll(() => rmSync(folder, { recursive: true }))

function line(type: string, key: string, sequence: number | string, at: number): string {
  const detail = { key, sequence }
  return JSON.stringify({ id: `${type}${at}`, source: 's', 'detail-type': type, detail })
}

test.each([0, Number.POSITIVE_INFINITY])(
  'what is left out leaves no sequence behind, read by SQL from %d bytes',
  async (sqlFromBytes) => {
    const lines = Array.from({ length: 200 }, (_, n) => [
      line('beyond', 'a', String(10n ** 18n - BigInt(n)), n),
      line('ordered', 'b', n, n),
    ])
    writeFileSync(join(folder, 'events.ndjson'), `${lines.flat().join('\n')}\n`)
    const maps = ['key=$.detail.key', 'sequence=$.detail.sequence']
    const { objects } = await resolveSources([folder], { aliases: {}, cwd: folder })
    const { result } = await archiveStats({
      sources: [folder],
      objects,
      mapping: createMapping({ events: undefined, maps }),
      selection: { sinceUs: null, untilUs: null, types: ['ordered'] },
      by: 'type',
      windowUs: null,
      memoryLimitBytes: 2e9,
      sqlFromBytes,
      signal: new AbortController().signal,
      onProgress: () => {},
    })
    expect(result.total.ordering).toMatchObject({ keys: 1, checked: 200, reordered: 0 })
  },
)

test.each([1, 16, 64])('a limit is kept with %i threads', async (threads) => {
  const text = Array.from({ length: 20_000 }, (_, n) => line('t', `k${n % 9}`, n, n)).join('\n')
  for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, `${name}.ndjson`), `${text}\n`)
  const paths = ['a', 'b', 'c'].map((name) => join(folder, `${name}.ndjson`))
  const { objects } = await resolveSources(paths, { aliases: {}, cwd: folder })
  const { result } = await archiveStats({
    sources: paths,
    objects,
    mapping: createMapping({ events: undefined, maps: [] }),
    selection: { sinceUs: null, untilUs: null },
    by: 'type',
    windowUs: null,
    memoryLimitBytes: 500e6,
    sqlFromBytes: 0,
    threads,
    signal: new AbortController().signal,
    onProgress: () => {},
  })
  expect(result.total).toMatchObject({ events: 60_000, distinct: 20_000 })
})

describe.each([0, Number.POSITIVE_INFINITY])(
  'of fields that cannot be used, by SQL from %d bytes',
  (sqlFromBytes) => {
    /** Every tenth event has a time that is none; those of 10 o'clock have an arrival. */
    const documents = Array.from({ length: 200 }, (_, n) => ({
      id: `e-${n}`,
      source: 's',
      type: n % 2 === 0 ? 'even' : 'odd',
      key: `k-${n % 3}`,
      ...(n % 10 === 0 ? { time: 'soon', seq: '?' } : { time: at(n), seq: n }),
      ...(n < 100 ? {} : { receivedAt: at(n) }),
    }))
    function at(n: number): string {
      return new Date(Date.UTC(2026, 10, 1, n < 100 ? 9 : 10, 0, n)).toISOString()
    }
    // A line that is no event: what follows it moves up.
    const text = ['broken', ...documents.map((each) => JSON.stringify(each)), ''].join('\n')
    const ten = Date.UTC(2026, 10, 1, 10) * 1_000

    test.each([
      ['all', {}, 20],
      ['a type that has none', { types: ['odd'] }, 0],
      ['a type that has all', { types: ['even'] }, 20],
      ['since 10, where they have an arrival', { sinceUs: ten }, 10],
      ['until 10, where they have no time at all', { untilUs: ten }, 0],
      ['until 11', { untilUs: ten + 3_600e6 }, 10],
      ['a type that does not exist', { types: ['none'] }, 0],
    ])('only those of selected events are found: %s', async (_, selected, count) => {
      const file = join(folder, 'faulty.ndjson')
      writeFileSync(file, text)
      const { clock, sequence, result } = await faultsIn(file, selected, sqlFromBytes)
      expect([clock, sequence]).toEqual([count, count])
      const shown = result.findings.flatMap(({ kind, witnesses }) =>
        kind === 'clock' || kind === 'sequence'
          ? witnesses.map(({ position }) => position?.record)
          : [],
      )
      const first = count === 20 ? 2 : 102
      const expected = count === 0 ? [] : [first, first + 10, first + 20]
      expect(shown).toEqual([...expected, ...expected])
    })

    test('with a sample, those of the sampled', async () => {
      const file = join(folder, 'faulty.ndjson')
      writeFileSync(file, text)
      const half = await faultsIn(file, { sample: 0.5 }, sqlFromBytes)
      expect(half.clock).toBeGreaterThan(0)
      expect(half.clock).toBeLessThan(20)
      expect(half.sequence).toBe(half.clock)
    })
  },
)

async function faultsIn(file: string, selected: Partial<Selection>, sqlFromBytes: number) {
  const { objects } = await resolveSources([file], { aliases: {}, cwd: folder })
  const maps = ['id', 'source', 'type', 'time', 'receivedAt', 'key'].map((f) => `${f}=$.${f}`)
  const { result } = await archiveStats({
    sources: [file],
    objects,
    mapping: createMapping({ events: undefined, maps: [...maps, 'sequence=$.seq'] }),
    selection: { sinceUs: null, untilUs: null, ...selected },
    by: 'type',
    windowUs: null,
    memoryLimitBytes: 2e9,
    sqlFromBytes,
    signal: new AbortController().signal,
    onProgress: () => {},
  })
  const counted = (kind: FindingKind) =>
    result.findings
      .filter((finding) => finding.kind === kind)
      .reduce((sum, finding) => sum + (finding.count ?? 0), 0)
  return { result, clock: counted('clock'), sequence: counted('sequence') }
}
