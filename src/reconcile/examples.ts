import type { DuckDBValue } from '@duckdb/node-api'
import type { Duckdb } from '../engines/duckdb.js'
import { querySql } from '../questions/query.js'

/** An identity that shows a fate. Positions are null where it was not there. */
export interface Example {
  grp: number
  sentPos: number | null
  receivedPos: number | null
  tookUs: number | null
  receipts: number
}

/** Which identities show a fate, and what makes one plainer than another. */
const shows = {
  lost: { where: `fate = 'lost'`, weight: '0' },
  unexpected: { where: `fate = 'unexpected'`, weight: '0' },
  duplicated: { where: 'receipts > 1', weight: 'receipts' },
  late: { where: 'took_us > grace_us', weight: 'took_us' },
  recovered: { where: `fate = 'received' AND acknowledged = 0`, weight: '0' },
  inFlight: { where: `fate = 'inFlight' AND sent_us IS NOT NULL`, weight: '0' },
  timeUnknown: { where: `fate = 'inFlight' AND sent_us IS NULL`, weight: '0' },
  skew: { where: 'took_us < 0', weight: '-took_us' },
  sentAgain: { where: 'sends > 1', weight: 'sends' },
} as const
export type Shown = keyof typeof shows

/** The plainest examples of a fate, by kind; what is judged is the view `judged`. */
export async function examplesOf(duckdb: Duckdb, fate: Shown, most: number): Promise<Example[]> {
  const { where, weight } = shows[fate]
  await duckdb.rows(
    `CREATE OR REPLACE VIEW examples AS SELECT *, ${weight} AS weight FROM judged WHERE ${where}`,
  )
  const sql = (await querySql('reconcile/witnesses')).replaceAll('$most', String(most))
  const rows = await duckdb.rows(sql)
  return rows.map(([grp, , sentPos, receivedPos, , , receipts, tookUs]) => ({
    grp: Number(grp),
    ...{ sentPos: numberOf(sentPos), receivedPos: numberOf(receivedPos) },
    ...{ tookUs: numberOf(tookUs), receipts: Number(receipts) },
  }))
}

function numberOf(value: DuckDBValue | undefined): number | null {
  return value === null || value === undefined ? null : Number(value)
}
