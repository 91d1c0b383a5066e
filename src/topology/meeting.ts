import { EvtError } from '../errors.js'
import type { JsonValue } from '../event/event.js'
import { parsePattern } from '../event/pattern.js'
import { patternMatcher } from '../event/pattern-match.js'

/** Attributes of an event that are one text or are absent, never a list. */
const plainFields = [
  ...['source', 'detail-type', 'account', 'region', 'replay-name', 'id', 'version', 'time'],
]

/**
 * Whether no event can be of two patterns, as far as the attributes of EventBridge tell: one names
 * the values that it takes, and the other takes none of these. `null` is a pattern of everything.
 * False says nothing: such an event may exist or not.
 */
export function areApart(a: JsonValue, b: JsonValue): boolean {
  if (!isObject(a) || !isObject(b)) return false
  return plainFields.some((name) => {
    const [one, other] = [a[name], b[name]]
    if (!Array.isArray(one) || !Array.isArray(other)) return false
    return takesNoneOf(one, other) || takesNoneOf(other, one)
  })
}

/** Whether tests take none of the values that others name. */
function takesNoneOf(tests: readonly JsonValue[], values: readonly JsonValue[]): boolean {
  if (isOnlyAbsence(tests) && isPresence(values)) return true
  const isNamed = values.every((value) => typeof value === 'string' && !value.includes('${'))
  // What is known only when it is deployed may be any of them.
  if (!isNamed || JSON.stringify(tests).includes('${')) return false
  const isMatch = matcherOf(tests)
  return isMatch !== undefined && !values.some((value) => isMatch({ value }))
}

function matcherOf(tests: readonly JsonValue[]): ((document: JsonValue) => boolean) | undefined {
  try {
    return patternMatcher(parsePattern(JSON.stringify({ value: tests })))
  } catch (error) {
    if (!(error instanceof EvtError)) throw error
    return undefined
  }
}

function isOnlyAbsence(tests: readonly JsonValue[]): boolean {
  return tests.length > 0 && tests.every((test) => existsOf(test) === false)
}

function isPresence(tests: readonly JsonValue[]): boolean {
  return tests.length > 0 && tests.every((test) => existsOf(test) !== false)
}

function existsOf(test: JsonValue): JsonValue | undefined {
  return isObject(test) ? test['exists'] : undefined
}

function isObject(value: JsonValue): value is Record<string, JsonValue> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
