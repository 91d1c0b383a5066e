import type { ProjectionPlan } from '../engines/record-sql.js'
import { trinoIntegerSort } from '../engines/trino-scalars.js'
import { querySql } from './query.js'
import { type Table, withTables } from './trino-tables.js'

/** The relation `deliveries` that judging reads, with order of arrival (DESIGN §8), and what it is
 * made of. */
export async function deliveriesOf({ plan }: { plan: ProjectionPlan }): Promise<Table[]> {
  const byTimes = 'received_at_us AS arrival_us, pos AS arrival_pos, pos AS position_rank'
  const simple = `SELECT pos, ${deliveryColumns}, ${byTimes} FROM archive`
  if (!isPlaced(plan)) return [['deliveries', simple]]
  const unplaced: Table = ['deliveries', 'SELECT * FROM unplaced']
  const places =
    'SELECT pos, place AS place_hash, place_sequence AS part_3, 0 AS part_2, 0 AS part_1, ' +
    '0 AS part_0 FROM archive WHERE place IS NOT NULL'
  const joined =
    `SELECT d.*, a.arrival_us, a.arrival_pos, a.position_rank ` +
    `FROM (SELECT pos, ${deliveryColumns} FROM archive) d JOIN arrivals a ON a.pos = d.pos`
  return [
    ['unplaced', simple],
    ['places', places],
    ['followers', withTables(await querySql('stats/followers'), [unplaced])],
    ['arrivals', withTables(await querySql('stats/arrivals'), [unplaced])],
    ['deliveries', joined],
  ]
}

/** Whether places of their own say in which order deliveries arrived. */
export function isPlaced({ chains }: ProjectionPlan): boolean {
  return chains.some(([outermost]) => outermost?.place !== undefined)
}

/** Texts stand for DuckDB's hashes: two that are equal are the same. */
export const both = (a: string, b: string) => `CAST(length(${a}) AS varchar) || ':' || ${a} || ${b}`
const stream = `${both('"key"', 'sequence_kind')} || ':' || sequence_per`
export const deliveryColumns = `
  CASE WHEN id IS NOT NULL THEN ${both('source', 'id')} END AS identity, "key" AS key_hash,
  CASE WHEN sequence_per = 'key' THEN ${stream} ELSE ${stream} || ':' || source END AS stream,
  CASE WHEN sequence_kind = 'time' THEN ${trinoIntegerSort('CAST(event_time_us AS varchar)')}
    ELSE sequence_sort END AS place,
  event_time_us AS event_us, received_at_us AS received_us, replay IS NOT NULL AS replay,
  attempt > 1 AND transport_id IS NOT NULL AS retried, transport_id AS transport`
