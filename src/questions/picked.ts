import type { DuckdbEngine, Looks } from '../engines/duckdb-engine.js'
import type { Statement } from '../engines/engine.js'
import { EvtError } from '../errors.js'

/** The deliveries whose ids or positions a question gives, as a table: a question whose answer
 * varies gives one answer, however often the statement beside it is asked. */
export const PICKED = 'picked'

export const emptyPicked = `CREATE OR REPLACE TEMP TABLE ${PICKED} (pos BIGINT)`

/**
 * What makes rows of {@link PICKED}, found over empty tables.
 *
 * @returns also what the question looks at
 * @throws EvtError `usage` where it is wrong, or gives neither ids nor positions
 */
export async function pickingOf(
  sql: string,
  engine: DuckdbEngine,
): Promise<{ picking: Statement; looks: Looks }> {
  const asked = { sql, values: {} }
  await engine.looks(asked)
  const columns = await engine.columnsOf(asked)
  const column = ['position', 'id'].find((name) => columns.includes(name))
  if (column === undefined) {
    throw new EvtError('the query gives neither a column id nor a column position', {
      ...{ code: 'usage', hint: 'write it as in select id from events where bytes > 1000' },
    })
  }
  const bare = sql.replace(/[\s;]+$/, '')
  const picking = {
    sql: `SELECT pos FROM events WHERE ${column} IN (SELECT ${column} FROM (\n${bare}\n))`,
    values: {},
  }
  return { picking, looks: await engine.looks(picking) }
}

/** What either looks at. */
export function bothLooks(one: Looks, other: Looks): Looks {
  const tables = [...new Set([...one.keys(), ...other.keys()])]
  const seen = (name: string) => [...(one.get(name) ?? []), ...(other.get(name) ?? [])]
  return new Map(tables.map((name) => [name, new Set(seen(name))]))
}
