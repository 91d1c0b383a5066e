import type { Finding, FindingKind, StatsResult, StatsRow, TypeRow } from '../stats/result.js'
import { countText, durationText, percentText } from './numbers.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { type Cell, type Column, tableLines } from './table.js'
import { clockAt, parsedMs, timeLength } from './times.js'

const MOST_TYPES = 20
const MOST_WINDOWS = 48

/** The figures of a row that a fault can be about. */
export type Faulty = 'duplicates' | 'reordered' | 'latency'

/** Which figure of a row a fault of that kind is about. */
export const faultOf: Partial<Record<FindingKind, Faulty>> = {
  duplicate: 'duplicates',
  conflict: 'duplicates',
  publishedTwice: 'duplicates',
  reordered: 'reordered',
  sequence: 'reordered',
  countersApart: 'reordered',
  latency: 'latency',
}

const figureColumns: readonly Column[] = [
  { title: 'events', align: 'right' },
  { title: 'distinct', align: 'right', luxury: 1 },
  { title: 'duplicates', align: 'point' },
  { title: 'reordered', align: 'point' },
  { title: 'p50', align: 'right', drop: 1 },
  { title: 'p99', align: 'right', drop: 2 },
  { title: 'p99.9', align: 'right', luxury: 2 },
  { title: 'max', align: 'right', drop: 3 },
]

/** One row a type, most events first, and the total. Of many types only the largest, and those with
 * faults. */
export function typeTable(result: StatsResult, style: TextStyle): string[] {
  const { types, total, findings } = result
  if (types.length === 0) return []
  const faults = findings.filter(({ severity }) => severity === 'fault')
  const drawn = types.map((row) => ({ row, own: faults.filter((fault) => isAbout(fault, row)) }))
  const shown = drawn.filter(({ own }, i) => i < MOST_TYPES || own.length > 0)
  const whole = faults.filter(({ type, source }) => type === null && source === null)
  const lines = tableLines(
    [{ title: '', align: 'left', shrinkTo: 26 }, ...figureColumns],
    [
      ...shown.map(({ row, own }) => [{ text: nameOf(row) }, ...figures(row, own)]),
      [{ text: 'total' }, ...figures(total, whole)],
    ],
    style,
  )
  const hidden = types.length - shown.length
  if (hidden === 0) return lines
  const what = types.every(({ type }) => type === '*') ? 'sources' : 'types'
  const more = `… ${countText(hidden)} more ${what}: --output csv shows all`
  return [...lines.slice(0, -1), more, ...lines.slice(-1)]
}

/** One row a window; of very many, the first and the last. */
export function windowTable(result: StatsResult, style: TextStyle): string[] {
  const windows = result.windows ?? []
  if (windows.length === 0) return []
  const label = windowLabel(windows, style.timeZone)
  const half = MOST_WINDOWS / 2
  const fits = windows.length <= MOST_WINDOWS
  const shown = fits ? windows : [...windows.slice(0, half), ...windows.slice(-half)]
  const lines = tableLines(
    [{ title: 'window', align: 'left', shrinkTo: 11 }, ...figureColumns],
    shown.map((row) => [{ text: label(row.start) }, ...figures(row, [])]),
    style,
  )
  if (fits) return lines
  const more = `… ${countText(windows.length - MOST_WINDOWS)} more windows: --output csv shows all`
  return [...lines.slice(0, half + 1), more, ...lines.slice(half + 1)]
}

/** `source/type` as it is shown everywhere. */
export function nameOf({ type, source }: Pick<TypeRow, 'type' | 'source'>): string {
  if (type === '*') return source === '' ? '(no source)' : safeText(source)
  return safeText(source === '' ? type : `${source}/${type}`)
}

/** Whether a finding is about this row, and not about the whole selection. */
export function isAbout(
  finding: Pick<Finding, 'type' | 'source'>,
  row: Pick<TypeRow, 'type' | 'source'>,
): boolean {
  if (finding.type === null && finding.source === null) return false
  const sameType = row.type === '*' || finding.type === null || finding.type === row.type
  return sameType && (finding.source === null || finding.source === row.source)
}

function figures(row: StatsRow, faults: readonly Finding[]): Cell[] {
  const wrong = new Set(faults.map(({ kind }) => faultOf[kind]))
  const { latencyMs: latency } = row
  return [
    { text: countText(row.events) },
    { text: countText(row.distinct) },
    { text: percentText(row.duplicates.rate), wrong: wrong.has('duplicates') },
    { text: percentText(row.ordering.ratio), wrong: wrong.has('reordered') },
    { text: durationText(latency.p50) },
    { text: durationText(latency.p99) },
    { text: durationText(latency.p999) },
    { text: durationText(latency.max), wrong: wrong.has('latency') },
  ]
}

/** Windows of one day are told apart by their time alone. */
function windowLabel(windows: readonly { start: string; end: string }[], timeZone: string) {
  const clocks = windows.map(({ start }) => clockAt(parsedMs(start) ?? Number.NaN, timeZone))
  const oneDay = new Set(clocks.map((clock) => clock?.date)).size === 1 && windows.length > 1
  const [first] = windows
  const stepMs = (parsedMs(first?.end) ?? 0) - (parsedMs(first?.start) ?? 0)
  const length = stepMs % 60_000 === 0 ? 5 : timeLength(stepMs)
  return (start: string) => {
    const clock = clockAt(parsedMs(start) ?? Number.NaN, timeZone)
    if (!clock) return safeText(start)
    const time = clock.time.slice(0, length)
    return oneDay ? time : `${clock.date} ${time}`
  }
}
