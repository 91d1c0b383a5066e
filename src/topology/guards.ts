import type { JsonValue } from '../event/event.js'

/** A field of a pattern that ends a cycle where what comes back has, or lacks, it. */
export interface Guard {
  readonly field: string
  /** `absent`: only events without it pass; `limit`: only those below a number of hops. */
  readonly kind: 'absent' | 'limit'
}

/** Fields that count how far an event has come. A limit of others, such as prices, is no guard. */
const counter = /^(hops?|depth|ttl|attempts?|retr(y|ies)|turns?)([_-]?(count|number))?$/i

/** The guards of a pattern; of several patterns, of which one has to match, those that all have. */
export function guardsOf(when: JsonValue): Guard[] {
  if (!Array.isArray(when)) return guardsIn(when, [])
  const [first = [], ...others] = when.map((pattern) => guardsIn(pattern, []))
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
      // Of alternatives, each would have to guard.
      return key === '$or' ? [] : guardsIn(value, [...path, key])
    })
  }
  const field = path.join('.')
  if (pattern.length === 0) return []
  if (pattern.every((test) => property(test, 'exists') === false)) {
    return [{ field, kind: 'absent' }]
  }
  const isBound = (test: JsonValue) => {
    const numeric = property(test, 'numeric')
    return Array.isArray(numeric) && numeric.some((word) => word === '<' || word === '<=')
  }
  const isAbsence = (test: JsonValue) => property(test, 'exists') === false
  const isLimit = pattern.some(isBound) && pattern.every((test) => isBound(test) || isAbsence(test))
  return isLimit && counter.test(path.at(-1) ?? '') ? [{ field, kind: 'limit' }] : []
}

function property(test: JsonValue, name: string): JsonValue | undefined {
  return typeof test === 'object' && test !== null && !Array.isArray(test) ? test[name] : undefined
}
