import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Duckdb, openDuckdb } from '../../src/engines/duckdb.js'
import { DuckdbEngine } from '../../src/engines/duckdb-engine.js'

let duckdb: Duckdb

beforeAll(async () => {
  duckdb = await openDuckdb({ memoryLimitBytes: 200e6, threads: 1 })
})
afterAll(() => duckdb.close())

/** It fails when more was made than waits for its reader. */
const late = `SELECT CAST(CASE WHEN i = 60000 THEN 'x' ELSE '1' END AS INTEGER), lpad(CAST(i AS VARCHAR), 1000, 'y')
  FROM range(70000) t(i)`

test('a query that fails behind its first rows says why', async () => {
  const engine = await DuckdbEngine.create(duckdb, [])
  const { chunks } = await engine.rows({ sql: late, values: {} })
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
    for await (const chunk of duckdb.scan(late)) rows += chunk.rowCount
  }
  await expect(reading()).rejects.toThrow('Invalid Input Error: the rows end early')
  expect(rows).toBeGreaterThan(0)
})
