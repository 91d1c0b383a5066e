import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Duckdb, openDuckdb } from '../../src/engines/duckdb.js'
import { DuckdbEngine } from '../../src/engines/duckdb-engine.js'

let duckdb: Duckdb

beforeAll(async () => {
  duckdb = await openDuckdb({ memoryLimitBytes: 200e6, threads: 1 })
})
afterAll(() => duckdb.close())

/** Rows of which one fails. More are made ahead of their reader than are few. */
function failing(at: number): string {
  return `SELECT CAST(CASE WHEN i = ${at} THEN 'x' ELSE '1' END AS INTEGER), lpad('', 1000, 'y')
    FROM range(${at + 1_000}) t(i)`
}

test('a query that fails behind its first rows says why', async () => {
  const engine = await DuckdbEngine.create(duckdb, [])
  const { chunks } = await engine.rows({ sql: failing(60_000), values: {} })
  let rows = 0
  const reading = async () => {
    for await (const chunk of chunks) rows += chunk.length
  }
  await expect(reading()).rejects.toMatchObject({
    code: 'usage',
    message: "the query is wrong: line 1, column 8: could not convert string 'x' to INT32",
  })
  expect(rows).toBeGreaterThan(0)
})

test('a scan that fails behind its first rows does not only end', async () => {
  let rows = 0
  const reading = async () => {
    for await (const chunk of duckdb.scan(failing(3_000_000))) rows += chunk.rowCount
  }
  await expect(reading()).rejects.toThrow('Invalid Input Error: the rows end early')
  expect(rows).toBeGreaterThan(0)
})

test('where memory runs out, a statement is run again with one thread, once', async () => {
  const duckdb = await openDuckdb({ memoryLimitBytes: 100e6, threads: 2 })
  try {
    const failing = (reason: string, most: number) =>
      `SELECT CASE WHEN current_setting('threads') > ${most} THEN error('${reason}') ELSE 7 END`
    await expect(duckdb.rows(failing('no such thing', 1))).rejects.toThrow('no such thing')
    await expect(duckdb.rows(failing('failed to pin block', 0))).rejects.toThrow('failed to pin')
    await duckdb.rows('SET threads = 2')
    expect(await duckdb.rows(failing('failed to pin block', 1))).toEqual([[7]])
    await duckdb.rows('SET threads = 2')
    const rows = []
    for await (const chunk of duckdb.chunks(failing('failed to pin block', 1))) {
      rows.push(...chunk.getRows())
    }
    expect(rows).toEqual([[7]])
  } finally {
    await duckdb.close()
  }
})

test.runIf(process.platform === 'linux')('what is free is given back to the system', async () => {
  const own = await openDuckdb({ memoryLimitBytes: 1e9, threads: 1 })
  await own.rows('CREATE TABLE held AS SELECT md5(range::VARCHAR) AS id FROM range(2000000)')
  const heldBytes = process.memoryUsage.rss()
  await own.rows('DROP TABLE held')
  await own.giveBack()
  expect(heldBytes - process.memoryUsage.rss()).toBeGreaterThan(40e6)
  await own.close()
})
