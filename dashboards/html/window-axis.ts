import type { WindowRow } from '../../src/stats/result.js'
import { parsedMs, rangeText } from '../../src/ui/times.js'
import type { Tick } from './plot.js'
import { timeTicks } from './time-axis.js'

/** A window with its place on an axis of time. */
export interface Slot {
  readonly row: WindowRow
  /** From 0 to 1. */
  readonly from: number
  readonly to: number
  /** `2026-11-01 09:00 → 10:00`. */
  readonly text: string
}

interface WindowAxis {
  readonly slots: readonly Slot[]
  readonly ticks: readonly Tick[]
  /** From the first to the last. */
  readonly range: string
  at(ms: number): number
}

/** Null where there is nothing to see over time. */
export function windowAxis(windows: readonly WindowRow[], timeZone: string): WindowAxis | null {
  const all = windows.flatMap((row) => {
    const [fromMs, toMs] = [parsedMs(row.start), parsedMs(row.end)]
    return fromMs === null || toMs === null ? [] : [{ row, fromMs, toMs }]
  })
  const [first, last] = [all[0], all.at(-1)]
  if (!first || !last || all.length < 2) return null
  const lengthMs = last.toMs - first.fromMs
  const at = (ms: number) => (ms - first.fromMs) / lengthMs
  return {
    at,
    slots: all.map(({ row, fromMs, toMs }) => {
      return { row, from: at(fromMs), to: at(toMs), text: rangeText(fromMs, toMs, timeZone) }
    }),
    ticks: timeTicks(first.fromMs, last.toMs, timeZone),
    range: `${rangeText(first.fromMs, last.toMs - 1, timeZone)} ${timeZone}`,
  }
}

/** Neighbours that touch, each list from one gap to the next. */
export function runs<T extends Slot>(slots: readonly T[]): T[][] {
  const found: T[][] = []
  for (const slot of slots) {
    const last = found.at(-1)
    const before = last?.at(-1)
    if (last && before && Math.abs(before.to - slot.from) < 1e-9) last.push(slot)
    else found.push([slot])
  }
  return found
}
