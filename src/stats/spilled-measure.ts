import type { Duckdb } from '../engines/duckdb.js'
import { timeText } from '../event/time.js'
import type { Deliveries } from './deliveries.js'
import { spilledIntervals } from './latency-intervals.js'
import { byEvents, type Measured, type MeasureOptions } from './measure.js'
import type { StatsRow } from './result.js'
import { RowTally } from './row-tally.js'
import { rowsByLabel, rowsBySource, rowsByType } from './rows.js'
import { arrivalUs, rowSql, spilledTallies } from './spilled.js'
import { spreadUs, widthUs } from './spread.js'
import { stepFor, type Timeline } from './timeline.js'
import { spilledWindowTypes } from './type-counts.js'

/** All figures of what was spilled and judged: as measure() has them of what is in memory. */
export async function measureSpilled(
  duckdb: Duckdb,
  deliveries: Deliveries,
  { by, windowUs: asked, intervals = false, labelOf }: MeasureOptions,
): Promise<Measured & { timeline: Timeline | null }> {
  const arrivals = await arrivalsOf(duckdb)
  const spreadWidthUs = arrivals === null ? null : widthUs(arrivals.last - arrivals.first)
  const windowUs = asked === 'spread' ? spreadWidthUs : asked
  const rows = by === 'type' ? rowsByType(deliveries) : rowsBySource(deliveries)
  const row = rowSql(deliveries.groups.map((_, group) => rows.rowOfGroup(group)))
  const named = labelOf ? rowsByLabel(deliveries) : rows
  const inWindows = {
    rows: named,
    rowSql: rowSql(deliveries.groups.map((_, group) => named.rowOfGroup(group))),
  }
  const withHops = deliveries.hopTimes !== null
  const tallies = await spilledTallies(duckdb, row, withHops)
  const types = rows.names.map(({ source, type }, number) => ({
    type,
    source,
    ...figures(tallies.get(number)),
  }))
  const total = (await spilledTallies(duckdb, '0', withHops)).get(0)
  const span = await spanOf(duckdb)
  const intervalUs = intervals === 'spread' ? spreadUs(span) : windowUs
  return {
    span,
    total: figures(total),
    types: types.filter(({ events }) => events > 0).sort(byEvents),
    windows: windowUs === null ? undefined : await windowsOf(duckdb, windowUs, withHops),
    intervals:
      intervals && intervalUs !== null
        ? await spilledIntervals(duckdb, {
            ...inWindows,
            windowUs: intervalUs,
            windowSql: windowNumber(intervalUs),
          })
        : undefined,
    windowTypes:
      intervals === true && windowUs !== null
        ? await spilledWindowTypes(duckdb, {
            ...inWindows,
            windowUs,
            windowSql: windowNumber(windowUs),
          })
        : undefined,
    timeline: arrivals === null ? null : await timelineOf(duckdb, arrivals),
  }
}

function windowNumber(windowUs: number): string {
  return `CAST(floor((${arrivalUs}) / ${windowUs}) AS BIGINT)`
}

async function windowsOf(duckdb: Duckdb, windowUs: number, withHops: boolean) {
  const tallies = await spilledTallies(duckdb, windowNumber(windowUs), withHops)
  return [...tallies]
    .sort(([a], [b]) => a - b)
    .map(([number, tally]) => ({
      start: timeText(number * windowUs),
      end: timeText((number + 1) * windowUs),
      ...tally.figures(),
    }))
}

function figures(tally: RowTally | undefined): StatsRow {
  return (tally ?? new RowTally()).figures()
}

async function spanOf(duckdb: Duckdb): Promise<Measured['span']> {
  const of = (column: string) =>
    `min(${column}) FILTER (NOT isnan(${column})), max(${column}) FILTER (NOT isnan(${column}))`
  const [row = []] = await duckdb.rows(`SELECT ${of('time_us')}, ${of('received_us')} FROM narrow`)
  const text = (at: number) => (typeof row[at] === 'number' ? timeText(row[at]) : null)
  return {
    firstTime: text(0),
    lastTime: text(1),
    firstReceivedAt: text(2),
    lastReceivedAt: text(3),
  }
}

/** When the first and the last one arrived, else happened; null where no delivery has a time. */
async function arrivalsOf(duckdb: Duckdb): Promise<{ first: number; last: number } | null> {
  const [[first, last] = []] = await duckdb.rows(
    `SELECT min(us), max(us) FROM (SELECT ${arrivalUs} AS us FROM narrow)`,
  )
  return typeof first === 'number' && typeof last === 'number' ? { first, last } : null
}

async function timelineOf(
  duckdb: Duckdb,
  { first, last }: { first: number; last: number },
): Promise<Timeline> {
  const stepUs = stepFor(last - first)
  const startUs = Math.floor(first / stepUs) * stepUs
  const counts = new Array<number>(Math.floor((last - startUs) / stepUs) + 1).fill(0)
  const slot = `CAST(floor((us - ${startUs}) / ${stepUs}) AS BIGINT)`
  const rows = await duckdb.rows(
    `SELECT ${slot}, count(*) FROM (SELECT ${arrivalUs} AS us FROM narrow) ` +
      'WHERE us IS NOT NULL GROUP BY 1',
  )
  for (const [at, events] of rows) counts[Number(at)] = Number(events)
  return { startUs, stepUs, counts }
}
