import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { resolveSources } from '../../src/archives/source.js'
import { createMapping } from '../../src/event/mapping.js'
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
