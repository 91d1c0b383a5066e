import pc from 'picocolors'
import type { HeatStrip } from '../reconcile/figures.js'
import type { ReconcileRun } from '../reconcile/finished.js'
import type { ReconcileResult, ReconcileRow, StageFigures } from '../reconcile/result.js'
import { stepText } from './charts.js'
import { countsLines } from './counts-text.js'
import { findingsLines } from './findings-text.js'
import { heatSigns, heatsOf } from './heat-strip.js'
import { bytesText, countText, durationText, percentText } from './numbers.js'
import { paragraphs } from './paragraphs.js'
import { safeText } from './safe-text.js'
import { sourcesText } from './stats-text.js'
import type { TextStyle } from './style.js'
import { type Cell, type Column, tableLines } from './table.js'
import { clockAt, momentText, parsedMs, rangeText, timeLength } from './times.js'
import { shortened, widthOf } from './width.js'
import { flowed } from './wrapped.js'

const MOST_ROWS = 30
const MOST_STRIPS = 12
const NAME_COLUMNS = 24

/** `evt reconcile` for people, without a line end: the stages, what became of events, when, and
 * the events that show it. */
export function reconcileText({ result, strip }: ReconcileRun, style: TextStyle): string {
  const { hops = [], windows, findings } = result
  const parts = [
    [
      ...result.stages.flatMap((stage) => stageLines(stage, result, style)),
      graceLine(result, style),
    ],
    ...hops.map((hop) => [
      `${hop.from} → ${hop.to}   ${countText(hop.lostHere)} of what is lost on the whole way`,
      ...typeTable(hop, style),
    ]),
    ...(hops.length > 0
      ? [[wholeWay(result), ...typeTable(result, style)]]
      : [typeTable(result, style)]),
    windows ? windowTable(windows, style) : [],
    strip ? stripLines(strip, style) : [],
    result.counts ? countsLines(result.counts, style) : [],
    findingsLines(findings, { ...style, oneDay: false }),
  ]
  return paragraphs(parts, style)
}

function wholeWay({ stages }: ReconcileResult): string {
  return `${stages[0]?.name} → ${stages.at(-1)?.name}   the whole way`
}

function stageLines(stage: StageFigures, result: ReconcileResult, style: TextStyle): string[] {
  const { red } = pc.createColors(style.color)
  const { name, sources, read, span, events } = stage
  const width = Math.max(...result.stages.map((each) => widthOf(each.name)))
  const [from, to] = [span.firstReceivedAt ?? span.firstTime, span.lastReceivedAt ?? span.lastTime]
  const [fromMs, toMs] = [parsedMs(from), parsedMs(to)]
  const many = (n: number, one: string) => `${countText(n)} ${one}${n === 1 ? '' : 's'}`
  const parts = [
    `${name.padEnd(width)}  ${sourcesText(sources, Math.min(60, style.width - 20))}`,
    ...(result.partial ? [red('partial !')] : []),
    `${many(read.objects, 'object')}, ${bytesText(read.bytes)}`,
    ...(fromMs === null || toMs === null
      ? []
      : [`${rangeText(fromMs, toMs, style.timeZone)} ${style.timeZone}`]),
    many(events, 'event'),
  ]
  return flowed(parts, { width: style.width, gap: '   ', indent: ' '.repeat(width + 2) })
}

function graceLine({ graceMs, end }: ReconcileResult, { timeZone }: TextStyle): string {
  const how = { receivedAt: 'the last receivedAt', time: 'the last time', now: 'now' }
  const until =
    end.by === null || end.time === null
      ? 'end not known'
      : `end ${momentText(end.time, timeZone, 8)}, ${how[end.by]}`
  return `grace ${durationText(graceMs)}   ${until}`
}

interface Figure {
  readonly name: keyof ReconcileRow
  readonly title: string
  readonly isWrong?: boolean
  /** Left out where no row has any. */
  readonly isRare?: boolean
}

const figures: readonly Figure[] = [
  { name: 'sent', title: 'sent' },
  { name: 'received', title: 'received' },
  { name: 'lost', title: 'lost', isWrong: true },
  { name: 'late', title: 'late', isWrong: true },
  { name: 'unexpected', title: 'unexpected', isWrong: true },
  { name: 'duplicated', title: 'duplicated', isWrong: true },
  { name: 'recovered', title: 'recovered', isRare: true },
  { name: 'inFlight', title: 'in flight', isRare: true },
]

