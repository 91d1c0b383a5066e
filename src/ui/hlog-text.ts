import pc from 'picocolors'
import type { HlogResult, HlogRowFigures } from '../stats/hlog/result.js'
import { findingsLines } from './findings-text.js'
import type { TypedCommand } from './next-commands.js'
import { nextLines } from './next-lines.js'
import { bytesText, countText, durationText } from './numbers.js'
import { paragraphs } from './paragraphs.js'
import { safeText } from './safe-text.js'
import { sourcesText } from './stats-text.js'
import type { TextStyle } from './style.js'
import { type Cell, type Column, tableLines } from './table.js'
import { parsedMs, rangeText } from './times.js'
import { flowed } from './wrapped.js'

/** What the text of `evt stats` on histogram logs is made of. */
export interface HlogView {
  readonly result: HlogResult
  /** For the next commands. */
  readonly typed: TypedCommand
}

const MOST_TAGS = 40

/** `evt stats` of logs for people, without a line end: answer, evidence, next step. */
export function hlogText({ result, typed }: HlogView, style: TextStyle): string {
  const next = typed.sources.includes('-') ? [] : [nextCommand(typed)]
  const parts = [
    headline(result, style),
    tagTable(result, style),
    findingsLines(result.findings, { ...style, oneDay: false }),
    nextLines(next, style),
  ]
  return paragraphs(parts, style)
}

function nextCommand({ flags, sources }: TypedCommand): string[] {
  return ['evt', 'stats', '--output', 'json', ...flags, ...sources]
}

function headline(result: HlogResult, style: TextStyle): string[] {
  const { read, tags, total } = result
  const { red } = pc.createColors(style.color)
  const many = (n: number, one: string) => `${countText(n)} ${one}${n === 1 ? '' : 's'}`
  const values = total ?? { latencyMs: { count: sum(tags.map((row) => row.latencyMs.count)) } }
  const digits = [...new Set(rowsOf(result).map(({ precision }) => precision))].sort()
  const parts = [
    sourcesText(result.sources, Math.min(60, style.width - 20)),
    ...(result.partial ? [red('partial !')] : []),
    `${many(read.objects, fileNoun(read))}, ${bytesText(read.bytes)}`,
    many(read.intervals, 'row'),
    spanText(result, style.timeZone),
    many(values.latencyMs.count, 'value'),
    `${digits.join(' or ')} significant ${digits.join() === '1' ? 'digit' : 'digits'}`,
  ]
  const shown = parts.filter((part) => part !== '')
  return flowed(shown, { width: style.width, gap: '   ', indent: '  ' })
}

/** What the files are, as far as their rows tell. */
export function fileNoun({ intervals, tables }: HlogResult['read']): string {
  if (tables === 0) return 'histogram log'
  return tables === intervals ? 'percentile table' : 'histogram file'
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, n) => all + n, 0)

function rowsOf({ tags, total }: HlogResult): HlogRowFigures[] {
  return total ? [...tags, total] : [...tags]
}

function spanText({ span }: Pick<HlogResult, 'span'>, timeZone: string): string {
  const [firstMs, lastMs] = [parsedMs(span.start), parsedMs(span.end)]
  if (firstMs === null || lastMs === null) return ''
  const range = rangeText(firstMs, lastMs, timeZone)
  return range === '' ? '' : `${range} ${timeZone}`
}

const figureColumns: readonly Column[] = [
  { title: 'rows', align: 'right', luxury: 2 },
  { title: 'count', align: 'right' },
  { title: 'p50', align: 'right' },
  { title: 'p90', align: 'right', drop: 1 },
  { title: 'p99', align: 'right' },
  { title: 'p99.9', align: 'right', luxury: 3 },
  { title: 'max', align: 'right', drop: 2 },
]

/** One row a tag, and the total; the precision is told where it differs. */
function tagTable(result: HlogResult, style: TextStyle): string[] {
  const { tags, total } = result
  const isMixed = total === null
  const shown = tags.slice(0, MOST_TAGS)
  const columns: Column[] = [
    { title: '', align: 'left', shrinkTo: 26 },
    ...figureColumns,
    ...(isMixed ? [{ title: 'precision', align: 'left' } as const] : []),
    { title: 'time', align: 'left', luxury: 1 },
  ]
  const cells = (name: string, row: HlogRowFigures): Cell[] => [
    { text: name },
    ...figures(row),
    ...(isMixed
      ? [{ text: `${row.precision} digits, ${row.unit === 'us' ? 'µs' : row.unit}` }]
      : []),
    { text: spanText(row, style.timeZone).replace(` ${style.timeZone}`, '') },
  ]
  const rows = shown.map((row) => cells(row.tag === null ? '(no tag)' : safeText(row.tag), row))
  const lines = tableLines(columns, total ? [...rows, cells('total', total)] : rows, style)
  const hidden = tags.length - shown.length
  if (hidden === 0) return lines
  const more = `… ${countText(hidden)} more tags: --output csv shows all`
  return total ? [...lines.slice(0, -1), more, ...lines.slice(-1)] : [...lines, more]
}

function figures({ intervals, latencyMs }: HlogRowFigures): Cell[] {
  const { count, p50, p90, p99, p999, max } = latencyMs
  const durations = [p50, p90, p99, p999, max].map((ms) => ({ text: durationText(ms) }))
  return [{ text: countText(intervals) }, { text: countText(count) }, ...durations]
}
