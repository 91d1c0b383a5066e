import type { TransportCounts } from '../../src/reconcile/result.js'
import { countText, NONE } from '../../src/ui/numbers.js'
import { momentText, parsedMs, rangeText } from '../../src/ui/times.js'
import { type Html, html } from './html.js'
import { type Cell, dataTable } from './table.js'

const MOST_WINDOWS = 2_000

/** What the transport itself counted, and of whom that is not known. */
export function countsSection(counts: TransportCounts, timeZone: string): Html {
  const [fromMs, toMs] = [parsedMs(counts.from), parsedMs(counts.to)]
  const isKnown = fromMs !== null && toMs !== null
  const when = isKnown ? ` of ${rangeText(fromMs, toMs, timeZone)} ${timeZone}` : ''
  const gaps = counts.gaps.map(({ source, explain }) => html`<li>${source}: ${explain}</li>`)
  return html`<p class="legend">Figures of CloudWatch${when}</p>
${tableOf(counts, timeZone)}${gaps.length > 0 ? html`<ul>${gaps}</ul>` : null}`
}

function tableOf({ sources }: TransportCounts, timeZone: string): Html | null {
  const rows = sources.flatMap(({ source, counts, windows = [] }) => [
    { source, from: 'all', counts },
    ...windows.slice(-MOST_WINDOWS).map(({ start, counts: some }) => ({
      ...{ source, from: momentText(start, timeZone, 8), counts: some },
    })),
  ])
  if (rows.length === 0) return null
  const names = [...new Set(rows.flatMap(({ counts }) => Object.keys(counts)))]
  const hasWindows = rows.length > sources.length
  return dataTable({
    caption: 'As CloudWatch counts it',
    columns: [
      ...['source', ...(hasWindows ? ['from'] : [])].map((title) => ({ title })),
      ...names.map((title) => ({ title, isNumber: true })),
    ],
    rows: rows.map(({ source, from, counts }): Cell[] => [
      { text: source },
      ...(hasWindows ? [{ text: from }] : []),
      ...names.map((name): Cell => {
        if (!(name in counts)) return { text: '', value: null }
        const value = counts[name] ?? null
        const text = value === null ? NONE : countText(value)
        return { text, value, wrong: name === 'failed' && (value ?? 0) > 0 }
      }),
    ]),
  })
}
