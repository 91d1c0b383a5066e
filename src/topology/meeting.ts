import { EvtError } from '../errors.js'
import type { JsonValue } from '../event/event.js'
import { type EventPattern, parsePattern } from '../event/pattern.js'
import { patternMatcher } from '../event/pattern-match.js'
import { meet } from '../event/pattern-meet.js'

/**
 * Whether no event can be of two patterns; `null` is a pattern of everything. Events with a list
 * where the patterns have values that exclude each other are not thought of. What is known only
 * when it is deployed may be anything. False says nothing: such an event may exist or not.
 */
export function areApart(a: JsonValue, b: JsonValue): boolean {
  const [one, other] = [patternOf(a), patternOf(b)]
  if (one === undefined || other === undefined) return false
  const meeting = meet(one, other)
  return meeting.kind === 'apart' || (meeting.kind === 'meets' && meeting.lists.length > 0)
}

/** Whether an event may be of a pattern; what is known only when it is deployed may be anything. */
export function mayMatch(pattern: JsonValue, event: JsonValue): boolean {
  const read = patternOf(pattern)
  return read === undefined || patternMatcher(read)(event)
}

/** Undefined for a pattern of everything, and for what is none. */
function patternOf(json: JsonValue): EventPattern | undefined {
  const known = withoutUnknown(json)
  if (known === undefined || !isObject(known) || Object.keys(known).length === 0) return undefined
  try {
    return parsePattern(JSON.stringify(known))
  } catch (error) {
    if (!(error instanceof EvtError)) throw error
    return undefined
  }
}

/** A pattern that asks less: without the fields whose values a deployment decides. */
export function withoutUnknown(json: JsonValue): JsonValue | undefined {
  if (!isObject(json)) return JSON.stringify(json).includes('${') ? undefined : json
  const kept = Object.entries(json).flatMap(([name, value]) => {
    const known = withoutUnknown(value)
    const isEmpty = known !== undefined && isObject(known) && Object.keys(known).length === 0
    return known === undefined || isEmpty || name.includes('${') ? [] : [[name, known] as const]
  })
  return Object.fromEntries(kept)
}

function isObject(value: JsonValue): value is Record<string, JsonValue> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
