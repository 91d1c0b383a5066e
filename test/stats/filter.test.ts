import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { resolveSources } from '../../src/archives/source.js'
import { createMapping } from '../../src/event/mapping.js'
import { parsePattern } from '../../src/event/pattern.js'
import { archiveStats, type StatsOptions } from '../../src/stats/stats.js'
import { naiveMatch } from '../event/naive-pattern.js'

const folder = mkdtempSync(join(tmpdir(), 'evt-filter-'))
afterAll(() => rmSync(folder, { recursive: true }))

const pattern = { detail: { shop: [{ prefix: 'a' }], lines: { n: [1], paid: [true] } } }

/** Some come again, one of them with another content; some come late, some have no time. */
const events = Array.from({ length: 600 }, (_, n) => {
  const of = n % 7 === 0 && n > 20 ? n - 14 : n
  const lines = [
    { n: of % 2, paid: of % 5 !== 0 },
    { n: 1, paid: of % 3 === 0 },
  ]
  const detail = {
    shop: of % 4 === 0 ? 'b' : 'ab',
    key: `k${of % 5}`,
    n: of,
    lines,
    price: n % 300,
  }
  const second = String(Math.floor(of / 10)).padStart(2, '0')
  const time = of % 50 === 1 ? 'soon' : `2026-11-01T00:00:${second}.${of % 10}00Z`
  const receivedAt = `2026-11-01T00:01:${second}.${n % 10}00Z`
  return { id: `e${of}`, source: 'shop', 'detail-type': 'order', time, receivedAt, detail }
})

async function measured(lines: readonly string[], more: Partial<StatsOptions> = {}) {
  const file = join(folder, 'events.ndjson')
  writeFileSync(file, `${['broken', ...lines].join('\n')}\n`)
  const { objects } = await resolveSources([file], { aliases: {}, cwd: folder })
  const maps = ['key=$.detail.key', 'sequence=$.detail.n', 'receivedAt=$.receivedAt']
  const { result } = await archiveStats({
    sources: ['events.ndjson'],
    objects,
    mapping: createMapping({ maps }),
    selection: { sinceUs: null, untilUs: null },
    ...{ by: 'type', windowUs: 10e6, content: true, memoryLimitBytes: 2e9, sqlFromBytes: 0 },
    signal: new AbortController().signal,
    onProgress: () => {},
    ...more,
  })
  const { read, findings, ...figures } = result
  return {
    ...figures,
    read: { records: read.records, undecodable: read.undecodable },
    // Records stand elsewhere where the others are not there.
    findings: JSON.parse(
      JSON.stringify(findings, (key, value) => (key === 'position' ? undefined : value)),
    ),
  }
}

test.each([
  ['in memory', {}],
  ['spilled', { heldRows: 50 }],
])('what a filter leaves out is as if it were not there, %s', async (_, more) => {
  const filter = parsePattern(JSON.stringify(pattern))
  const selection = { sinceUs: null, untilUs: null, filter }
  const all = events.map((event) => JSON.stringify(event))
  const some = events.filter((event) => naiveMatch(pattern, event))
  const found = await measured(all, { selection, ...more })
  expect(found.total.events).toBe(some.length)
  expect(found.findings.length).toBeGreaterThan(2)
  expect(found).toEqual(await measured(some.map((event) => JSON.stringify(event))))
})

test('entries of wrappers are filtered one by one', async () => {
  const records = [0, 1, 2, 3].map((n) => ({
    ...{ messageId: `m${n}`, receiptHandle: 'r', eventSource: 'aws:sqs', md5OfBody: '' },
    ...{ attributes: { SentTimestamp: '1793491201500', ApproximateReceiveCount: '1' } },
    ...{ eventSourceARN: 'arn:aws:sqs:eu-west-1:1:q', awsRegion: 'eu-west-1' },
    ...{ messageAttributes: {}, body: JSON.stringify({ id: `${n % 2}`, a: [{ b: n % 2, c: n }] }) },
  }))
  const filter = parsePattern('{"a":{"b":[1],"c":[{"numeric":[">=",1]}]}}')
  const selection = { sinceUs: null, untilUs: null, filter }
  const mapping = createMapping({ maps: ['id=$.id'] })
  const lines = [JSON.stringify({ Records: records })]
  const { total, findings } = await measured(lines, { selection, mapping })
  expect(total).toMatchObject({ events: 2, distinct: 1, duplicates: { count: 1 } })
  expect(JSON.stringify(findings)).toContain('differs at $.a[0].c')
})