function typeTable(
  { total, types }: Pick<ReconcileResult, 'total' | 'types'>,
  style: TextStyle,
): string[] {
  const shown = types.slice(0, MOST_ROWS)
  const rows = [
    ...shown.map((row) => ({ name: nameOf(row), row })),
    ...(types.length === 1 ? [] : [{ name: 'total', row: total }]),
  ]
  const hidden = types.length - shown.length
  const more = hidden > 0 ? [`… ${countText(hidden)} more types: --output csv shows all`] : []
  return [...figureTable(rows, total, style), ...more]
}

function windowTable(windows: NonNullable<ReconcileResult['windows']>, style: TextStyle) {
  const shown = windows.slice(-MOST_ROWS)
  const rows = shown.map((row) => ({
    name: row.start === null ? 'no time' : momentText(row.start, style.timeZone, 8),
    row,
  }))
  const hidden = windows.length - shown.length
  const all = shown.map(({ recovered, inFlight }) => ({ recovered, inFlight }))
  const sum = (name: 'recovered' | 'inFlight') => all.reduce((n, row) => n + (row[name] ?? 0), 0)
  const total = { recovered: sum('recovered'), inFlight: sum('inFlight') }
  const more = hidden > 0 ? [`… ${countText(hidden)} windows before: --output csv shows all`] : []
  return [...more, ...figureTable(rows, total, style)]
}

function figureTable(
  rows: readonly { name: string; row: ReconcileRow }[],
  total: Pick<ReconcileRow, 'recovered' | 'inFlight'>,
  style: TextStyle,
): string[] {
  const isUsed = ({ name, isRare }: Figure) =>
    !isRare || ((name === 'recovered' || name === 'inFlight') && (total[name] ?? 0) > 0)
  const used = figures.filter(isUsed)
  const columns: Column[] = [
    { title: '', align: 'left', shrinkTo: 20 },
    ...used.map(({ title }): Column => ({ title, align: 'right' })),
    { title: 'lost', align: 'right', drop: 1 },
  ]
  const cells = rows.map(({ name, row }): Cell[] => [
    { text: name },
    ...used.map(({ name: figure, isWrong = false }) => ({
      text: countText(row[figure]),
      wrong: isWrong && (row[figure] ?? 0) > 0,
    })),
    { text: row.lost === null ? '' : percentText(row.sent === 0 ? 0 : row.lost / row.sent) },
  ])
  return tableLines(columns, cells, style)
}

/** A row of signs for each type: how much of what was sent at that time was lost or late. */
function stripLines(strip: HeatStrip, style: TextStyle): string[] {
  const { red, yellow } = pc.createColors(style.color)
  const isBad = strip.rows.some(({ slots }) => slots.some(({ bad }) => bad > 0))
  if (!isBad || strip.steps === 1) return []
  const shown = [...strip.rows]
    .filter(({ slots }) => slots.some(({ bad }) => bad > 0))
    .slice(0, MOST_STRIPS)
  const width = Math.min(NAME_COLUMNS, Math.max(...shown.map((row) => widthOf(nameOf(row)))))
  const rows = shown.map((row) => {
    const signs = heatsOf(strip, row.slots).map((heat) => {
      if (heat === null) return ' '
      const sign = heatSigns[heat.level]
      if (heat.level === 0) return sign
      return heat.isLost ? red(sign) : yellow(sign)
    })
    const name = shortened(nameOf(row), width)
    return `${name}${' '.repeat(width - widthOf(name))}  ${signs.join('')}`.trimEnd()
  })
  const legend =
    `lost or late   ${heatSigns[0]} none  ${heatSigns[1]} below 1%  ${heatSigns[2]} below 10%  ` +
    `${heatSigns[3]} below half  ${heatSigns[4]} more`
  return [legend, ...rows, `${' '.repeat(width)}  ${axis(strip, style)}`]
}

function axis({ startUs, stepUs, steps }: HeatStrip, { timeZone }: TextStyle): string {
  const [startMs, endMs] = [startUs / 1_000, (startUs + (steps - 1) * stepUs) / 1_000]
  const length = timeLength(endMs - startMs)
  const [from, to] = [clockAt(startMs, timeZone), clockAt(endMs, timeZone)]
  const isDay = from?.date !== to?.date
  const text = (clock: typeof from) =>
    clock ? `${isDay ? `${clock.date} ` : ''}${clock.time.slice(0, length)}` : ''
  return `${text(from)} → ${text(to)}, each sign ${stepText(stepUs)}`
}

function nameOf({ source, type }: { source: string; type: string }): string {
  return safeText(source === '' ? type : `${source}/${type}`)
}
