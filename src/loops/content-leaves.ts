import type { PassingEvent } from './passing-event.js'

/** A value within a payload, and where it stands. */
export interface Leaf {
  /** `a.b[0]` */
  readonly place: string
  /** The last name of the place. */
  readonly name: string
  /** As JSON text. */
  readonly value: string
  /** Where it is an integer that JavaScript holds exactly. */
  readonly integer: number | null
}

type LeafedEvent = Pick<PassingEvent, 'payload' | 'type' | 'source' | 'atUs'>

/** As JSON: a text without spaces that has a digit, or a number of some digits. */
export const isId = /^("[^"\s]*\d[^"\s]*"|\d{4,})$/
const MOST_LEAVES = 1_000
const DAY_US = 86_400e6
const isTime = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/

/** The values of a payload in the order of their places. Without what is null, times, and what
 * says the event's own type or source. */
export function leavesOf(event: LeafedEvent): Leaf[] {
  const leaves: Leaf[] = []
  const todo: { value: unknown; place: string; name: string }[] = []
  todo.push({ value: parsed(event.payload), place: '', name: '' })
  for (let next = todo.pop(); next && leaves.length < MOST_LEAVES; next = todo.pop()) {
    const { value, place, name } = next
    if (typeof value === 'object' && value !== null) {
      const isList = Array.isArray(value)
      for (const [key, member] of Object.entries(value)) {
        const inner = isList ? `${place}[${key}]` : `${place}.${key}`
        todo.push({ value: member, place: inner, name: isList ? name : key })
      }
    } else if (isCompared(value, event)) {
      const integer = Number.isSafeInteger(value) ? Number(value) : null
      leaves.push({ place, name, value: JSON.stringify(value), integer })
    }
  }
  return leaves.sort((a, b) => (a.place < b.place ? -1 : 1))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function isCompared(value: unknown, { type, source, atUs }: LeafedEvent): boolean {
  if (typeof value === 'string') return value !== type && value !== source && !isTime.test(value)
  if (typeof value === 'number') return !isMoment(value, atUs ?? 0)
  return typeof value === 'boolean'
}

/** Seconds, milliseconds or microseconds since the epoch, within a day of the event. */
function isMoment(value: number, atUs: number): boolean {
  return [1e6, 1e3, 1].some((us) => Math.abs(value * us - atUs) < DAY_US)
}
