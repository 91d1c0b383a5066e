import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RECORDS_A_GROUP, readManifest } from '../../src/archive-index/manifest.js'
import { type Duckdb, openDuckdb } from '../../src/engines/duckdb.js'
import { createMapping } from '../../src/event/mapping.js'
import { testFolder, write } from '../archives/files.js'
import { build, objectsIn } from './small-index.js'

let duckdb: Duckdb

beforeAll(async () => {
  duckdb = await openDuckdb({ memoryLimitBytes: 500e6, threads: 1 })
})
afterAll(() => duckdb.close())

const maps = ['id=$.id', 'time=$.time', 'receivedAt=$.at', 'entities.order=$.order']
const time = (second: number) => new Date(Date.UTC(2026, 10, 1, 0, 0, second)).toISOString()

/** Builds the index of one file of these events, and gives what is in a folder of it as it lies. */
async function rowsOf(
  events: readonly object[],
  kind: string,
  columns: string,
  fromBytes: number,
  read = 'read_parquet',
) {
  const small = {
    ...{ folder: testFolder(), mapping: createMapping({ maps }) },
    buildFromBytes: fromBytes,
  }
  const texts = events.map((event) => JSON.stringify(event))
  write(small.folder, 'archive/a.ndjson', texts.join('\n'))
  await build(small, await objectsIn(small))
  const folder = join(small.folder, 'archive.evt-index', kind)
  const found: unknown[][] = []
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    found.push(...(await duckdb.rows(`SELECT ${columns} FROM ${read}('${file}')`)))
  }
  return found
}

/** By SQL, and by the decoder. */
const readers = [0, 1e9]

test.each(readers)('deliveries lie in order of arrival, SQL from %i bytes', async (fromBytes) => {
  const events = [
    { id: 'never' },
    { id: 'late', time: time(1), at: time(9) },
    { id: 'b', time: time(3), at: time(5) },
    { id: 'a', time: time(4) },
    { id: 'tied', time: time(0), at: time(5) },
  ]
  const [days, unknown] = [[], []] as unknown[][]
  for (const [id, day] of await rowsOf(events, 'events', 'id, received_at_us', fromBytes)) {
    if (id === 'never') unknown?.push(day)
    else days?.push(id)
  }
  expect({ days, unknown }).toEqual({ days: ['a', 'b', 'tied', 'late'], unknown: [null] })
})

test.each(readers)(
  'where deliveries are of entities, by entity, from %i bytes',
  async (fromBytes) => {
    const events = Array.from({ length: 600 }, (_, n) => ({
      ...{ id: `e${n}`, time: time(600 - n), order: `o-${(n * 7) % 50}` },
    }))
    const rows = await rowsOf(events, 'entities', 'entity, arrival_us, pos', fromBytes)
    expect(rows.length).toBe(600)
    const seen = new Set<unknown>()
    for (const [n, [entity, arrival]] of rows.entries()) {
      const [before, arrivalBefore] = rows[n - 1] ?? []
      if (entity === before) expect(Number(arrival)).toBeGreaterThan(Number(arrivalBefore))
      else expect(seen.has(entity)).toBe(false)
      seen.add(entity)
    }
  },
)

const numbered = Array.from({ length: 5_000 }, (_, n) => ({ id: `e${n}`, time: time(n) }))

test.each(readers)('records lie by position, in small groups, from %i bytes', async (fromBytes) => {
  const rows = await rowsOf(numbered, 'records', 'pos, coalesce(raw, "row")', fromBytes)
  expect(rows.map(([, raw]) => JSON.parse(String(raw)).id)).toEqual(numbered.map(({ id }) => id))
  expect(rows.map(([pos]) => Number(pos) - Number(rows[0]?.[0]))).toEqual([...rows.keys()])
  const size = 'DISTINCT row_group_id, row_group_num_rows'
  const groups = await rowsOf(numbered, 'records', size, fromBytes, 'parquet_metadata')
  expect(groups.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(5_000)
  expect(groups.length).toBeGreaterThanOrEqual(5_000 / RECORDS_A_GROUP)
  for (const [, count] of groups) expect(Number(count)).toBeLessThan(2 * RECORDS_A_GROUP)
})

test('the manifest says how large groups of records are', async () => {
  const small = { folder: testFolder(), mapping: createMapping({ maps }) }
  write(small.folder, 'archive/a.ndjson', JSON.stringify(numbered[0]))
  await build(small, await objectsIn(small))
  const manifest = await readManifest(join(small.folder, 'archive.evt-index'))
  const records = typeof manifest === 'string' ? [] : manifest.parts.records
  expect(records.map(({ groupRows }) => groupRows)).toEqual([RECORDS_A_GROUP])
})

test('records have the same types, whether they are many at once or few', async () => {
  const events = Array.from({ length: 50_000 }, (_, n) => ({ id: `e${n}` }))
  const types = (some: readonly object[]) =>
    rowsOf(some, 'records', 'name, type', 0, 'parquet_schema').then((all) => all.slice(1).sort())
  expect(await types(events)).toEqual(await types(events.slice(1)))
})
