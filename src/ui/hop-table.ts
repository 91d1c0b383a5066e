import { type HopLeg, hopLegs, type LatencyFigures, type StatsResult } from '../stats/result.js'
import { countText, durationText } from './numbers.js'
import { nameOf } from './stats-table.js'
import type { TextStyle } from './style.js'
import { type Cell, type Column, tableLines } from './table.js'

const MOST_TYPES = 20

/** What stands for a leg of which one end or both are on no event. */
export const NOT_STAMPED = 'not stamped'

/** The words for the legs of a way. */
export const legNames: Readonly<Record<HopLeg, string>> = {
  producedToAccepted: 'produced → accepted',
  acceptedToFirstReceived: 'accepted → first received',
  firstReceivedToRecorded: 'first received → recorded',
}

export interface LegRow {
  /** Empty where it goes on with the one above. */
  name: string
  leg: HopLeg
  /** Null: nobody stamped it. */
  latencyMs: LatencyFigures | null
}

const columns: readonly Column[] = [
  { title: 'hops', align: 'left', shrinkTo: 22 },
  { title: '', align: 'left' },
  { title: 'count', align: 'right' },
  { title: 'skewed', align: 'right', luxury: 1 },
  { title: 'p50', align: 'right', drop: 1 },
  { title: 'p99', align: 'right', drop: 2 },
  { title: 'p99.9', align: 'right', luxury: 2 },
  { title: 'max', align: 'right', drop: 3 },
]

/** Each row's legs, and the total's; of many types only the largest. None where not asked for. */
export function hopTable(result: StatsResult, style: TextStyle): string[] {
  if (!result.total.hops || result.types.length === 0) return []
  const { rows, hidden } = legRows(result, MOST_TYPES)
  const lines = tableLines(columns, rows.map(cells), style)
  if (hidden === 0) return lines
  const more = `… ${countText(hidden)} more: --output csv shows all`
  return [...lines.slice(0, -hopLegs.length), more, ...lines.slice(-hopLegs.length)]
}

/** A leg that no event of any type has stands at the total alone. */
export function legRows({ types, total }: StatsResult, most: number) {
  const stamped = hopLegs.filter((leg) => total.hops?.[leg])
  const shown = stamped.length === 0 ? [] : types.slice(0, most)
  const rows = shown.flatMap((row) =>
    stamped.map((leg, n): LegRow => {
      return { name: n === 0 ? nameOf(row) : '', leg, latencyMs: row.hops?.[leg] ?? null }
    }),
  )
  const whole = hopLegs.map((leg, n): LegRow => {
    return { name: n === 0 ? 'total' : '', leg, latencyMs: total.hops?.[leg] ?? null }
  })
  return {
    rows: [...rows, ...whole],
    hidden: stamped.length === 0 ? 0 : types.length - shown.length,
  }
}

function cells({ name, leg, latencyMs: l }: LegRow): Cell[] {
  const names = [{ text: name }, { text: legNames[leg] }]
  if (!l) return [...names, { text: NOT_STAMPED }]
  const durations = [l.p50, l.p99, l.p999, l.max].map((ms) => ({ text: durationText(ms) }))
  return [...names, { text: countText(l.count) }, { text: countText(l.skewed) }, ...durations]
}
