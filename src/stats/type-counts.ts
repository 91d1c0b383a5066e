import type { Duckdb } from '../engines/duckdb.js'
import { HIGHEST_US } from '../meters/hdr.js'
import { type Deliveries, deliveryFlags } from './deliveries.js'
import type { Judged } from './judge.js'
import { type GroupRows, rowsByWindow } from './rows.js'
import { deliveriesView } from './spilled.js'
import { isChecked } from './streams.js'

/** What is counted of a type in a window, as in {@link StatsRow}. Null: cannot be claimed. */
export interface TypeCounts {
  type: string
  source: string
  events: number
  distinct: number | null
  duplicates: number | null
  /** Null where no order is checked. */
  reordered: number | null
  /** First deliveries whose latency lies above all buckets. */
  overflow: number
  /** The greatest `time`. */
  newestUs: number | null
}

/** Of each window, by its start, the types that came in it, as their rows are numbered. */
export type WindowTypes = ReadonlyMap<number, readonly TypeCounts[]>

interface Tallied {
  events: number
  noIdentity: number
  again: number
  checked: number
  reordered: number
  overflow: number
  newestUs: number | null
}

/** The counts of each type in each window; bare ones, since there may be many. */
export function windowTypes(
  deliveries: Deliveries,
  judged: Judged,
  { rows, windowUs }: { rows: GroupRows; windowUs: number },
): WindowTypes {
  const { count, flags, timesUs, receivedUs } = deliveries
  const windows = rowsByWindow(deliveries, windowUs)
  const types = rows.names.length
  const pairs = new Map<number, Tallied>()
  const pairOf = (at: number) => {
    const window = windows.rowOf(at)
    return window < 0 ? -1 : window * types + rows.rowOf(at)
  }
  for (let at = 0; at < count; at++) {
    const pair = pairOf(at)
    if (pair < 0) continue
    const tallied = pairs.get(pair) ?? nothing()
    pairs.set(pair, tallied)
    const [flag, timeUs] = [flags[at] as number, timesUs[at] as number]
    tallied.events += 1
    if (flag & deliveryFlags.noId) tallied.noIdentity += 1
    if (!Number.isNaN(timeUs)) tallied.newestUs = Math.max(timeUs, tallied.newestUs ?? timeUs)
    if (isChecked(deliveries, judged.streams, at)) tallied.checked += 1
    if (flag & deliveryFlags.again) tallied.again += 1
    else if ((receivedUs[at] as number) - timeUs > HIGHEST_US) tallied.overflow += 1
  }
  for (const { at } of judged.reordered) {
    const tallied = pairs.get(pairOf(at))
    if (tallied) tallied.reordered += 1
  }
  const startOf = (window: number) => windows.names[window]?.startUs ?? 0
  return byWindow(pairs, rows, startOf)
}

/** The same of what was spilled and judged. `windowSql` is SQL for the number of a window. */
export async function spilledWindowTypes(
  duckdb: Duckdb,
  of: { rows: GroupRows; rowSql: string; windowSql: string; windowUs: number },
): Promise<WindowTypes> {
  const { rows, rowSql, windowSql, windowUs } = of
  await duckdb.rows(deliveriesView(`${windowSql} * ${rows.names.length} + ${rowSql}`))
  const found = await duckdb.rows(
    `SELECT d.grp, count(*), count(*) FILTER (d.identity IS NULL), count(r.pos),
      count(*) FILTER (r.pos IS NULL AND d.stream IS NOT NULL AND d.place IS NOT NULL),
      count(o.pos), count(*) FILTER (r.pos IS NULL AND d.received_us - d.event_us > ${HIGHEST_US}),
      max(d.event_us)
    FROM deliveries d
    LEFT JOIN repeats r ON r.pos = d.pos
    LEFT JOIN reordered o ON o.pos = d.pos
    WHERE d.grp IS NOT NULL GROUP BY d.grp`,
  )
  const pairs = new Map<number, Tallied>()
  for (const [pair, ...values] of found) {
    const [events = 0, noIdentity = 0, again = 0, checked = 0, ...rest] = values.map(Number)
    const [reordered = 0, overflow = 0] = rest
    const newest = values[6] ?? null
    const newestUs = newest === null ? null : Number(newest)
    const tallied = { events, noIdentity, again, checked, reordered, overflow, newestUs }
    pairs.set(Number(pair), tallied)
  }
  return byWindow(pairs, rows, (window) => window * windowUs)
}

function nothing(): Tallied {
  return {
    ...{ events: 0, noIdentity: 0, again: 0, checked: 0, reordered: 0, overflow: 0 },
    newestUs: null,
  }
}

/** A pair is the number of its window, times that of types, and the number of its type. */
function byWindow(
  pairs: ReadonlyMap<number, Tallied>,
  { names }: GroupRows,
  startOf: (window: number) => number,
): WindowTypes {
  const windows = new Map<number, TypeCounts[]>()
  for (const [pair, tallied] of [...pairs].sort(([a], [b]) => a - b)) {
    const window = Math.floor(pair / names.length)
    const name = names[pair - window * names.length]
    if (!name) continue
    const { events, noIdentity, again, checked, reordered, overflow, newestUs } = tallied
    const isClaimed = events > noIdentity
    const counts = {
      ...{ ...name, events, overflow, newestUs },
      distinct: isClaimed ? events - again : null,
      duplicates: isClaimed ? again : null,
      reordered: checked === 0 ? null : reordered,
    }
    const startUs = startOf(window)
    const types = windows.get(startUs)
    if (types) types.push(counts)
    else windows.set(startUs, [counts])
  }
  return windows
}
