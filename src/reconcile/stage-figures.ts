import type { DuckDBValue } from '@duckdb/node-api'
import type { Duckdb } from '../engines/duckdb.js'
import { timeText } from '../event/time.js'
import type { Span } from '../stats/result.js'

/** What was taken in of one stage. */
export interface StageCounts {
  events: number
  identities: number
  withoutId: number
  span: Span
  lastReceivedUs: number | null
  lastTimeUs: number | null
}

/** Counts the tables `arrivals` and `fates` by stage. */
export async function stageCounts(duckdb: Duckdb, stages: number): Promise<StageCounts[]> {
  const numbers = Array.from({ length: stages }, (_, n) => n + 1)
  const rows = await duckdb.rows(
    `SELECT stage, count(*), count(*) - count(identity), min(time_us), max(time_us),
       min(received_us), max(received_us) FROM arrivals GROUP BY stage`,
  )
  const sums = numbers.map((n) => `sum(CASE WHEN n${n} > 0 THEN 1 ELSE 0 END)`)
  const [identities = []] = await duckdb.rows(`SELECT ${sums.join(', ')} FROM fates`)
  return numbers.map((number) => {
    const [, events, withoutId, ...times] = rows.find(([stage]) => Number(stage) === number) ?? []
    const [firstTime, lastTime, firstReceivedAt, lastReceivedAt] = times.map(usOf)
    return {
      ...{ events: Number(events ?? 0), withoutId: Number(withoutId ?? 0) },
      identities: Number(identities[number - 1] ?? 0),
      span: {
        ...{ firstTime: textOf(firstTime), lastTime: textOf(lastTime) },
        ...{ firstReceivedAt: textOf(firstReceivedAt), lastReceivedAt: textOf(lastReceivedAt) },
      },
      ...{ lastReceivedUs: lastReceivedAt ?? null, lastTimeUs: lastTime ?? null },
    }
  })
}

/** How many ids, whatever their sources, are at both stages. */
export async function idsInCommon(duckdb: Duckdb, from: number, to: number): Promise<number> {
  const [[count] = []] = await duckdb.rows(
    `SELECT count(DISTINCT a.id) FROM arrivals a
     JOIN arrivals b ON b.id = a.id AND b.stage = ${to} WHERE a.stage = ${from}`,
  )
  return Number(count)
}

function usOf(value: DuckDBValue): number | null {
  return value === null ? null : Number(value)
}

function textOf(us: number | null | undefined): string | null {
  return us === null || us === undefined ? null : timeText(us)
}
