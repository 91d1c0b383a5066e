import type { Duckdb } from '../engines/duckdb.js'
import { querySql } from '../questions/query.js'
import { PARTS } from './arrivals.js'

/** So many deliveries are counted at the same time. */
const ARRIVALS_AT_ONCE = 2_000_000

/** What of an identity is known at one stage: how often it was there, the kind and the position of
 * the first by position, the earliest times, and whether its sending was acknowledged. */
const ofStage = {
  n: ['INTEGER', (here: string) => `count(${here})`],
  kind: ['INTEGER', (here: string) => `min_by(kind, ${here})`],
  pos: ['BIGINT', (here: string) => `min(${here})`],
  time: ['BIGINT', (_: string, is: string) => `min(CASE WHEN ${is} THEN time_us END)`],
  received: ['BIGINT', (_: string, is: string) => `min(CASE WHEN ${is} THEN received_us END)`],
  unstamped: [
    'INTEGER',
    (_: string, is: string) => `sum(CASE WHEN ${is} AND received_us IS NULL THEN 1 ELSE 0 END)`,
  ],
  clock: [
    'BIGINT',
    (_: string, is: string) => `min(CASE WHEN ${is} THEN coalesce(received_us, time_us) END)`,
  ],
  acknowledged: [
    'TINYINT',
    (_: string, is: string) => `max(CASE WHEN ${is} THEN acknowledged END)`,
  ],
} as const

type Known = keyof typeof ofStage
const known = Object.entries(ofStage)

/** Two stages that are set side by side. */
export interface Pairing {
  from: number
  to: number
  graceUs: number
  endUs: number | null
  /** Of the moment that an identity counts at. */
  sinceUs: number | null
  untilUs: number | null
  /** Kinds that are chosen; null: all. */
  kinds: readonly number[] | null
}

/** Makes the table `fates`, a row for each identity, out of `arrivals`: a part of the identities
 * after the other, so that counting them has room. */
export async function makeFates(
  duckdb: Duckdb,
  stages: number,
  arrivalsAtOnce = ARRIVALS_AT_ONCE,
): Promise<void> {
  const numbers = Array.from({ length: stages }, (_, n) => n + 1)
  const columns = numbers.flatMap((n) => known.map(([name, [type]]) => `${name}${n} ${type}`))
  await duckdb.rows(`CREATE TABLE fates (${columns.join(', ')})`)
  const values = numbers.flatMap((n) =>
    known.map(([, [, sqlOf]]) => sqlOf(`CASE WHEN stage = ${n} THEN pos END`, `stage = ${n}`)),
  )
  const [[rows] = []] = await duckdb.rows('SELECT count(*) FROM arrivals')
  const runs = Math.min(PARTS, Math.max(1, Math.ceil(Number(rows) / arrivalsAtOnce)))
  for (let run = 0; run < runs; run++) {
    const [from, to] = [run, run + 1].map((n) => Math.floor((n * PARTS) / runs))
    await duckdb.rows(`INSERT INTO fates SELECT ${values.join(', ')} FROM arrivals
      WHERE part >= ${from} AND part < ${to} GROUP BY identity`)
    await duckdb.giveBack()
  }
}

/** Makes the view `judged` of two stages, with rows that `grp`, SQL over kinds, tells apart. */
export async function judgePair(
  duckdb: Duckdb,
  pairing: Pairing,
  grp: 'kind' | '0',
  stages: number,
): Promise<void> {
  const { from, to, graceUs, endUs, sinceUs, untilUs, kinds } = pairing
  const sent = (name: Known) => `${name}${from}`
  const received = (name: Known) => `${name}${to}`
  const seenUntil = Array.from({ length: stages }, (_, n) => stages - n)
    .map((n) => `WHEN n${n} > 0 THEN ${n}`)
    .join(' ')
  const clock = `coalesce(${sent('clock')}, ${received('clock')})`
  const kind = `coalesce(${sent('kind')}, ${received('kind')})`
  const conditions = [
    `(${sent('n')} > 0 OR ${received('n')} > 0)`,
    ...(sinceUs === null ? [] : [`${clock} >= ${sinceUs}`]),
    ...(untilUs === null ? [] : [`${clock} < ${untilUs}`]),
    ...(kinds === null ? [] : [`${kind} IN (${[...kinds, -1].join(', ')})`]),
  ]
  await duckdb.rows(`CREATE OR REPLACE VIEW pairs AS
    SELECT ${grp === 'kind' ? kind : grp} AS grp,
      ${sent('n')} AS sends, ${received('n')} AS receipts, ${sent('time')} AS sent_us,
      ${received('received')} AS arrived_us, ${received('unstamped')} AS unstamped,
      ${sent('clock')} AS sent_clock_us, ${received('clock')} AS received_clock_us,
      ${sent('pos')} AS sent_pos, ${received('pos')} AS received_pos,
      ${sent('acknowledged')} AS acknowledged, CASE ${seenUntil} END AS seen_until,
      CAST(${graceUs} AS BIGINT) AS grace_us, CAST(${endUs ?? 'NULL'} AS BIGINT) AS end_us
    FROM fates WHERE ${conditions.join(' AND ')}`)
  await duckdb.rows(`CREATE OR REPLACE VIEW judged AS ${await querySql('reconcile/judged')}`)
}
