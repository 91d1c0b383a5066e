import type { Duckdb } from '../engines/duckdb.js'
import type { JsonObject, JsonValue } from '../event/event.js'
import { jsonText, parseJson } from '../event/json.js'
import { changedValue, type ParquetColumn } from './parquet-rewrite.js'

/** A row that is to be another one, or to go. */
export interface Touched {
  readonly n: number
  readonly dropped: boolean
  /** The changed columns by their place, `c0` and so on, as JSON. */
  readonly changes: string
}

/** Makes the table of those of a file, by which it is written again. */
export async function makeTouched(duckdb: Duckdb): Promise<void> {
  await duckdb.rows('CREATE TABLE touched (n BIGINT, dropped BOOLEAN, changes VARCHAR)')
}

export async function hasTouched(duckdb: Duckdb): Promise<boolean> {
  const [row] = await duckdb.rows('SELECT count(*) FROM touched')
  return Number(row?.[0] ?? 0) > 0
}

/** Those whose new values the types of their columns can hold, as DuckDB itself reads them back. */
export async function writableRows(
  duckdb: Duckdb,
  rows: readonly Touched[],
  columns: readonly ParquetColumn[],
): Promise<Set<Touched>> {
  const members = columns.map((column, n) => `c${n} := ${changedValue(column, n)}`)
  const json = `CAST(to_json(struct_pack(${members.join(', ')})) AS VARCHAR)`
  const read = await duckdb.rows(`SELECT ${json} FROM ${givenRows} t ORDER BY t.at`, [
    JSON.stringify(rows.map((row, at) => ({ ...row, at }))),
  ])
  // Numbers that were read as JSON may have lost digits, and integers have become texts.
  const isInexact = (name: string, value: JsonValue) => {
    const { type = '', isText } = columns[Number(name.slice(1))] ?? {}
    return /JSON/.test(type) && !isText && /\d{16}/.test(jsonText(value))
  }
  return new Set(
    rows.filter((row, n) => {
      const wanted = objectOf(parseJson(row.changes))
      const found = objectOf(parseJson(String(read[n]?.[0])))
      return Object.entries(wanted).every(
        ([name, value]) =>
          jsonText(found[name] ?? null) === jsonText(value) && !isInexact(name, value),
      )
    }),
  )
}

const givenRows = `(SELECT unnest(from_json($1,
  '[{"n":"BIGINT","dropped":"BOOLEAN","changes":"VARCHAR","at":"BIGINT"}]'), recursive := true))`

export async function insertRows(duckdb: Duckdb, rows: readonly Touched[]): Promise<void> {
  await duckdb.rows(`INSERT INTO touched SELECT n, dropped, changes FROM ${givenRows} t`, [
    JSON.stringify(rows),
  ])
}

export function objectOf(value: JsonValue): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}
