import pc from 'picocolors'
import { MOST_COMPARED } from '../loops/passing-event.js'
import type { FoundLoop, LoopsResult } from '../loops/result.js'
import { asciiText } from './ascii.js'
import { bytesText, countText, durationText, NONE } from './numbers.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { type Cell, type Column, tableLines } from './table.js'
import { momentText } from './times.js'
import { wrapped } from './wrapped.js'

const MOST_LOOPS = 20

/** The loops, what each of them is, and what of the chains cannot be relied on. */
export function loopsText(result: LoopsResult, style: TextStyle): string {
  const { loops } = result
  const shown = loops.slice(0, MOST_LOOPS)
  const { red } = pc.createColors(style.color)
  const told = shown.flatMap((loop) => said(red('!'), sentence(loop, style), style))
  const notes = notesOf(result).flatMap((note) => said('·', note, style))
  const table = tableLines(columns, shown.map(cellsOf), style)
  const parts = [headline(result), loops.length > 0 ? table : [], told, notes]
  const text = parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
  return style.unicode ? text : asciiText(text)
}

function headline({ loops, chains, searched, partial }: LoopsResult): string[] {
  const { sources, events, bytes } = searched
  const found = loops.length === 0 ? 'no loops' : counted(loops.length, 'loop')
  const deepest = chains.count === 0 ? '' : `, at most ${counted(chains.maxDepth, 'step')} long`
  const where = safeText(sources.join(' '))
  const read = `${counted(events, 'event')}, ${bytesText(bytes)} searched in ${where}`
  const cut = partial ? '   partial' : ''
  return [`${found}   ${counted(chains.count, 'chain')}${deepest}   ${read}${cut}`]
}

const columns: readonly Column[] = [
  { title: 'loop', align: 'left', shrinkTo: 40 },
  { title: 'turns', align: 'right' },
  { title: 'grows', align: 'point', luxury: 4 },
  { title: 'period', align: 'point' },
  { title: 'chains', align: 'right', luxury: 3 },
  { title: 'events', align: 'right' },
  { title: 'events/h', align: 'right', luxury: 2 },
  { title: '$/day', align: 'right', luxury: 1 },
]

function cellsOf(loop: FoundLoop): Cell[] {
  const { path, turns, amplification, periodMs, chains, events, eventsPerHour, usdPerDay } = loop
  return [
    { text: safeText([...path, '…'].join(' → ')) },
    { text: countText(turns) },
    { text: `${amplification}×`, wrong: amplification > 1 },
    { text: durationText(periodMs) },
    { text: countText(chains) },
    { text: countText(events) },
    { text: eventsPerHour === null ? NONE : countText(Math.round(eventsPerHour)) },
    { text: usdPerDay === null ? NONE : usdText(usdPerDay) },
  ]
}

function usdText(usd: number): string {
  return usd < 0.01 ? '<0.01' : usd < 100 ? usd.toFixed(2) : countText(Math.round(usd))
}

function sentence({ explain, first, last, witnesses }: FoundLoop, { timeZone }: TextStyle): string {
  const from = first === null ? '' : momentText(first, timeZone, 8)
  const to = last === null ? '' : momentText(last, timeZone, 8)
  const times = from === '' ? '' : ` From ${from} to ${to}.`
  return `${explain}${times} See ${witnesses.slice(0, 3).join(', ')}.`
}

function said(sign: string, text: string, { width }: TextStyle): string[] {
  const [first = '', ...rest] = wrapped(safeText(text), width - 2)
  return [`${sign} ${first}`, ...rest.map((line) => `  ${line}`)]
}

function notesOf({ loops, causation, compared, bounded }: LoopsResult): string[] {
  const { missing, ambiguous, itself, circular, skewed } = causation
  const noted: [number, string][] = [
    [loops.length - MOST_LOOPS, 'more loops, which -o json has'],
    [missing, 'causes that are named and not there'],
    [ambiguous, 'causes that may be others, since several events have the id'],
    [itself, 'events that name themselves as their cause'],
    [circular, 'events whose causes lead back to them, as no honest ids do'],
    [skewed, 'events that happened before their cause, so that clocks disagree'],
  ]
  const forgotten =
    bounded === undefined
      ? []
      : [
          `what was older than ${bounded} was forgotten, but for the causes of what came later: ` +
            'there may be more turns, and slower loops; --dedupe-window remembers longer',
        ]
  const uncompared =
    compared < MOST_COMPARED
      ? []
      : [`of what passes again, contents were compared of ${countText(compared)} events alone`]
  const counts = noted.flatMap(([number, what]) =>
    number > 0 ? `${what}: ${countText(number)}` : [],
  )
  return [...counts, ...uncompared, ...forgotten]
}

function counted(number: number, one: string): string {
  return `${countText(number)} ${one}${number === 1 ? '' : 's'}`
}
