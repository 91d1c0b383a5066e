import type { JsonObject, JsonValue } from '../event/event.js'
import { jsonText } from '../event/json.js'
import { isIntegerBeyond } from './pattern-fields.js'

/** Every event has a source. */
export const everyEvent = '{"source":[{"prefix":""}]}'

/** What PutRule takes at most. */
const MOST_CHARACTERS = 4_096

/**
 * The pattern of a rule that takes whatever an event pattern takes: itself, since a bus runs Event
 * Ruler. EventBridge does not name `exactly` among its operators, and an integer beyond 2^53 may
 * have been written as a number or as a text: a field with those is left out, and so is `$or` where
 * nothing is left of one of its alternatives. Longer than a bus takes, it is every event. The
 * pattern has to be asked again of what arrives.
 */
export function busPattern(pattern: JsonValue): string {
  const known = knownPart(pattern)
  const text = known === undefined ? everyEvent : jsonText(known)
  return text.length > MOST_CHARACTERS ? everyEvent : text
}

function knownPart(pattern: JsonValue): JsonObject | undefined {
  if (typeof pattern !== 'object' || pattern === null || Array.isArray(pattern)) return undefined
  const known = Object.entries(pattern).flatMap(([key, value]): [string, JsonValue][] => {
    if (key === '$or' && Array.isArray(value)) {
      const alternatives = value.map(knownPart)
      return alternatives.every((each) => each !== undefined) ? [[key, alternatives]] : []
    }
    if (Array.isArray(value)) return value.every(isKnown) ? [[key, value]] : []
    const inner = knownPart(value)
    return inner === undefined ? [] : [[key, inner]]
  })
  return known.length === 0 ? undefined : Object.fromEntries(known)
}

function isKnown(value: JsonValue): boolean {
  if (typeof value === 'string') return !isIntegerBeyond(value)
  return typeof value !== 'object' || value === null || !('exactly' in value)
}
