import type { StatsResult } from '../../src/stats/result.js'
import { type LegRow, legNames, legRows, NOT_STAMPED } from '../../src/ui/hop-table.js'
import { countText, durationText } from '../../src/ui/numbers.js'
import { brief, type Html, html } from './html.js'
import { section } from './page.js'
import { type Cell, type Column, dataTable, figure } from './table.js'
import { type PercentileName, whyNoMaximum, whyNoPercentile } from './why.js'

const MOST_TYPES = 200
const NAME_COLUMNS = 120

const columns: readonly Column[] = [
  { title: 'source/type' },
  { title: 'leg' },
  { title: 'count', isNumber: true },
  { title: 'skewed', isNumber: true },
  { title: 'p50', isNumber: true },
  { title: 'p99', isNumber: true },
  { title: 'p99.9', isNumber: true },
  { title: 'max', isNumber: true },
]

/** The legs of each row, where they were asked for. */
export function hopSection(result: StatsResult): Html[] {
  if (!result.total.hops || result.types.length === 0) return []
  const { rows, hidden } = legRows(result, MOST_TYPES)
  const table = dataTable({ caption: 'Hops', columns, rows: rows.map(cells) })
  const more = hidden > 0 ? [`… ${countText(hidden)} more: --output csv shows all`] : []
  const words = `${NOT_STAMPED}: no event says when both ends of the leg were`
  const isUnstamped = rows.some(({ latencyMs }) => latencyMs === null)
  const legend = [...more, ...(isUnstamped ? [words] : [])]
  return [
    section(
      'hops',
      'Hops',
      table,
      html`${legend.map((text) => html`<p class="legend">${text}</p>`)}`,
    ),
  ]
}

function cells({ name, leg, latencyMs: l }: LegRow): Cell[] {
  const names = [{ text: brief(name, NAME_COLUMNS) }, { text: legNames[leg] }]
  if (!l) {
    const none = Array.from({ length: columns.length - 3 }, () => ({ text: '' }))
    return [...names, { text: NOT_STAMPED }, ...none]
  }
  const percentile = (at: PercentileName) =>
    figure(durationText(l[at]), l[at], { why: whyNoPercentile(l, at) })
  return [
    ...names,
    figure(countText(l.count), l.count),
    figure(countText(l.skewed), l.skewed),
    percentile('p50'),
    percentile('p99'),
    percentile('p999'),
    figure(durationText(l.max), l.max, { why: whyNoMaximum(l) }),
  ]
}
