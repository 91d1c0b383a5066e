import type { Format } from '../archives/object.js'
import { isBetween, stringEnd, valueEnd } from './json-nodes.js'

/** A JSON value of a text, which is judged by itself. */
export interface Unit {
  start: number
  end: number
}

/** Units one behind the other; where they are the entries of a list, commas stand between them. */
export interface UnitGroup {
  units: Unit[]
  isList: boolean
}

/**
 * The units of a text: its values, the entries of a list, those of `Records`. Undefined where it is
 * no such text to its end.
 */
export function unitGroups(text: string, format: Format): UnitGroup[] | undefined {
  const groups: UnitGroup[] = []
  const loose: Unit[] = []
  for (let at = nextAt(text, 0); at < text.length; ) {
    const end = valueEnd(text, at)
    if (end === undefined || end === at) return undefined
    const list = listStart(text, at, end, format)
    const units = list === undefined ? undefined : entriesOf(text, list)
    if (units) groups.push({ units, isList: true })
    else loose.push({ start: at, end })
    at = nextAt(text, end)
  }
  return [...groups, { units: loose, isList: false }]
}

/** Behind a value that goes, up to and with the end of its line. */
export function lineEndBehind(text: string, end: number): number {
  const behind = /[ \t\r]*\n?/y
  behind.lastIndex = end
  return end + (behind.exec(text)?.[0].length ?? 0)
}

/** Where the list starts whose entries are records. */
function listStart(text: string, start: number, end: number, format: Format): number | undefined {
  if (text[start] === '[') return start
  return format === 'cloudtrail' && text[start] === '{' ? recordsStart(text, start, end) : undefined
}

function recordsStart(text: string, start: number, end: number): number | undefined {
  for (let at = nextAt(text, start + 1); at < end - 1; ) {
    const nameEnd = stringEnd(text, at)
    const value = nextAt(text, nameEnd)
    const isRecords = text.slice(at, nameEnd) === '"Records"'
    if (isRecords && text[value] === '[') return value
    const next = valueEnd(text, value)
    if (next === undefined) return undefined
    at = nextAt(text, next)
  }
  return undefined
}

function entriesOf(text: string, start: number): Unit[] | undefined {
  const units: Unit[] = []
  for (let at = nextAt(text, start + 1); text[at] !== ']'; ) {
    const end = valueEnd(text, at)
    if (end === undefined || end === at) return undefined
    units.push({ start: at, end })
    at = nextAt(text, end)
  }
  return units
}

function nextAt(text: string, from: number): number {
  let at = from
  while (at < text.length && isBetween(text[at] ?? '')) at++
  return at
}
