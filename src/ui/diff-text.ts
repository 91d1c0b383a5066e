import pc from 'picocolors'
import type { DiffResult, DiffSide } from '../stats/diff/result.js'
import { type DiffLine, totalLines, typeLines, unusualTypes } from './diff-rows.js'
import { nextLines } from './next-lines.js'
import { bytesText, countText } from './numbers.js'
import { paragraphs } from './paragraphs.js'
import { sourcesText } from './stats-text.js'
import type { TextStyle } from './style.js'
import { type Column, tableLines } from './table.js'
import { rangeText, spanMs } from './times.js'
import { flowed, wrapped } from './wrapped.js'

/** What the text of `evt diff` is made of. */
export interface DiffView {
  readonly result: DiffResult
  /** For the next commands. */
  readonly typed: {
    readonly a: readonly string[]
    readonly b: readonly string[]
    readonly flags: readonly string[]
  }
}

const MOST_TYPES = 20

/** `evt diff` for people, without a line end: the sides, what differs, the next step. */
export function diffText({ result, typed }: DiffView, style: TextStyle): string {
  const parts = [
    [...sideLines('A', result.a, result, style), ...sideLines('B', result.b, result, style)],
    diffTable(result, style),
    noteLines(result, style),
    nextLines(nextCommands(result, typed), style),
  ]
  return paragraphs(parts, style)
}

/** At most two commands that look at the sides, as words. */
export function nextCommands(
  { selection, ...sides }: DiffResult,
  { a, b, flags }: DiffView['typed'],
): string[][] {
  if (a.includes('-') || b.includes('-')) return []
  const command = (sources: readonly string[], { period }: DiffSide) => {
    const { since, until } = period ?? selection
    const times = [...(since ? ['--since', since] : []), ...(until ? ['--until', until] : [])]
    return ['evt', 'stats', ...flags, ...times, ...sources]
  }
  const commands = [command(a, sides.a), command(b, sides.b)]
  const [ofA, ofB] = commands.map((words) => words.join('\n'))
  return ofA === ofB ? commands.slice(0, 1) : commands
}

/** From when to when a side is: its period where it has one, else its first and last event. */
export function sideRange(side: DiffSide, timeZone: string): string {
  const { period } = side
  if (period) return rangeText(Date.parse(period.since), Date.parse(period.until), timeZone)
  const { firstMs, lastMs } = spanMs(side)
  return firstMs === null || lastMs === null ? '' : rangeText(firstMs, lastMs, timeZone)
}

function sideLines(
  letter: string,
  side: DiffSide,
  { total, sample }: DiffResult,
  style: TextStyle,
): string[] {
  const { read, sources } = side
  const { red } = pc.createColors(style.color)
  const span = sideRange(side, style.timeZone)
  const many = (n: number, one: string) => `${countText(n)} ${one}${n === 1 ? '' : 's'}`
  const events = (letter === 'A' ? total.a : total.b)?.events ?? 0
  const parts = [
    `${letter}  ${sourcesText(sources, Math.min(60, style.width - 20))}`,
    ...(side.partial ? [red('partial !')] : []),
    ...(sample === undefined ? [] : [`a sample of ${Number((sample * 100).toPrecision(3))}%`]),
    `${many(read.objects, 'object')}, ${bytesText(read.bytes)}`,
    ...(span === '' ? [] : [`${span} ${style.timeZone}`]),
    many(events, 'event'),
  ]
  return flowed(parts, { width: style.width, gap: '   ', indent: '   ' })
}

const columns: readonly Column[] = [
  { title: '', align: 'left', shrinkTo: 20 },
  { title: '', align: 'left', shrinkTo: 10 },
  { title: 'A', align: 'right', drop: 3 },
  { title: 'B', align: 'right', drop: 2 },
  { title: 'change', align: 'right' },
  { title: 'at least', align: 'right', drop: 1 },
]

function diffTable(result: DiffResult, style: TextStyle): string[] {
  const { shown } = unusualTypes(result)
  const lines = [...totalLines(result), ...shown.slice(0, MOST_TYPES).flatMap(typeLines)]
  return tableLines(columns, lines.map(cellsOf), style)
}

function cellsOf({ name, label, a, b, change, atLeast, isWorse }: DiffLine) {
  const texts = [name, label, a, b].map((text) => ({ text }))
  return [...texts, { text: change, wrong: isWorse }, { text: atLeast }]
}

/** What the table leaves out, and what its words mean. */
function noteLines(result: DiffResult, style: TextStyle): string[] {
  return notesOf(result, MOST_TYPES).flatMap((note) => wrapped(note, style.width))
}

export function notesOf(result: DiffResult, most: number): string[] {
  const { shown, alike } = unusualTypes(result)
  const hidden = shown.length - most
  const types = (n: number) => `${countText(n)} ${n === 1 ? 'type' : 'types'}`
  return [
    ...(hidden > 0 ? [`… ${types(hidden)} more: --output csv shows all`] : []),
    ...(alike > 0
      ? [`${types(alike)} on both sides ${alike === 1 ? 'does' : 'do'} not surely differ`]
      : []),
    'change: of A from B; at least: what 99.9% confidence leaves of it',
  ]
}
