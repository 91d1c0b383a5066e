import type { OrderingFigures, StatsResult } from '../../src/stats/result.js'
import { countText, durationText, percentText } from '../../src/ui/numbers.js'
import { nameOf } from '../../src/ui/stats-table.js'
import { brief, type Html, html } from './html.js'
import { section } from './page.js'
import { type Cell, dataTable, figure } from './table.js'

const [MOST_ROWS, NAME_COLUMNS] = [200, 120]

/** How far behind and how late events came, by type; none where nothing has a key. */
export function orderSection({ types, total }: StatsResult): Html[] {
  if (total.ordering.checked === 0) return []
  const shown = types.filter(({ ordering }) => ordering.checked > 0)
  const rest = shown.length - MOST_ROWS
  const table = dataTable({
    caption: 'Order and lateness',
    columns: [
      { title: 'source/type' },
      ...['keys', 'checked', 'reordered', 'share', 'furthest behind', 'p99 late', 'latest'].map(
        (title) => ({ title, isNumber: true }),
      ),
    ],
    rows: shown
      .slice(0, MOST_ROWS)
      .map((row) => [{ text: brief(nameOf(row), NAME_COLUMNS) }, ...figures(row.ordering)]),
    foot: [{ text: 'total' }, ...figures(total.ordering)],
    isSortable: shown.length > 1,
  })
  const more = rest > 0 ? html`<p class="legend">… ${countText(rest)} more types</p>` : null
  const buffer = total.ordering.maxLateMs
  const advice =
    buffer !== null && buffer > 0
      ? html`<p class="legend">A buffer of ${durationText(buffer, 3)} would put all in order.</p>`
      : null
  return [section('order', 'Order and lateness', table, advice, more)]
}

function figures(of: OrderingFigures): Cell[] {
  return [
    figure(countText(of.keys), of.keys),
    figure(countText(of.checked), of.checked),
    figure(countText(of.reordered), of.reordered),
    figure(percentText(of.ratio), of.ratio),
    figure(countText(of.maxExtent), of.maxExtent),
    figure(durationText(of.p99LateMs, 3), of.p99LateMs),
    figure(durationText(of.maxLateMs, 3), of.maxLateMs),
  ]
}
