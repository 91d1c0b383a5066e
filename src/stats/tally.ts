import { type Deliveries, deliveryFlags } from './deliveries.js'
import type { Judged } from './judge.js'
import { KeyCounts } from './key-counts.js'
import { RowTally } from './row-tally.js'
import { isChecked } from './streams.js'

export interface Tallied {
  rows: RowTally[]
  /** How many keys were checked in any row. */
  keys: number
  withHops: boolean
}

/** Counts every delivery in the row that `rowOf` numbers, and in no row where that is negative. */
export function tally(
  deliveries: Deliveries,
  judged: Judged,
  rows: number,
  rowOf: (at: number) => number,
): Tallied {
  const { hopTimes } = deliveries
  const tallies = Array.from({ length: rows }, () => new RowTally(hopTimes !== null))
  const keys = new KeyCounts(rows, deliveries.keys.size)
  const { count, flags, timesUs, receivedUs, keyOf } = deliveries
  for (let at = 0; at < count; at++) {
    const row = rowOf(at)
    const tallied = tallies[row]
    if (!tallied) continue
    const flag = flags[at] as number
    const timeUs = timesUs[at] as number
    const receivedAtUs = receivedUs[at] as number
    tallied.events += 1
    if (flag & deliveryFlags.noId) tallied.noIdentity += 1
    const timed = !Number.isNaN(timeUs)
    if (timed) tallied.addTime(timeUs)
    if (flag & deliveryFlags.again) continue
    if (timed && !Number.isNaN(receivedAtUs)) tallied.latency.record(receivedAtUs, timeUs)
    if (hopTimes) tallied.hops?.add(hopTimes, at)
    if (!isChecked(deliveries, judged.streams, at)) continue
    tallied.checked += 1
    keys.add(row, keyOf[at] as number)
  }
  for (const { deliveries: rowsOf, causes } of judged.repeats) {
    for (const [n, cause] of causes.entries()) {
      tallies[rowOf(rowsOf[n + 1] as number)]?.addRepeat(cause)
    }
  }
  for (const reordered of judged.reordered) tallies[rowOf(reordered.at)]?.addReordered(reordered)
  for (const [row, tallied] of tallies.entries()) tallied.keys = keys.byRow[row] as number
  return { rows: tallies, keys: keys.total, withHops: hopTimes !== null }
}

/** All rows as one. */
export function totalOf({ rows, keys, withHops }: Tallied): RowTally {
  const total = new RowTally(withHops)
  for (const row of rows) total.merge(row)
  total.keys = keys
  return total
}
