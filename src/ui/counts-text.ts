import type { TransportCount, TransportCounts } from '../reconcile/result.js'
import { countText } from './numbers.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { type Cell, type Column, tableLines } from './table.js'
import { momentText, parsedMs, rangeText } from './times.js'
import { flowed } from './wrapped.js'

const MOST_WINDOWS = 30

/** What the transport itself counted, beside what was found. */
export function countsLines(counts: TransportCounts, style: TextStyle): string[] {
  const [fromMs, toMs] = [parsedMs(counts.from), parsedMs(counts.to)]
  const when = fromMs === null || toMs === null ? '' : rangeText(fromMs, toMs, style.timeZone)
  const rows = counts.sources.flatMap((each) => [
    { name: safeText(each.source), counts: each.counts },
    ...windowRows(each, style),
  ])
  const gaps = counts.gaps.flatMap(({ source, explain }) =>
    flowed([`· ${safeText(source)}: ${safeText(explain)}`], {
      width: style.width,
      gap: ' ',
      indent: '  ',
    }),
  )
  const title = `as CloudWatch counts it${when === '' ? '' : `, ${when} ${style.timeZone}`}`
  return [title, ...table(rows, style), ...gaps]
}

function windowRows({ windows = [] }: TransportCount, style: TextStyle) {
  return windows
    .slice(-MOST_WINDOWS)
    .map(({ start, counts }) => ({ name: `  ${momentText(start, style.timeZone, 8)}`, counts }))
}

function table(
  rows: readonly { name: string; counts: TransportCount['counts'] }[],
  style: TextStyle,
): string[] {
  if (rows.length === 0) return []
  const names = [...new Set(rows.flatMap(({ counts }) => Object.keys(counts)))]
  const columns: Column[] = [
    { title: '', align: 'left', shrinkTo: 20 },
    ...names.map((title): Column => ({ title, align: 'right' })),
  ]
  const cells = rows.map(({ name, counts }): Cell[] => [
    { text: name },
    ...names.map((each) => ({
      text: each in counts ? countText(counts[each] ?? null) : '',
      wrong: each === 'failed' && (counts[each] ?? 0) > 0,
    })),
  ])
  return tableLines(columns, cells, style)
}
