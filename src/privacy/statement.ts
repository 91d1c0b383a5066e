import type { Looks } from '../engines/duckdb-engine.js'
import type { BoundValue, Statement } from '../engines/engine.js'
import { MAY_BE_PACKED } from '../event/packed.js'
import type { Subject } from './subject.js'

/**
 * Asks for every event that is about a subject, or may hold one of the values: those that can be
 * told by their text alone. {@link hitsIn} tells which do. Values are bound, never written into the
 * SQL: it can be shown to anybody.
 */
export function subjectStatement(subject: Subject): Statement {
  const values: Record<string, BoundValue> = {}
  const about = subject.entities.map((entity, n) => {
    values[`entity${n + 1}`] = entity
    return `contains(entities, $entity${n + 1})`
  })
  const texts = new Set(subject.values.map(({ value }) => value))
  const mentions = [...texts].map((value, n) => {
    const name = `value${n + 1}`
    if (!isSearchable(value, subject)) return 'true'
    values[name] = subject.ignoreCase ? value.toLowerCase() : value
    return ['document', 'payload'].map((text) => couldHold(text, `$${name}`, subject)).join(' OR ')
  })
  const where = [...about, ...mentions].join('\n  OR ')
  return { sql: `SELECT ${COLUMNS}\nFROM events\nWHERE ${where}\nORDER BY ${ORDER}`, values }
}

const columns = [
  ['id', 'source', 'type', 'event_time_us', 'received_at_us', 'observed_at_us', 'key', 'sequence'],
  ['entities', 'correlation_id', 'causation_id', 'trace_id', 'reply_to', 'version', 'replay'],
  ['attempt', 'envelopes', 'stamps', 'position', 'bytes', 'document', 'payload', 'pos'],
] as const
const COLUMNS = columns
  .map((some) => some.map((name) => (name === 'key' ? '"key"' : name)).join(', '))
  .join(',\n  ')
const ORDER = 'coalesce(event_time_us, received_at_us), pos'

/** What it looks at, whoever is asked for. */
export const subjectLooks: Looks = new Map([['archive', new Set(columns.flat())]])

/** Whether every engine finds a text in the same places: letters of other alphabets have not the
 * same small ones everywhere, and a number can be written in several ways. */
function isSearchable(value: string, { ignoreCase }: Subject): boolean {
  const isAscii = /^[\x20-\x7e]*$/.test(value)
  const isNumber = /^-?\d/.test(value) && Number.isFinite(Number(value))
  return !isNumber && (isAscii || !ignoreCase) && !/["\\]/.test(value)
}

/** What is written with a backslash may say anything, and so may what is beyond ASCII where case
 * does not count, and what is in base64 where that is looked into. */
function couldHold(text: string, value: string, { ignoreCase, deep }: Subject): string {
  const isPacked = deep ? ` OR regexp_matches(${text}, '${MAY_BE_PACKED}')` : ''
  const hasEscapes = `strpos(${text}, '\\') > 0${isPacked}`
  if (!ignoreCase) return `strpos(${text}, ${value}) > 0 OR ${hasEscapes}`
  const isWide = `strlen(${text}) > length(${text})`
  return `strpos(lower(${text}), ${value}) > 0 OR ${hasEscapes} OR ${isWide}`
}
