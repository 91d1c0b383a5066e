import type { Duckdb } from '../engines/duckdb.js'
import type { Deliveries } from './deliveries.js'
import { HopColumns } from './hop-columns.js'
import type { RowTally } from './row-tally.js'
import { doubles } from './words.js'

const points = ['produced_us', 'accepted_us', 'first_received_us', 'recorded_us'] as const

/** DuckDB's chunks have as many rows. */
const CHUNK_ROWS = 2048

/** The hops of spilled deliveries are in a table of their own, which others do without. */
export async function createHops(duckdb: Duckdb): Promise<void> {
  const columns = points.map((name) => `${name} DOUBLE`)
  await duckdb.rows(`CREATE TABLE hops (pos DOUBLE, ${columns.join(', ')})`)
}

/** @param base the position of the first delivery */
export async function takeHops(
  duckdb: Duckdb,
  { hopTimes, count }: Deliveries,
  base: number,
): Promise<void> {
  if (!hopTimes) return
  const columns = hopTimes.columns()
  const appender = await duckdb.connection.createAppender('hops')
  for (let at = 0; at < count; at++) {
    appender.appendDouble(base + at)
    for (const column of columns) appender.appendDouble(column[at] as number)
    appender.endRow()
  }
  appender.closeSync()
}

/** Counts the first deliveries in the rows that `row`, SQL over the table `narrow`, numbers: the
 * same tally that counts what is in memory, a chunk at a time. */
export async function countHops(
  duckdb: Duckdb,
  row: string,
  tallies: ReadonlyMap<number, RowTally>,
): Promise<void> {
  const sql = `SELECT CAST(${row} AS DOUBLE), ${points.map((name) => `h.${name}`).join(', ')}
    FROM narrow n JOIN hops h ON h.pos = n.pos LEFT JOIN repeats r ON r.pos = n.pos
    WHERE r.pos IS NULL AND (${row}) IS NOT NULL`
  const held = new HopColumns(CHUNK_ROWS)
  for await (const chunk of duckdb.chunks(sql)) {
    const rows = doubles(chunk, 0)
    for (const [n, column] of held.columns().entries()) column.set(doubles(chunk, n + 1))
    for (let at = 0; at < chunk.rowCount; at++) {
      tallies.get(rows[at] as number)?.hops?.add(held, at)
    }
  }
}
