import type { JsonValue } from '../event/event.js'

/** A field of a pattern that ends a cycle where what comes back has, or lacks, it. */
export interface Guard {
  readonly field: string
  /** `absent`: only events without it pass; `limit`: only those within a number of hops. */
  readonly kind: 'absent' | 'limit'
}

/** Fields that count how far an event has come. A limit of others, such as prices, is no guard. */
const counter = /^(hops?|depth|attempts?|retr(y|ies)|turns?)([_-]?(count|number))?$/i
/** Fields that count how far it may still go. */
const countdown =
  /^(ttl|(hops|attempts|retries|turns)[_-]?left|remaining[_-]?(hops|attempts|retries|turns))$/i

/** The guards of a pattern; of several patterns, of which one has to match, those that all have. */
export function guardsOf(when: JsonValue): Guard[] {
  return Array.isArray(when) ? guardsOfEach(when, []) : guardsIn(when, [])
}

function guardsOfEach(patterns: readonly JsonValue[], path: readonly string[]): Guard[] {
  const [first = [], ...others] = patterns.map((pattern) => guardsIn(pattern, path))
  return first.filter(({ field }) => others.every((list) => list.some((g) => g.field === field)))
}

/** Whether a pattern leaves out what is replayed. */
export function leavesOutReplays(when: JsonValue): boolean {
  return guardsIn(when, []).some(({ field }) => field === 'replay-name')
}

function guardsIn(pattern: JsonValue, path: readonly string[]): Guard[] {
  if (typeof pattern !== 'object' || pattern === null) return []
  if (!Array.isArray(pattern)) {
    return Object.entries(pattern).flatMap(([key, value]) => {
      if (key === '$or') return Array.isArray(value) ? guardsOfEach(value, path) : []
      return guardsIn(value, [...path, key])
    })
  }
  const field = path.join('.')
  const others = pattern.filter((test) => property(test, 'exists') !== false)
  if (pattern.length === 0) return []
  if (others.length === 0) return [{ field, kind: 'absent' }]
  const name = path.at(-1) ?? ''
  const sign = counter.test(name) ? '<' : countdown.test(name) ? '>' : undefined
  const isLimit = sign !== undefined && others.every((test) => isBound(test, sign))
  return isLimit ? [{ field, kind: 'limit' }] : []
}

/** Whether a test takes no number beyond some: below a bound, or above it; `=` and a number take
 * that alone. */
function isBound(test: JsonValue, sign: '<' | '>'): boolean {
  if (typeof test === 'number') return true
  const numeric = property(test, 'numeric')
  const signs: readonly JsonValue[] = [sign, `${sign}=`, '=']
  return Array.isArray(numeric) && numeric.some((word) => signs.includes(word))
}

function property(test: JsonValue, name: string): JsonValue | undefined {
  return typeof test === 'object' && test !== null && !Array.isArray(test) ? test[name] : undefined
}
