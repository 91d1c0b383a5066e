import type { DuckDBValue } from '@duckdb/node-api'
import type { Duckdb } from '../engines/duckdb.js'
import { trinoMacros } from '../engines/trino-names.js'
import { querySql } from '../questions/query.js'
import { RowTally } from './row-tally.js'
import { countHops } from './spilled-hops.js'

/** Ranks texts, and integers beyond 2^53, with all others of their stream: what is above all small
 * integers comes after them, what is below before. */
const rankTexts = [
  `INSERT INTO ranked SELECT n.pos, n.place, dense_rank() OVER (
     PARTITION BY n.stream
     ORDER BY CASE WHEN t.sort_text IS NULL THEN 1 WHEN t.sort_text < '1' THEN 0 ELSE 2 END,
       CASE WHEN t.sort_text IS NULL THEN n.place END, t.sort_text) AS place
   FROM narrow n LEFT JOIN texts t ON t.pos = n.pos
   WHERE n.stream IN (SELECT m.stream FROM texts x JOIN narrow m ON m.pos = x.pos)
     AND (t.sort_text IS NOT NULL OR NOT isnan(n.place))`,
  'UPDATE narrow SET place = r.place FROM ranked r WHERE narrow.pos = r.pos',
]

/** Makes the tables that the counts of rows are read from. */
export async function judgeSpilled(duckdb: Duckdb): Promise<void> {
  for (const macro of trinoMacros) await duckdb.rows(macro)
  await duckdb.rows('CREATE TABLE ranked (pos DOUBLE, number DOUBLE, place BIGINT)')
  const [[texts] = []] = await duckdb.rows('SELECT count(*) FROM texts')
  if (Number(texts) > 0) for (const sql of rankTexts) await duckdb.rows(sql)
  await orderArrivals(duckdb)
  await duckdb.rows(deliveriesView('0'))
  await duckdb.rows(`CREATE TABLE repeats AS ${await querySql('stats/repeats')}`)
  await duckdb.rows(`CREATE TABLE reordered AS ${await querySql('stats/reordered')}`)
}

/** Makes the relation `arrived`: `narrow` with the order of arrival. Only where ordered places put
 * deliveries into another order than times and positions do it takes a table. */
async function orderArrivals(duckdb: Duckdb): Promise<void> {
  await duckdb.rows(
    'CREATE OR REPLACE VIEW arrived AS SELECT *, received_us AS arrival_us, ' +
      'pos AS arrival_pos, pos AS position_rank FROM narrow',
  )
  const [[places] = []] = await duckdb.rows('SELECT count(*) FROM places')
  if (Number(places) === 0) return
  await duckdb.rows(deliveriesView('0'))
  await duckdb.rows(`CREATE TABLE followers AS ${await querySql('stats/followers')}`)
  const [[followers] = []] = await duckdb.rows('SELECT count(*) FROM followers')
  if (Number(followers) === 0) return
  await duckdb.rows(`CREATE TABLE arrivals AS ${await querySql('stats/arrivals')}`)
  await duckdb.rows(
    'CREATE OR REPLACE VIEW arrived AS SELECT n.*, ' +
      `coalesce(CAST(a.arrival_us AS DOUBLE), 'NaN'::DOUBLE) AS arrival_us, ` +
      'a.arrival_pos, a.position_rank FROM narrow n JOIN arrivals a ON a.pos = n.pos',
  )
}

/** The counts of each row, by the number that `row`, SQL over the table `narrow`, gives. */
export async function spilledTallies(
  duckdb: Duckdb,
  row: string,
  withHops: boolean,
): Promise<Map<number, RowTally>> {
  await duckdb.rows(deliveriesView(row))
  const tallies = new Map<number, RowTally>()
  const read = async (name: string, add: (tally: RowTally, values: number[]) => void) => {
    // A row for almost every late delivery: a chunk at a time.
    for await (const chunk of duckdb.chunks(await querySql(`stats/${name}`))) {
      for (const [number = null, ...values] of chunk.getRows()) {
        if (number === null) continue
        const tally = tallies.get(Number(number)) ?? new RowTally(withHops)
        tallies.set(Number(number), tally)
        add(tally, values.map(numberOf))
      }
    }
  }
  for (const [number, ...values] of await duckdb.rows(await querySql('stats/rows'))) {
    if (number === null) continue
    const tally = new RowTally(withHops)
    tally.load(values)
    tallies.set(Number(number), tally)
  }
  for (const [number, cause, events] of await duckdb.rows(await querySql('stats/causes'))) {
    if (number === null) continue
    if (cause !== 'replay' && cause !== 'redelivery' && cause !== 'sameId') continue
    tallies.get(Number(number))?.addRepeat(cause, Number(events))
  }
  await read('latencies', (tally, [lowestUs = 0, events = 0]) => {
    tally.latency.loadBucket(lowestUs, events)
  })
  await read('lateness', (tally, [extent = 0, lateUs = Number.NaN, events = 0]) => {
    tally.addReordered({ extent, lateUs }, events)
  })
  if (withHops) await countHops(duckdb, row, tallies)
  return tallies
}

/** SQL over the table `narrow` for what each group has, such as its row. */
export function rowSql(ofGroups: readonly (number | null)[]): string {
  const numbers = ofGroups.map((number) => number ?? 'NULL')
  return `list_extract([${numbers.join(', ')}]::BIGINT[], CAST(group_no AS BIGINT) + 1)`
}

/** When a delivery of `narrow` counts: by arrival, else by time; NULL where nobody recorded
 * either. */
export const arrivalUs =
  'CASE WHEN NOT isnan(received_us) THEN received_us WHEN NOT isnan(time_us) THEN time_us END'

function numberOf(value: DuckDBValue): number {
  return value === null ? Number.NaN : Number(value)
}

/** The relation that queries/stats reads, with NULL for what a number cannot say. */
export function deliveriesView(row: string): string {
  return `CREATE OR REPLACE VIEW deliveries AS SELECT CAST(pos AS BIGINT) AS pos, ${row} AS grp,
  CASE WHEN flags & 2 = 0 THEN identity END AS identity,
  CASE WHEN flags & 16 = 0 THEN key_hash END AS key_hash,
  CASE WHEN flags & 16 = 0 THEN stream END AS stream,
  CASE WHEN isnan(place) THEN NULL ELSE CAST(place AS BIGINT) END AS place,
  CASE WHEN isnan(time_us) THEN NULL ELSE CAST(time_us AS BIGINT) END AS event_us,
  CASE WHEN isnan(received_us) THEN NULL ELSE CAST(received_us AS BIGINT) END AS received_us,
  CASE WHEN isnan(arrival_us) THEN NULL ELSE CAST(arrival_us AS BIGINT) END AS arrival_us,
  CAST(arrival_pos AS BIGINT) AS arrival_pos, CAST(position_rank AS BIGINT) AS position_rank,
  flags & 4 <> 0 AS replay, flags & 8 <> 0 AS retried, CAST(transport AS BIGINT) AS transport
FROM arrived`
}
