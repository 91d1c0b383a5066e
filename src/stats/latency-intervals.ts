import type { Duckdb } from '../engines/duckdb.js'
import { querySql } from '../questions/query.js'
import { type Deliveries, deliveryFlags } from './deliveries.js'
import { LatencyCounts } from './latency-counts.js'
import { RowTally } from './row-tally.js'
import { type GroupRows, rowsByWindow } from './rows.js'
import { deliveriesView } from './spilled.js'

/** Those of a type in a window. */
export interface TypeLatencies {
  source: string
  type: string
  hdr: string
  minMs?: number | undefined
  maxMs?: number | undefined
  /** How many lie above all buckets; such is the maximum then. */
  overflow?: number | undefined
}

/** The latencies of one window as encoded histograms. Rows without any are left out. */
export interface LatencyInterval {
  startUs: number
  rows: TypeLatencies[]
  total: string
}

/** The histograms of each window that has latencies, by start; one window is held at a time. */
export function latencyIntervals(
  deliveries: Deliveries,
  rows: GroupRows,
  windowUs: number,
): LatencyInterval[] {
  const { flags, timesUs, receivedUs } = deliveries
  const windows = rowsByWindow(deliveries, windowUs)
  const members = membersOf(windows.names.length, windows.rowOf, deliveries.count)
  const intervals = windows.names.map(({ startUs }, window) => {
    const counts = new Map<number, LatencyCounts>()
    for (const at of members(window)) {
      const [timeUs, receivedAtUs] = [timesUs[at] as number, receivedUs[at] as number]
      const isAgain = ((flags[at] as number) & deliveryFlags.again) !== 0
      if (isAgain || Number.isNaN(timeUs) || Number.isNaN(receivedAtUs)) continue
      countsOf(counts, rows.rowOf(at)).record(receivedAtUs, timeUs)
    }
    return intervalOf(startUs, counts, rows)
  })
  return present(intervals)
}

/** The places of each of so many rows, in order. */
function membersOf(rows: number, rowOf: (at: number) => number, count: number) {
  const ends = new Uint32Array(rows + 1)
  for (let at = 0; at < count; at++) {
    const row = rowOf(at)
    if (row >= 0) ends[row + 1] = (ends[row + 1] as number) + 1
  }
  for (let row = 0; row < rows; row++)
    ends[row + 1] = (ends[row + 1] as number) + (ends[row] as number)
  const starts = ends.slice()
  const places = new Uint32Array(ends[rows] as number)
  for (let at = 0; at < count; at++) {
    const row = rowOf(at)
    if (row < 0) continue
    const place = starts[row] as number
    places[place] = at
    starts[row] = place + 1
  }
  return (row: number) => places.subarray(ends[row], ends[row + 1])
}

/** So many windows and types are asked for by one query. */
const PAIRS_AT_ONCE = 2_000

/** The same of what was spilled and judged. `windowOf` is SQL for the number of a window. */
export async function spilledIntervals(
  duckdb: Duckdb,
  of: { rows: GroupRows; rowSql: string; windowSql: string; windowUs: number },
): Promise<LatencyInterval[]> {
  const { rows, rowSql, windowSql, windowUs } = of
  const found = await duckdb.rows(`SELECT DISTINCT ${windowSql} AS w FROM narrow ORDER BY w`)
  const numbers = found.flatMap(([number]) => (number === null ? [] : [Number(number)]))
  const types = rows.names.length
  const step = Math.max(1, Math.floor(PAIRS_AT_ONCE / types))
  const intervals: (LatencyInterval | undefined)[] = []
  for (let at = 0; at < numbers.length; at += step) {
    const asked = numbers.slice(at, at + step)
    const [from = 0, to = from] = [asked[0], asked.at(-1)]
    const pair =
      `CASE WHEN ${windowSql} BETWEEN ${from} AND ${to} ` +
      `THEN (${windowSql} - (${from})) * ${types} + ${rowSql} END`
    await duckdb.rows(deliveriesView(pair))
    const windows = new Map<number, Map<number, LatencyCounts>>()
    const windowOf = (number: number) => {
      const window = from + Math.floor(number / types)
      const counts = windows.get(window) ?? new Map<number, LatencyCounts>()
      windows.set(window, counts)
      return counts
    }
    // Buckets say neither the ends nor what lies above all of them.
    for (const [number, ...values] of await duckdb.rows(await querySql('stats/rows'))) {
      if (number === null) continue
      const tally = new RowTally()
      tally.load(values)
      windowOf(Number(number)).set(Number(number) % types, tally.latency)
    }
    for (const [number, lowestUs, events] of await duckdb.rows(await querySql('stats/latencies'))) {
      if (number === null) continue
      const counts = windowOf(Number(number))
      countsOf(counts, Number(number) % types).loadBucket(Number(lowestUs), Number(events))
    }
    for (const [window, counts] of windows)
      intervals.push(intervalOf(window * windowUs, counts, rows))
  }
  return present(intervals)
}

function countsOf(counts: Map<number, LatencyCounts>, row: number): LatencyCounts {
  const known = counts.get(row) ?? new LatencyCounts()
  counts.set(row, known)
  return known
}

/** One window, of the counts of each row; undefined where it has no latencies. */
export function intervalOf(
  startUs: number,
  counts: ReadonlyMap<number, LatencyCounts>,
  { names }: Pick<GroupRows, 'names'>,
): LatencyInterval | undefined {
  const all = new LatencyCounts()
  const rows: LatencyInterval['rows'] = []
  for (const [row, each] of [...counts].sort(([a], [b]) => a - b)) {
    const { hdr, min, max, overflow } = each.histogram().figures()
    const name = names[row]
    const ends = { minMs: min ?? undefined, maxMs: max ?? undefined, overflow }
    if (hdr !== null && name) rows.push({ ...name, hdr, ...ends })
    all.merge(each)
  }
  const total = all.histogram().figures().hdr
  return total === null ? undefined : { startUs, rows, total }
}

function present(intervals: readonly (LatencyInterval | undefined)[]): LatencyInterval[] {
  return intervals
    .filter((interval) => interval !== undefined)
    .sort((a, b) => a.startUs - b.startUs)
}
