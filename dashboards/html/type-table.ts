import type { Finding, StatsResult, StatsRow, TypeRow, WindowRow } from '../../src/stats/result.js'
import type { LatencyShape } from '../../src/ui/latency-shape.js'
import { countText, durationText, percentText } from '../../src/ui/numbers.js'
import { type Faulty, faultOf, isAbout, nameOf } from '../../src/ui/stats-table.js'
import { momentText, parsedMs } from '../../src/ui/times.js'
import { brief, type Html, html } from './html.js'
import { section } from './page.js'
import { type SharedAxis, sharedAxis, spark } from './spark.js'
import { type Cell, type Column, dataTable, figure } from './table.js'
import {
  LEAST_FOR,
  type PercentileName,
  whyNoDistinct,
  whyNoMaximum,
  whyNoPercentile,
  whyNoRate,
  whyNoRatio,
} from './why.js'

const MOST_TYPES = 1_000
const MOST_WINDOWS = 2_000
const NAME_COLUMNS = 120

const figureColumns: readonly Column[] = [
  { title: 'events', isNumber: true },
  { title: 'distinct', isNumber: true },
  { title: 'duplicates', isNumber: true },
  { title: 'reordered', isNumber: true },
  { title: 'p50', isNumber: true },
  { title: 'p99', isNumber: true },
  { title: 'p99.9', isNumber: true },
  { title: 'max', isNumber: true },
]

/** A row a type and the total; none where there are no events. */
export function typeSection(result: StatsResult, shapes: readonly (LatencyShape | null)[]): Html[] {
  const { types, total, findings } = result
  if (types.length === 0) return []
  const faults = findings.filter(({ severity }) => severity === 'fault')
  const whole = faults.filter(({ type, source }) => type === null && source === null)
  const bySource = types.every(({ type }) => type === '*')
  const what = bySource ? 'sources' : 'types'
  const axis = sharedAxis(shapes.filter((shape) => shape !== null))
  const shown = types.slice(0, MOST_TYPES)
  const drawn = (cell: Cell): Cell[] => (axis ? [cell] : [])
  const title = bySource ? 'By source' : 'By type'
  const table = dataTable({
    caption: title,
    columns: [
      { title: bySource ? 'source' : 'source/type' },
      ...figureColumns,
      ...(axis ? [{ title: 'latencies' }] : []),
    ],
    rows: shown.map((row, i) => [
      { text: brief(nameOf(row), NAME_COLUMNS) },
      ...figures(row, faultsOf(row, faults)),
      ...drawn(sparkCell(shapes[i] ?? null, axis)),
    ]),
    foot: [{ text: 'total' }, ...figures(total, whole), ...drawn({ text: '' })],
    isSortable: types.length > 1,
  })
  const hidden = types.length - shown.length
  const more = hidden > 0 ? `… ${countText(hidden)} more ${what}: --output csv shows all` : null
  return [section('types', title, table, legend(types, axis, more))]
}

/** A row a window, where windows were asked for. */
export function windowSection({ windows = [] }: StatsResult, timeZone: string): Html[] {
  if (windows.length === 0) return []
  const shown = windows.slice(0, MOST_WINDOWS)
  const hidden = windows.length - shown.length
  const table = dataTable({
    caption: 'By window',
    columns: [{ title: `from, ${timeZone}` }, ...figureColumns],
    rows: shown.map((row) => [startCell(row, timeZone), ...figures(row, [])]),
    isSortable: windows.length > 1,
  })
  const more = hidden > 0 ? `… ${countText(hidden)} more windows: --output csv shows all` : null
  return [section('windows', 'By window', table, legend(windows, null, more))]
}

function startCell({ start }: WindowRow, timeZone: string): Cell {
  return { text: momentText(start, timeZone, 8), value: parsedMs(start) }
}

function faultsOf(row: TypeRow, faults: readonly Finding[]): Finding[] {
  return faults.filter((fault) => isAbout(fault, row))
}

function sparkCell(shape: LatencyShape | null, axis: SharedAxis | null): Cell {
  if (!shape || !axis) return { text: '', value: null }
  const { buckets } = shape
  return { text: '', drawn: spark(shape, axis), value: buckets.at(-1)?.valueUs ?? null }
}

function figures(row: StatsRow, faults: readonly Finding[]): Cell[] {
  const { events, distinct, duplicates, ordering, latencyMs } = row
  const kinds = new Set<Faulty | undefined>(faults.map(({ kind }) => faultOf[kind]))
  const wrong = (what: Faulty) => ({ wrong: kinds.has(what) })
  const percentile = (name: PercentileName) =>
    figure(durationText(latencyMs[name]), latencyMs[name], {
      why: whyNoPercentile(latencyMs, name),
    })
  return [
    figure(countText(events), events),
    figure(countText(distinct), distinct, { why: whyNoDistinct(row) }),
    figure(percentText(duplicates.rate), duplicates.rate, {
      why: whyNoRate(row),
      ...wrong('duplicates'),
    }),
    figure(percentText(ordering.ratio), ordering.ratio, {
      why: whyNoRatio(row),
      ...wrong('reordered'),
    }),
    percentile('p50'),
    percentile('p99'),
    percentile('p999'),
    figure(durationText(latencyMs.max), latencyMs.max, {
      why: whyNoMaximum(latencyMs),
      ...wrong('latency'),
    }),
  ]
}

/** What the signs of a table mean, as far as they occur in it. */
function legend(rows: readonly StatsRow[], axis: SharedAxis | null, more: string | null): Html {
  const some = (isMissing: (row: StatsRow) => boolean) => rows.some(isMissing)
  const { p50, p99, p999 } = LEAST_FOR
  const needs = [countText(p50), countText(p99), countText(p999)]
  const reasons = [
    ...(some(({ distinct }) => distinct === null) ? ['duplicates need an id'] : []),
    ...(some(({ ordering }) => ordering.ratio === null) ? ['reordered needs a key'] : []),
    ...(some(({ latencyMs }) => latencyMs.count === 0)
      ? ['latency needs a time and an arrival']
      : []),
    ...(some(({ latencyMs: l }) => l.count > 0 && l.p999 === null)
      ? [`p50, p99 and p99.9 need ${needs.slice(0, 2).join(', ')} and ${needs[2]} latencies`]
      : []),
  ]
  const lines = [
    ...(more === null ? [] : [more]),
    ...(axis ? ['latencies: how they are distributed, on one logarithmic axis for all rows'] : []),
    ...(reasons.length > 0 ? [`– cannot be claimed: ${reasons.join('; ')}`] : []),
  ]
  return html`${lines.map((text) => html`<p class="legend">${text}</p>`)}`
}
