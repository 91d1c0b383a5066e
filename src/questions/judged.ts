import type { Duckdb } from '../engines/duckdb.js'
import { eventColumns } from '../engines/event-columns.js'
import { quoteName } from '../engines/leaf-tree.js'
import { integerSort } from '../engines/sequence-sql.js'
import { querySql } from './query.js'

/** What the view `events` has beside the columns of the model: what was judged of each delivery
 * among those that were selected (DESIGN §8). */
export const judgedColumns = {
  /** Which delivery of its identity it is, in order of arrival: 1 is the first. */
  copy_number: 'BIGINT',
  /** Why it came again: `replay`, `redelivery`, `sameId`; NULL for a first delivery. */
  duplicate: 'VARCHAR',
  /** NULL where order was not checked. */
  reordered: 'BOOLEAN',
  /** How many checked deliveries of its stream came between it and the first above it, plus one. */
  extent: 'BIGINT',
  late_us: 'BIGINT',
  /** Orders deliveries by their position in the archive. */
  pos: 'BIGINT',
} as const

/** Tables that the judging fills, and their columns that are positions; they are empty where no
 * question looks at them. */
export const judgedTables = [
  { name: 'repeats', columns: 'pos BIGINT, n BIGINT, cause VARCHAR', positions: ['pos'] },
  {
    name: 'reorderings',
    columns: 'pos BIGINT, yes BOOLEAN, after_pos BIGINT, extent BIGINT, late_us BIGINT',
    positions: ['pos', 'after_pos'],
  },
] as const

export const emptyJudged: readonly string[] = judgedTables.map(
  ({ name, columns }) => `CREATE TEMP TABLE ${name} (${columns})`,
)

const named = Object.keys(eventColumns).map((name) => `a.${quoteName(name)}`)

/** What the view has of a table `archive` and the judged tables. */
export const judgedEvents = `SELECT ${named.join(', ')},
  coalesce(r.n, 1) AS copy_number, r.cause AS duplicate,
  CASE WHEN o.yes THEN true
    WHEN r.pos IS NULL AND a."key" IS NOT NULL AND a.sequence_kind IS NOT NULL THEN false
  END AS reordered,
  o.extent, o.late_us, a.pos
FROM archive a
LEFT JOIN repeats r ON r.pos = a.pos
LEFT JOIN reorderings o ON o.pos = a.pos`

/** The view that questions are asked of. */
export const eventsView = viewOf(judgedEvents)

export function viewOf(events: string): string {
  return `CREATE OR REPLACE TEMP VIEW events AS\n${events}`
}

/** The relation `deliveries` that the queries of judging read, over the table `archive`: hashes of
 * 64 bits for identities, keys and streams, a text in order for what a stream is compared by. */
const deliveries = `SELECT pos,
  CASE WHEN id IS NOT NULL THEN hash(source, id) END AS identity,
  CASE WHEN "key" IS NOT NULL THEN hash("key") END AS key_hash,
  CASE WHEN "key" IS NOT NULL AND sequence_kind IS NOT NULL THEN
    hash("key", sequence_kind, sequence_per, CASE WHEN sequence_per <> 'key' THEN source END)
  END AS stream,
  CASE WHEN sequence_kind = 'time' THEN ${integerSort('CAST(event_time_us AS VARCHAR)')}
    ELSE sequence_sort END AS place,
  event_time_us AS event_us, received_at_us AS received_us,
  replay IS NOT NULL AS replay, attempt > 1 AND transport_id IS NOT NULL AS retried,
  hash(transport_id) AS transport`

const byTimes = 'received_at_us AS arrival_us, pos AS arrival_pos, pos AS position_rank'

/** Fills the tables of {@link emptyJudged} as far as they are wanted. */
export async function judgeEvents(
  duckdb: Duckdb,
  wanted: { repeats: boolean; reorderings: boolean },
): Promise<void> {
  if (!wanted.repeats && !wanted.reorderings) return
  await orderArrivals(duckdb)
  await duckdb.rows(`INSERT INTO repeats SELECT pos, n, cause FROM (${await sql('repeats')})`)
  if (!wanted.reorderings) return
  await duckdb.rows(
    `INSERT INTO reorderings SELECT pos, true, after_pos, extent, late_us
     FROM (${await sql('reordered')})`,
  )
}

/** Order of arrival (DESIGN §8): ordered places only where there are any. */
async function orderArrivals(duckdb: Duckdb): Promise<void> {
  const view = 'CREATE OR REPLACE TEMP VIEW deliveries AS'
  await duckdb.rows(`${view} ${deliveries}, ${byTimes} FROM archive`)
  const [[places] = []] = await duckdb.rows('SELECT count(*) FROM archive WHERE place IS NOT NULL')
  if (Number(places) === 0) return
  await duckdb.rows(`CREATE TEMP VIEW places AS SELECT pos, hash(place) AS place_hash,
    place_sequence AS part_3, 0 AS part_2, 0 AS part_1, 0 AS part_0
    FROM archive WHERE place IS NOT NULL`)
  await duckdb.rows(`CREATE TEMP TABLE followers AS ${await sql('followers')}`)
  await duckdb.rows(`CREATE TEMP TABLE arrivals AS ${await sql('arrivals')}`)
  await duckdb.rows(`${view} SELECT d.*, a.arrival_us, a.arrival_pos, a.position_rank
    FROM (${deliveries} FROM archive) d JOIN arrivals a ON a.pos = d.pos`)
}

async function sql(name: string): Promise<string> {
  return querySql(`stats/${name}`)
}
