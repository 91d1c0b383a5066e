import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Duckdb, openDuckdb } from '../../src/engines/duckdb.js'
import { eventColumns } from '../../src/engines/event-columns.js'
import { EventTables } from '../../src/engines/events-table.js'
import { lineTexts } from '../../src/engines/line-scan.js'
import { createMapping } from '../../src/event/mapping.js'
import {
  chainsOf,
  createLinesFile,
  decoderReading,
  planOf,
  rowOf,
  viewRow,
  withPlainJson,
} from './readings.js'

const lines = createLinesFile()
let duckdb: Duckdb

beforeAll(async () => {
  duckdb = await openDuckdb({ memoryLimitBytes: 1e9, threads: 2 })
})

afterAll(() => {
  duckdb.close()
  lines.remove()
})

const event = (more: string) =>
  `{"detail-type":"order.placed","source":"shop","detail":{"orderId":"o-1"},${more}}`
const texts = [
  event('"id":"a","time":"2026-11-01T14:02:07.113456Z","seq":2'),
  event('"id":"b","time":"1969-12-31T23:59:59.999999Z","seq":-10'),
  event('"id":1.0,"time":"01 Nov 2026","seq":"x"'),
  event('"id":"half \\ud800","time":"2026-11-01T14:02:07.1234567+01","note":"\\\\ud800 \\ude00"'),
  event(`"id":"c","seq":${'1'.repeat(40)},"time":1793541727`),
  event('"id":"d","seq":10,"time":-1'),
  event('"id":"e","seq":-9,"price":NaN'),
  'broken',
  '"\\u0000 text"',
]

test('the tables hold every record once, as the decoder reads it', async () => {
  const file = lines.write(texts.map((text) => Buffer.from(text)))
  const maps = ['sequence=$.seq', 'entities.order=$.detail.orderId']
  const archive = { file, mapping: createMapping({ maps }) }
  const decoded = ((await decoderReading(archive)) ?? []).flatMap((each) => each ?? [])
  const tables = await EventTables.create(duckdb)

  tables.beginObject()
  const staged = await tables.stage(
    planOf(archive, await chainsOf(texts.slice(0, 1))),
    lineTexts(file.file, file.path),
  )
  if (!staged) throw new Error('nothing aborted')
  expect(staged.rest).toEqual([3, 4, 6, 7, 8, 9])
  await tables.keepStaged(staged)
  await tables.add(staged.rest.flatMap((record) => decoded[record - 1] ?? []))

  const rows = await duckdb.rows('SELECT * EXCLUDE pos FROM archive ORDER BY pos')
  const events = decoded.flatMap((each) => (each.kind === 'event' ? [each.event] : []))
  const found = rows.map((values) => withPlainJson(rowOf(Object.keys(eventColumns), values)))
  expect(found).toEqual(events.map((each) => withPlainJson(wellFormed(viewRow(each)))))
  const others = await duckdb.rows(
    'SELECT position.record, reason, decode(head) FROM undecodable ORDER BY position',
  )
  expect(others).toEqual([
    [8n, 'not JSON', 'broken'],
    [9n, 'not an object', '"\\u0000 text"'],
  ])
})

test('what the tables hold can be asked for in SQL', async () => {
  const bySequence = await duckdb.rows(
    `SELECT sequence, event_time_us, CAST(event_time AS VARCHAR) FROM archive
     WHERE sequence IS NOT NULL ORDER BY sequence_sort`,
  )
  expect(bySequence).toEqual([
    ['-10', -1n, '1969-12-31 23:59:59.999'],
    ['-9', null, null],
    ['2', 1793541727113456n, '2026-11-01 14:02:07.113'],
    ['10', -1000000n, '1969-12-31 23:59:59'],
    ['1'.repeat(40), 1793541727000000n, '2026-11-01 14:02:07'],
  ])
  const [notes] = await duckdb.rows(
    `SELECT document ->> 'note', payload ->> 'orderId', entities[1] FROM archive
     WHERE position.record = 4`,
  )
  expect(notes).toEqual(['\\ud800 \uFFFD', 'o-1', 'order:o-1'])
})

test('to set records aside ends with an interruption', async () => {
  const own = await openDuckdb({ memoryLimitBytes: 500e6, threads: 1 })
  const tables = await EventTables.create(own)
  const file = lines.write(texts.map((text) => Buffer.from(text)))
  const plan = planOf({ file, mapping: createMapping({}) }, await chainsOf(texts.slice(0, 1)))
  // Of some hours.
  const relation = `(SELECT '{}' AS json, 'a' AS path, i AS record
    FROM range(100000000000) t(i) WHERE i % 1000000007 = 1000000006)`
  const interruption = new AbortController()
  setTimeout(() => interruption.abort(), 300)
  expect(await tables.stage(plan, relation, interruption.signal)).toBeNull()
  expect(await tables.stage(plan, relation, interruption.signal)).toBeNull()
  const left = `SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'staged%'`
  expect(await own.rows(left)).toEqual([])
  await own.close()
})

/** As the row is when it has been written: halves of characters have no UTF-8. */
function wellFormed<T>(row: T): T {
  return JSON.parse(Buffer.from(JSON.stringify(row).replace(/\\ud800/, '\uFFFD')).toString())
}
