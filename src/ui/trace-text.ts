import pc from 'picocolors'
import type { TracedEvent, TraceResult } from '../loops/trace-result.js'
import { asciiText } from './ascii.js'
import { bytesText, countText, durationText } from './numbers.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { type Cell, type Column, usedLines } from './table.js'
import { momentText } from './times.js'
import { treePrefixes } from './trace-tree.js'
import { truncated } from './width.js'
import { wrapped } from './wrapped.js'

const MOST_EVENTS = 500
const LONGEST_LINE = 200
/** Of a line that are looked at, as measuring each takes time. */
const MOST_SIGNS = 2_000
/** Of what is missing. */
const MOST_NAMED = 10

/** The chains as trees, each event with the time since its cause and since the first. */
export function traceText(result: TraceResult, style: TextStyle): string {
  const { id, events } = result
  const prefixes = treePrefixes(events)
  const shown = events.slice(0, MOST_EVENTS)
  const beside = besideOf(result)
  const rows = shown.flatMap((event, n) => {
    const prefix = prefixes[n] ?? ''
    const lines = beside.get(n) ?? []
    const more = lines.map((one) => besideCells(one, prefix, style))
    return [cellsOf(event, { prefix, id, style }), ...more]
  })
  const parts = [headline(result), usedLines(columns, rows, style), notesOf(result, style)]
  const text = parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
  return style.unicode ? text : asciiText(text)
}

function headline({ id, chains, events, searched, partial }: TraceResult): string[] {
  const { sources, bytes } = searched
  const longest = chains.flatMap(({ durationMs }) => durationMs ?? [])
  const took = longest.length === 0 ? '' : ` in ${durationText(Math.max(...longest), 3)}`
  const many = chains.length === 1 ? '' : ` of ${countText(chains.length)} chains`
  const steps = events.length === 1 ? '1 event' : `${countText(events.length)} events`
  const where = `${bytesText(bytes)} searched in ${safeText(sources.join(' '))}`
  return [`${safeText(id)}   ${steps}${many}${took}   ${where}${partial ? '   partial' : ''}`]
}

const columns: readonly Column[] = [
  { title: 'time', align: 'left', luxury: 3 },
  { title: 'after cause', align: 'point' },
  { title: 'after first', align: 'point', luxury: 2 },
  { title: '', align: 'left' },
  { title: 'event', align: 'left', shrinkTo: 32 },
  { title: 'id', align: 'left', shrinkTo: 12 },
  { title: 'entities', align: 'left', shrinkTo: 12, luxury: 1 },
]

function cellsOf(
  event: TracedEvent,
  { prefix, id, style }: { prefix: string; id: string; style: TextStyle },
): Cell[] {
  const { source, type, time, afterCauseMs, afterFirstMs, entities, isCritical } = event
  const name = safeText(source === '' ? type : `${source}/${type}`)
  const { bold } = pc.createColors(style.color)
  const isAsked = event.id === id
  return [
    { text: time === null ? '' : momentText(time, style.timeZone) },
    { text: event.cause === null ? '' : durationText(afterCauseMs) },
    { text: durationText(afterFirstMs) },
    { text: isCritical ? '*' : '' },
    { text: `${prefix}${isAsked ? bold(name) : name}` },
    { text: safeText(event.id ?? '') },
    { text: safeText(entities.join(' ')) },
  ]
}

interface Beside {
  readonly time: string
  readonly text: string
  readonly isWrong: boolean
}

/** Lines of logs and segments of X-Ray, by the place of their event, in order of time. */
function besideOf({ logs = [], xray }: TraceResult): Map<number, Beside[]> {
  const found = new Map<number, Beside[]>()
  const add = (event: number, one: Beside) => {
    const some = found.get(event)
    if (some) some.push(one)
    else found.set(event, [one])
  }
  for (const { event, time, message } of logs) {
    const first = message.trimStart().split('\n', 1)[0]?.trimEnd() ?? ''
    const isWrong = /\b(ERROR|FATAL)\b/.test(first)
    add(event, {
      time,
      text: `log: ${truncated(first.slice(0, MOST_SIGNS), LONGEST_LINE)}`,
      isWrong,
    })
  }
  for (const { event, time, name, durationMs, faults } of xray?.segments ?? []) {
    const took = durationMs === null ? 'not over' : durationText(durationMs)
    const text = ['X-Ray:', truncated(name.slice(0, MOST_SIGNS), LONGEST_LINE), took, ...faults]
    add(event, { time, text: text.join(' '), isWrong: faults.length > 0 })
  }
  for (const some of found.values()) some.sort((a, b) => Date.parse(a.time) - Date.parse(b.time))
  return found
}

function besideCells({ time, text, isWrong }: Beside, prefix: string, style: TextStyle): Cell[] {
  const blank = { text: '' }
  const shown = { text: `${' '.repeat(prefix.length)}· ${safeText(text)}`, wrong: isWrong }
  const at = { text: momentText(time, style.timeZone) }
  return [at, blank, blank, blank, shown, blank, blank]
}

function notesOf(result: TraceResult, style: TextStyle): string[] {
  const { events, chains, causation } = result
  const hidden = events.length - MOST_EVENTS
  const missing = chains.flatMap(({ missingCause }) => missingCause ?? [])
  const skewed = events.filter(({ afterCauseMs }) => afterCauseMs !== null && afterCauseMs < 0)
  const { logs, xray, withoutLineage, gaps = [] } = result
  const notes = [
    ...(withoutLineage > 0
      ? [
          `trace headers without Lineage, so that AWS's own guard against loops is blind: ` +
            countText(withoutLineage),
        ]
      : []),
    ...(logs?.length === 0 && gaps.length === 0
      ? ['no line of the log groups carries an id of these events']
      : []),
    ...(xray && xray.missing.length > 0 ? [missingText(xray.missing)] : []),
    ...gaps.slice(0, MOST_NAMED),
    ...(gaps.length > MOST_NAMED ? [`${countText(gaps.length - MOST_NAMED)} more such gaps`] : []),
    ...(events.length > 1 ? ['* the way to what happened last'] : []),
    ...(hidden > 0 ? [`${countText(hidden)} more events, which -o json has`] : []),
    ...missing.map((cause) => `the first names a cause that is not there: ${cause}`),
    ...(skewed.length > 0
      ? [`events that happened before their cause, so that clocks disagree: ${skewed.length}`]
      : []),
    ...(causation.itself + causation.circular > 0
      ? [
          'events whose causes lead back to them, as no honest ids do, in all that was searched: ' +
            countText(causation.itself + causation.circular),
        ]
      : []),
    ...(causation.ambiguous > 0
      ? [`causes that may be others, in all that was searched: ${countText(causation.ambiguous)}`]
      : []),
  ]
  return notes.flatMap((note) => wrapped(safeText(note), style.width))
}

function missingText(missing: readonly string[]): string {
  const more = missing.length - MOST_NAMED
  const named = missing.slice(0, MOST_NAMED).join(', ')
  const rest = more > 0 ? `, and ${countText(more)} more` : ''
  return `traces that X-Ray does not have: ${named}${rest}`
}
