import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Duckdb, openDuckdb } from '../../src/engines/duckdb.js'
import { openRows, parquetTexts } from '../../src/reading/parquet-file.js'
import { listed, testFolder } from '../archives/files.js'

const folder = testFolder()
let duckdb: Duckdb
beforeAll(async () => {
  duckdb = await openDuckdb({ memoryLimitBytes: 1e9, threads: 2 })
})
afterAll(() => duckdb.close())

async function textsOf(select: string): Promise<string[]> {
  const file = join(folder, "it's a.parquet")
  await duckdb.rows(`COPY (${select}) TO '${file.replaceAll("'", "''")}' (FORMAT parquet)`)
  await openRows(listed(file), duckdb)
  const rows = await duckdb.rows(`SELECT json FROM ${parquetTexts(file)}`)
  return rows.map(([json]) => String(json))
}

const body = `'{"id":"e-1"}'`
const cloudEvent = `'1.0' AS specversion, 'a' AS id, 'b' AS source, 'c' AS type`
const fullEvent = '{"specversion":"1.0","id":"a","source":"b","type":"c"}'

describe('the JSON of a row is', () => {
  test.each([
    ['its column of JSON', `SELECT 1 AS n, ${body} AS p`, ['{"id":"e-1"}']],
    ['its column of the type JSON', `SELECT 1 AS n, ${body}::JSON AS p`, ['{"id":"e-1"}']],
    ['the larger of two', `SELECT '{}' AS a, ${body} AS p`, ['{"id":"e-1"}']],
    ['a column with a hostile name', `SELECT ${body} AS "a'b"" c"`, ['{"id":"e-1"}']],
    ['the object of its columns', `SELECT 1 AS n, 'x' AS p`, ['{"n":1,"p":"x"}']],
    ['the same without rows', `SELECT ${body} AS p WHERE false`, []],
    ['the same where arrays are all', `SELECT '[]' AS p`, ['{"p":"[]"}']],
    [
      'the same of bytes',
      `SELECT ${body}::BLOB AS p`,
      [`{"p":"{\\\\x22id\\\\x22:\\\\x22e-1\\\\x22}"}`],
    ],
    [
      'the event that its columns are',
      `SELECT ${cloudEvent}, ${body} AS data`,
      [`${fullEvent.slice(0, -1)},"data":"{\\"id\\":\\"e-1\\"}"}`],
    ],
  ])('%s', async (_, select, expected) => {
    const found = await textsOf(select)
    expect(found).toEqual(expected)
  })
})
