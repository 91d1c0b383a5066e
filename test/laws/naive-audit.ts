import { isDeepStrictEqual } from 'node:util'
import type { JsonObject, JsonValue } from '../../src/event/event.js'

/* What `evt audit` says, by reading all lines and comparing each with each. It shares no code with
 * src/audit. */

/** An event as it is written; fields may be absent. */
export interface Told {
  id?: string
  source: string
  type: string
  /** Seconds; what happened when, and when it arrived. */
  at?: number
  got?: number
  order?: string
  customer?: string
  n?: number | string
  cause?: string
  corr?: string
  again?: string
  /** Further fields. */
  data?: JsonObject
}

export interface Line {
  told: Told
  /** As it is written: the payload of such an event. */
  document: JsonObject
  path: string
  record: number
}

const sortedBy = <T>(all: readonly T[], compare: (a: T, b: T) => number) => [...all].sort(compare)
const texts = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const byPosition = (a: Line, b: Line) => texts(a.path, b.path) || a.record - b.record
const happened = ({ told }: Line) => told.at ?? told.got ?? Number.POSITIVE_INFINITY

/** Some of the lines about an order, which is their key, in the order in which they arrived: by
 * position where one of that key does not say when (DESIGN §8). */
function arrived(some: readonly Line[], about: readonly Line[]): Line[] {
  const isKnown = about.every(({ told }) => told.got !== undefined)
  return sortedBy(some, (a, b) =>
    isKnown ? (a.told.got ?? 0) - (b.told.got ?? 0) || byPosition(a, b) : byPosition(a, b),
  )
}

function isSame(a: Line, b: Line): boolean {
  if (a.told.id === undefined) return a === b
  return a.told.id === b.told.id && a.told.source === b.told.source
}

const numberOf = ({ told }: Line) =>
  told.order !== undefined && /^-?\d+$/.test(String(told.n ?? '')) ? BigInt(told.n ?? 0) : null

/** The first deliveries of all that are about an order, with what is to be seen at each. */
export function naiveAudit(id: string, lines: readonly Line[]) {
  const about = lines.filter(({ told }) => told.order === id)
  const copiesOf = (line: Line) =>
    arrived(
      about.filter((one) => isSame(line, one)),
      about,
    )
  const firsts = about.filter((line) => copiesOf(line)[0] === line)
  const events = sortedBy(firsts, (a, b) => {
    const [x, y] = [happened(a), happened(b)]
    return x === y ? byPosition(a, b) : x - y
  })
  const gaps = gapsIn(events)
  return {
    gaps,
    events: events.map((line) => {
      const copies = copiesOf(line)
      const { told } = line
      const flags = [
        ...(events.some((other) => isOvertaken(line, other)) ? ['late'] : []),
        ...(isReordered(line, about, firsts) ? ['reordered'] : []),
        ...(copies.some((copy) => copy.told.again !== undefined) ? ['replay'] : []),
        ...(gaps.some(({ before }) => before === Number(numberOf(line) ?? Number.NaN))
          ? ['gapBefore']
          : []),
        ...(copies.some((copy) => !isDeepStrictEqual(says(copy), says(line))) ? ['conflict'] : []),
      ]
      const effects = events.filter(
        ({ told: { cause } }) => cause !== undefined && cause === told.id,
      )
      return {
        told: { id: told.id ?? null, type: told.type, source: told.source },
        position: `${line.path}:${line.record}`,
        copies: copies.slice(1).map(({ path, record }) => `${path}:${record}`),
        flags,
        effects: effects.flatMap((effect) => effect.told.id ?? []),
      }
    }),
    state: events.reduce(stateAfter, null as JsonValue),
  }
}

/** What an event says, whenever it arrived; null is nothing said. */
function says({ document }: Line): JsonValue {
  const { got: _, again: __, ...said } = document
  return JSON.parse(JSON.stringify(said), (_key, value) => value ?? undefined)
}

function isOvertaken({ told: a }: Line, { told: b }: Line): boolean {
  const times = [a.at, a.got, b.at, b.got]
  if (times.includes(undefined)) return false
  return Number(b.at) > Number(a.at) && Number(b.got) < Number(a.got)
}

function isReordered(line: Line, about: readonly Line[], firsts: readonly Line[]): boolean {
  const number = numberOf(line)
  if (number === null) return false
  const order = arrived(about, about)
  return firsts.some((other) => {
    const before = order.indexOf(other) < order.indexOf(line)
    return before && (numberOf(other) ?? number) > number
  })
}

function gapsIn(events: readonly Line[]): { after: number; before: number }[] {
  const numbers = [...new Set(events.flatMap((line) => numberOf(line) ?? []))].map(Number)
  const counted = sortedBy(numbers, (a, b) => a - b)
  const gaps = counted.flatMap((before, n) => {
    const after = counted[n - 1]
    return after === undefined || before === after + 1 ? [] : [{ after, before }]
  })
  return gaps.length > counted.length - 1 - gaps.length ? [] : gaps
}

function stateAfter(state: JsonValue, { told, document }: Line): JsonValue {
  if (told.type === 'order.seen') return state
  if (told.type === 'order.deleted') return null
  return told.type === 'order.imported' ? document : patched(state, document)
}

/** RFC 7396, section 2. */
function patched(target: JsonValue, patch: JsonValue): JsonValue {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const isObject = typeof target === 'object' && target !== null && !Array.isArray(target)
  const entries = new Map(isObject ? Object.entries(target) : [])
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) entries.delete(name)
    else entries.set(name, patched(entries.get(name) ?? null, value))
  }
  return Object.fromEntries(entries)
}
