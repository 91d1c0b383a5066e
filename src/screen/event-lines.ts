import { jsonText } from '../event/json.js'
import { durationText } from '../ui/numbers.js'
import { clockAt } from '../ui/times.js'
import { padded, shortened } from '../ui/width.js'
import { type Line, outside, type Part, part } from './line.js'
import { type Fault, nameOf } from './model.js'
import { latencyUs } from './recent.js'
import type { Shown } from './recent-events.js'

interface Place {
  columns: number
  timeZone: string
}

const PAYLOAD = 200
const words = { duplicate: 'dup', late: 'late', early: 'early', undecodable: 'bad' } as const

/** One event on one line: when, how late or what is wrong, what, about what. */
export function eventLine(shown: Shown, isChosen: boolean, { columns, timeZone }: Place): Line {
  const { event, source } = shown
  const at = event.timeUs ?? event.receivedAtUs ?? event.observedAtUs
  const clock = at === null ? null : clockAt(Math.floor(at / 1_000), timeZone)
  const wide = columns >= 120
  const head = `${isChosen ? '>' : ' '}${padded(clock?.time.slice(0, 10) ?? '', 10, 'left')} `
  const rest = [
    name(nameOf(event), wide ? 34 : 24),
    name(event.key ?? event.entities[0] ?? '', wide ? 18 : 12),
    name(event.id ?? '', wide ? 14 : 9),
    payloadOf(shown),
  ].join(' ')
  const tone = isChosen ? 'chosen' : 'plain'
  return [part(head, tone), sign(shown), part(rest, tone), ...from(source, wide)]
}

/** One fault on one line: what it is, which event, why, and where it was read. */
export function faultLine(fault: Fault, { columns, timeZone }: Place): Line {
  const { kind, explain, where, shown } = fault
  const clock = clockAt(fault.atMs, timeZone)?.time.slice(0, 8) ?? ''
  const wide = columns >= 120
  const of = fault.name === '' ? '' : `${name(fault.name, wide ? 34 : 19)} `
  const { event } = shown ?? {}
  // What is late is told by its key, what comes again by its id.
  const hasKey = event && (wide || kind === 'late')
  const hasId = event && (wide || kind !== 'late')
  const key = hasKey ? `${name(event.key ?? '', wide ? 18 : 10)} ` : ''
  const id = hasId ? `${name(event.id ?? '', wide ? 14 : 10)} ` : ''
  return [
    part(`! ${clock} ${words[kind].padEnd(6)}`, 'bad'),
    part(`${of}${key}${id}${outside(explain)}  `),
    part(shortened(outside(where), 40), 'dim'),
  ]
}

function sign({ event, mark }: Shown): Part {
  if (mark !== null) return part(`${words[mark].padStart(7)}  `, 'bad')
  const us = latencyUs(event)
  return part(`${us === null ? '' : `+${durationText(us / 1_000)}`}`.padStart(7).concat('  '))
}

/** A screen is drawn again and again, and payloads may be long. */
const payloads = new WeakMap<Shown, string>()

function payloadOf(shown: Shown): string {
  const text = payloads.get(shown) ?? outside(jsonText(shown.event.payload).slice(0, PAYLOAD))
  payloads.set(shown, text)
  return text
}

function name(text: string, width: number): string {
  return padded(shortened(outside(text), width), width, 'left')
}

function from(source: string, isWide: boolean): Part[] {
  return isWide && source !== '' ? [part(`  ${outside(source)}`, 'dim')] : []
}
