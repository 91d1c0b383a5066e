import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { JsonObject } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'
import { parsePattern } from '../../src/event/pattern.js'
import { askArchive } from '../../src/questions/asked-archive.js'
import { createLinesFile } from '../engines/readings.js'
import { naiveMatch } from '../event/naive-pattern.js'
import { documents, patterns } from '../event/patterns.js'
import { campaign } from '../helpers/campaign.js'

const lines = createLinesFile()
afterAll(() => lines.remove())

/** Texts of JSON that say the same, the second way with more escapes than needed. */
const ways = [
  (text: string) => text,
  (text: string) => text.replaceAll('x', '\\u0078').replaceAll('/', '\\/'),
]

const eventOf = (detail: JsonObject, n: number) => ({
  ...{ version: '0', id: String(n), 'detail-type': 'x', source: 'shop', account: '1' },
  ...{ time: '2026-11-01T00:00:01Z', region: 'eu-west-1', resources: [], detail },
})

/** The records that are kept; the document itself is not asked for. */
async function kept(texts: readonly string[], pattern: JsonObject, sqlFromBytes: number) {
  const file = lines.write(texts.map((text) => Buffer.from(text)))
  return askArchive(
    { sql: 'SELECT position.record FROM events ORDER BY 1', values: {} },
    {
      archive: { objects: [file], mapping: createMapping({}), outside: {} },
      presets: undefined,
      chosen: {
        ...{ sinceUs: null, untilUs: null },
        filter: parsePattern(JSON.stringify(pattern)),
      },
      memoryLimitBytes: 600e6,
      ...{ threads: 1, sqlFromBytes },
      signal: new AbortController().signal,
      onProgress: () => {},
    },
    async ({ rows, searched }) => {
      const found: number[] = []
      for await (const chunk of rows.chunks) found.push(...chunk.map(([record]) => Number(record)))
      expect(searched).toMatchObject({ events: texts.length, chosen: found.length })
      return found
    },
  )
}

test('SQL and decoder keep the events that the naive model says', async () => {
  const some = fc.array(documents, { minLength: 60, maxLength: 60, size: 'max' })
  let matches = 0
  await fc.assert(
    fc.asyncProperty(some, patterns, async (details, detail) => {
      const pattern = { 'detail-type': ['x', { suffix: 'a/b' }], detail }
      const events = details.map(eventOf)
      const texts = events.map((event, n) => ways[n % 2]?.(JSON.stringify(event)) ?? '')
      const expected = events.flatMap((event, n) => (naiveMatch(pattern, event) ? [n + 1] : []))
      matches += expected.length
      expect(await kept(texts, pattern, 0)).toEqual(expected)
      expect(await kept(texts, pattern, Infinity)).toEqual(expected)
    }),
    { numRuns: campaign(25), endOnFailure: true },
  )
  expect(matches).toBeGreaterThan(0)
}, 120_000)

test.each([
  ['equal', [{ exactly: 'a/x' }, 'y'], [1, 2, 3]],
  ['a beginning', [{ prefix: 'a/' }, { prefix: '"' }], [1, 2, 3, 5]],
  ['an end', [{ suffix: '/x' }], [1, 2, 3]],
  ['half a character', [{ prefix: '\ud83d' }], [6]],
  ['absent or equal', [{ exists: false }, 'a/x'], [1, 2, 3, 7]],
])('texts that JSON writes in several ways: %s', async (_, values, records) => {
  const written = ['"a/x"', '"a\\/x"', '["\\u0061/x"]', '"b"', '"\\"/"', '"😀"']
  const texts = [...written.map((value) => `{"id":"1","c":${value}}`), '{"id":"1"}']
  expect(await kept(texts, { c: values }, 0)).toEqual(records)
  expect(await kept(texts, { c: values }, Infinity)).toEqual(records)
})

test('more documents than are read at once', async () => {
  const texts = Array.from({ length: 5_000 }, (_, n) => JSON.stringify(eventOf({ n: n % 7 }, n)))
  const pattern = { detail: { n: [{ numeric: ['<', 5] }] } }
  const found = await kept(texts, pattern, 0)
  expect(found.length).toBe(3572)
  expect(found.every((record) => (record - 1) % 7 < 5)).toBe(true)
})
