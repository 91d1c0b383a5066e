import { columnOfJson } from '../archives/csv.js'
import type { Duckdb } from '../engines/duckdb.js'
import { quoteName } from '../engines/leaf-tree.js'
import { envelopes } from '../envelopes/index.js'
import { createUnwrapper } from '../envelopes/layers.js'
import { complete } from '../envelopes/missing.js'
import { readJson } from '../event/json.js'

/** Rows that are looked at to tell which column holds the events. */
const ROWS_TO_TELL = 100
/** What DuckDB calls a column of text. */
const text = /^(?:VARCHAR|JSON)$/

/**
 * Which column of a Parquet file holds the events as JSON, told as of a table in text: the one that
 * holds most objects in the first 100 rows. Null where none does, or where the rows are wrapped
 * events themselves, as messages with a column for their body are.
 *
 * @param scan the file as a relation
 */
export async function parquetColumn(scan: string, duckdb: Duckdb): Promise<string | null> {
  const columns = await duckdb.rows(`DESCRIBE SELECT * FROM ${scan}`)
  const names = columns.flatMap(([name, type]) => (text.test(String(type)) ? [String(name)] : []))
  if (names.length === 0) return null
  const texts = names.map((name) => `CAST(r.${quoteName(name)} AS VARCHAR)`).join(', ')
  const rows = await duckdb.rows(
    `SELECT CAST(to_json(r) AS VARCHAR), ${texts} FROM ${scan} r LIMIT ${ROWS_TO_TELL}`,
  )
  const cells = rows.map(([, ...row]) => row.map((cell) => Buffer.from(String(cell ?? ''))))
  const column = names[columnOfJson(cells)]
  if (column === undefined || (await areWrapped(rows.map(([row]) => String(row))))) return null
  return column
}

async function areWrapped(rows: readonly string[]): Promise<boolean> {
  const unwrap = createUnwrapper(envelopes)
  for (const row of rows) {
    const reading = readJson(row)
    if (!reading.ok) continue
    const [first, ...others] = await complete(() => unwrap(reading.value))
    if (!first?.ok || others.length > 0 || first.envelopes[0]?.name !== 'json') return true
  }
  return false
}
