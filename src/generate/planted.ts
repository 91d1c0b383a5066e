import { timeText } from '../event/time.js'
import { Fault } from './events.js'
import type { Workload } from './workload.js'

/** How much was planted of each fault: deliveries where something arrives again, else events or
 * records. A type, so that it can be gone through by name. */
export type Planted = {
  duplicates: number
  redeliveries: number
  replays: number
  conflicts: number
  publishedTwice: number
  /** Held back on purpose. */
  reordered: number
  /** Arrived after a later event of their key without that: published a second time, or sent in
   * one millisecond, or in one message, with the next. */
  alsoReordered: number
  lost: number
  skewed: number
  undecodable: number
  silentType: string | null
  /** Start of the hour in which nothing arrives. */
  silentHour: string | null
}

export function plantedIn(
  { events, deliveries, rows }: Workload,
  known: { undecodable: number; reordered: number },
): Planted {
  const again = counted(deliveries.fault)
  const once = counted(events.fault)
  const { silentRow, silentHourUs } = events
  return {
    duplicates: again(Fault.duplicate),
    redeliveries: again(Fault.redelivery),
    replays: again(Fault.replay),
    conflicts: again(Fault.conflict),
    publishedTwice: again(Fault.publishedTwice),
    reordered: once(Fault.reordered),
    alsoReordered: known.reordered - once(Fault.reordered),
    lost: once(Fault.lost),
    skewed: once(Fault.skewed),
    undecodable: known.undecodable,
    silentType: silentRow === null ? null : (rows[silentRow]?.type ?? null),
    silentHour: silentHourUs === null ? null : timeText(silentHourUs),
  }
}

function counted(faults: Uint8Array): (code: number) => number {
  const counts = new Map<number, number>()
  for (const fault of faults) counts.set(fault, (counts.get(fault) ?? 0) + 1)
  return (code) => counts.get(code) ?? 0
}
