import { eventColumns } from '../../src/engines/event-columns.js'
import type { Cell } from '../../src/engines/event-rows.js'
import { quoteName, quoteText } from '../../src/engines/leaf-tree.js'
import type { ProjectionPlan } from '../../src/engines/record-sql.js'
import { trinoType } from '../../src/engines/trino-types.js'
import { trinoRecordsSql } from '../../src/engines/trino-view.js'
import type { Trino } from '../testbed/trino.js'

const ROWS_AT_ONCE = 200

/** Makes the table that Athena has of lines, of one text each, in objects of these paths. */
export async function fillRecords(
  trino: Trino,
  lines: readonly { line: string; path: string }[],
  table = 'records',
): Promise<void> {
  await trino.run(`DROP TABLE IF EXISTS ${table}`)
  await trino.run(`CREATE TABLE ${table} (line varchar, rest varchar, "$path" varchar)`)
  for (let at = 0; at < lines.length; at += ROWS_AT_ONCE) {
    const rows = lines.slice(at, at + ROWS_AT_ONCE).map(({ line, path }) => {
      const [first = '', ...rest] = line.split('\u0001')
      const more = rest[0] === undefined ? 'NULL' : quoteText(rest[0])
      return `(${quoteText(first)}, ${more}, ${quoteText(path)})`
    })
    await trino.run(`INSERT INTO ${table} VALUES ${rows.join(', ')}`)
  }
}

export const records = '(SELECT line, rest, "$path" AS path FROM records)'

/** What Trino makes of each line, by its number; the columns as DuckDB's rows have them. */
export async function trinoReading(
  trino: Trino,
  lines: readonly string[],
  plan: ProjectionPlan,
): Promise<{ state: string; row: Record<string, Cell> }[]> {
  await fillRecords(
    trino,
    lines.map((line, n) => ({ line, path: String(n) })),
  )
  const names = Object.keys(eventColumns) as (keyof typeof eventColumns)[] // its own keys
  const columns = names.map((name) => {
    const type = trinoType(name)
    if (/^(array|row)/.test(type)) return `json_format(CAST(${quoteName(name)} AS json))`
    if (type.startsWith('timestamp'))
      return `CAST(to_unixtime(${quoteName(name)}) * 1000 AS bigint)`
    return quoteName(name)
  })
  const view = trinoRecordsSql(plan, records)
  const sql = `SELECT position.path, state, ${columns.join(', ')} FROM (${view})`
  const { rows } = await trino.run(sql)
  const found: { state: string; row: Record<string, Cell> }[] = []
  for (const [path, state, ...values] of rows) {
    const row = Object.fromEntries(
      names.map((name, n) => {
        const value = values[n] as Cell // of Trino's JSON
        const isJson = typeof value === 'string' && /^(array|row)/.test(trinoType(name))
        return [name, isJson ? JSON.parse(value) : value]
      }),
    )
    found[Number(path)] = { state: String(state), row }
  }
  return found
}
