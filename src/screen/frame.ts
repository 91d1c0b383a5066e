import { sparkline } from '../ui/charts.js'
import { countText, durationText } from '../ui/numbers.js'
import { clockAt } from '../ui/times.js'
import { eventLine, faultLine } from './event-lines.js'
import { helpLines } from './help.js'
import { latencyChart } from './latency-chart.js'
import { between, filled, fitted, type Line, lengthOf, outside, part } from './line.js'
import type { Snapshot } from './model.js'
import { shownEvents, shownFaults, shownTypes } from './rows.js'
import { lastFirst, treeLines } from './tree.js'
import { rateText, typeTable } from './type-table.js'
import type { Ui } from './ui.js'

export interface FrameStyle {
  columns: number
  lines: number
  isUnicode: boolean
  timeZone: string
}

/** What is looked at, in words. */
export interface Title {
  readonly sources: string
  readonly safety: string
}

const TABLE_SHARE = 0.36
const CHART_FROM = 76
const CHART_COLUMNS = 24
const MOST_FAULTS = 4

/** The whole screen, line by line, for what is known and what a person did. */
export function frame(snapshot: Snapshot, ui: Ui, title: Title, style: FrameStyle): Line[] {
  const { columns, lines, isUnicode } = style
  const shown = ui.paused ?? snapshot
  const body = lines - 2
  const middle = ui.isHelp
    ? helpLines(body)
    : ui.opened
      ? openedLines(ui.opened.event, ui.scroll, body)
      : overview(shown, ui, { ...style, lines: body })
  // An empty line would have no height.
  const blank: Line = [part(' ')]
  const all = [header(shown, title, style), ...middle.slice(0, body)]
  while (all.length < lines - 1) all.push(blank)
  all.push(footer(snapshot, ui, columns))
  return all.map((line) => fitted(line, columns, isUnicode))
}

function header(shown: Snapshot, title: Title, { columns, timeZone, isUnicode }: FrameStyle): Line {
  const { nowMs, rate, rates, total, counts, hasEnded } = shown
  const clock = clockAt(nowMs, timeZone)?.time.slice(0, 8) ?? ''
  const what = hasEnded ? 'ended' : title.safety
  const bad = counts.undecodable
  const lag = total.p50 === null ? [] : [part(`  p50 ${durationText(total.p50)}`)]
  const start: Line = [
    part(` ${outside(title.sources, 40).slice(0, 40)}`, 'bold'),
    part(`  ${clock}  ${what}`),
    ...(bad === 0 ? [] : [part(`  ${countText(bad)} undecodable !`, 'bad')]),
  ]
  const now = part(` ${rateText(rate)}/s `, 'bold')
  const curve = isUnicode ? [part(sparkline(rates.slice(-16)))] : []
  const ends: Line[] = [
    [part(`${countText(counts.events)} events  `), now, ...curve, ...lag, part(' ')],
    [now, ...curve, part(' ')],
    [now],
  ]
  const fits = ends.find((end) => lengthOf(start) + lengthOf(end) < columns)
  return between(start, fits ?? [], columns)
}

function overview(shown: Snapshot, ui: Ui, style: FrameStyle): Line[] {
  const { columns, lines } = style
  const types = shownTypes(shown, ui)
  const tableLines = Math.max(5, Math.min(types.length + 1, Math.floor(lines * TABLE_SHARE)))
  const rule: Line = [part('─'.repeat(columns), 'dim')]
  const faults = shownFaults(shown, ui)
  const faultLines = faults
    .slice(0, Math.min(MOST_FAULTS, Math.floor(lines / 5)))
    .map((fault) => faultLine(fault, style))
  const events = shownEvents(shown, ui)
  const left = lines - tableLines - 1 - (faultLines.length > 0 ? faultLines.length + 1 : 0)
  return [
    ...upperPart(shown, types, { ...style, lines: tableLines }),
    rule,
    ...(faultLines.length > 0 ? [...faultLines, rule] : []),
    ...eventLines(events, ui, left, style),
  ]
}

function upperPart(
  shown: Snapshot,
  types: ReturnType<typeof shownTypes>,
  { columns, lines, isUnicode }: FrameStyle,
): Line[] {
  if (columns < CHART_FROM) return typeTable(types, { width: columns, lines })
  const chartColumns = Math.max(CHART_COLUMNS, Math.floor(columns * 0.3))
  const width = columns - chartColumns - 3
  const table = typeTable(types, { width, lines })
  const chart = latencyChart(shown.latencies, { columns: chartColumns, lines, isUnicode })
  return Array.from({ length: lines }, (_, n) => [
    ...filled(table[n] ?? [], width),
    part(isUnicode ? ' │ ' : ' | ', 'dim'),
    ...(chart[n] ?? []),
  ])
}

/** Those around the chosen one, the latest first. */
function eventLines(
  events: readonly Snapshot['events'][number][],
  ui: Ui,
  lines: number,
  style: FrameStyle,
): Line[] {
  if (events.length === 0) {
    const none = ui.filter === '' ? 'no events yet' : `no event has ${outside(ui.filter)}`
    return [[part(` ${none}`, 'dim')]]
  }
  const at = ui.chosen === null ? 0 : events.findIndex(({ number }) => number === ui.chosen)
  const first = Math.max(0, Math.min(at - Math.floor(lines / 2), events.length - lines))
  return events.slice(first, first + Math.max(0, lines)).map((event) => {
    return eventLine(event, event.number === ui.chosen, style)
  })
}

function openedLines(
  event: Parameters<typeof treeLines>[0],
  scroll: number,
  lines: number,
): Line[] {
  const all = treeLines(event)
  const first = Math.min(scroll, lastFirst(all.length, lines))
  return all.slice(first, first + lines).map((line) => [part(` ${outside(line)}`)])
}

function footer(snapshot: Snapshot, ui: Ui, columns: number): Line {
  if (ui.isTyping)
    return [part(` / ${outside(ui.filter)}█`, 'bold'), part('  enter keep  esc clear')]
  if (ui.isHelp) return [part(' any key closes this', 'dim')]
  if (ui.opened) return [part(' up down scroll  enter close  q quit', 'dim')]
  const later = snapshot.counts.events - (ui.paused?.counts.events ?? 0)
  const paused = ui.paused ? [part(`  paused, ${countText(later)} more`, 'bold')] : []
  const filter = ui.filter === '' ? [] : [part(`  has "${outside(ui.filter)}"`, 'bold')]
  const note = snapshot.note === '' ? [] : [part(`${outside(snapshot.note)} `, 'dim')]
  const keys = part(` space pause  / filter  s sort: ${ui.sort}  enter open  ? help  q quit`, 'dim')
  return between([keys, ...paused, ...filter], note, columns)
}
