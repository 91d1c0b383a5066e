import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { tableFromIPC } from 'apache-arrow'
import { describe, expect, test } from 'vitest'
import { arrowBytes } from '../../src/ui/arrow.js'
import { csvText } from '../../src/ui/csv.js'
import { markdownSafe, markdownText } from '../../src/ui/markdown.js'
import { parquetBytes } from '../../src/ui/parquet.js'
import { statsTabular } from '../../src/ui/stats-tabular.js'
import type { Tabular } from '../../src/ui/tabular.js'
import { expectGolden } from './golden.js'
import { bareRow, iso, result, row, shop, typeRow } from './results.js'

const hostile: Tabular = {
  columns: [
    { name: 'type', type: 'text' },
    { name: 'start', type: 'time' },
    { name: 'events', type: 'integer' },
    { name: 'rate', type: 'decimal' },
    { name: 'hdr', type: 'text', opaque: true },
  ],
  rows: [
    ["=cmd|' /C calc'!A0", '2026-11-01T00:00:00.000Z', 2 ** 53 - 1, -0.5, 'HIST'],
    ['\t=1+1', null, 0, 1e-7, null],
    ['a,"b"\nc|`d`', '0001-01-01T00:00:00.000Z', -3, 0, null],
    ['<b>@all</b> _x_ [a](b)', '2026-11-01T00:00:00.000Z', null, null, null],
    ['', null, 1, 100, null],
  ],
  metadata: { schema: 'evt.stats/1', partial: 'false' },
}

const small = statsTabular(
  result([typeRow('shop', 'order.placed', 2_000), { type: '-1', source: '', ...bareRow(7) }]),
)

describe('one row a type', () => {
  test('or a window, without a total', () => {
    const start = Date.UTC(2026, 10, 1) * 1_000
    const windows = [{ start: iso(start), end: iso(start + 3.6e9), ...row(40) }]
    const [types, byHour] = [statsTabular(shop()), statsTabular(shop({ windows, sample: 0.1 }))]
    expect(types.rows.map(([type]) => type)).toHaveLength(5)
    expect(types.columns.slice(0, 3).map(({ name }) => name)).toEqual(['type', 'source', 'events'])
    expect(byHour.rows).toHaveLength(1)
    expect(byHour.columns.slice(0, 3).map(({ name }) => name)).toEqual(['start', 'end', 'events'])
    expect(byHour.metadata).toEqual({ schema: 'evt.stats/1', partial: 'false', sample: '0.1' })
  })
})

describe('csv', () => {
  test('cells are no formulas, and numbers stay numbers', () =>
    expect(csvText(hostile)).toBe(
      [
        'type,start,events,rate,hdr',
        "'=cmd|' /C calc'!A0,2026-11-01T00:00:00.000Z,9007199254740991,-0.5,HIST",
        "'␉=1+1,,0,1e-7,",
        '"a,""b""␊c|`d`",0001-01-01T00:00:00.000Z,-3,0,',
        '<b>@all</b> _x_ [a](b),2026-11-01T00:00:00.000Z,,,',
        ',,1,100,',
        '',
      ].join('\n'),
    ))

  test('of statistics', () => expectGolden('stats/table.csv', csvText(small).trimEnd()))
})

describe('markdown', () => {
  test('shows texts as they are', () =>
    expect(markdownSafe('<b>@all</b> _x_ [a](b) | `c` \\ \u001b')).toBe(
      '&lt;b&gt;&#64;all&lt;/b&gt; \\_x\\_ \\[a\\](b) \\| \\`c\\` \\\\ ␛',
    ))

  test('of statistics', () => expectGolden('stats/table.md', markdownText(small)))

  test('leaves out what is made for machines', () =>
    expect(markdownText(hostile)).not.toContain('hdr'))
})

test('arrow reads back what was written, with its types', async () => {
  const table = tableFromIPC(await arrowBytes(hostile))
  expect(table.schema.fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'type Utf8',
    'start Timestamp<MILLISECOND, UTC>',
    'events Int64',
    'rate Float64',
    'hdr Utf8',
  ])
  expect(Object.fromEntries(table.schema.metadata)).toEqual(hostile.metadata)
  const read = [...table].map((line) => line?.toArray())
  const expected = hostile.rows.map(([type, start, events, rate, hdr]) => [
    type,
    start === null ? null : Date.parse(String(start)),
    events === null || events === undefined ? null : BigInt(events),
    rate,
    hdr,
  ])
  expect(read.map((line) => [...(line ?? [])])).toEqual(expected)
  expect(tableFromIPC(await arrowBytes({ ...hostile, rows: [] })).numRows).toBe(0)
})

test('parquet reads back what was written, with its types', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evt-test-'))
  const path = join(folder, 'table.parquet')
  await writeFile(path, await parquetBytes(hostile))
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson()
  const described = await query(`DESCRIBE FROM '${path}'`)
  expect(described.map((line) => line.slice(0, 2))).toEqual([
    ['type', 'VARCHAR'],
    ['start', 'TIMESTAMP'],
    ['events', 'BIGINT'],
    ['rate', 'DOUBLE'],
    ['hdr', 'VARCHAR'],
  ])
  const moment = "strftime(start, '%Y-%m-%dT%H:%M:%S.%gZ')"
  const fields = `type, ${moment} AS start, events::VARCHAR, rate, hdr`
  expect(await query(`SELECT ${fields} FROM '${path}'`)).toEqual(
    hostile.rows.map(([type, start, events, rate, hdr]) => {
      return [type, start, events === null ? null : String(events), rate, hdr]
    }),
  )
  const pairs = `SELECT decode(key), decode(value) FROM parquet_kv_metadata('${path}')`
  expect(await query(pairs)).toContainEqual(['schema', 'evt.stats/1'])
  instance.closeSync()
  await rm(folder, { recursive: true })
})
