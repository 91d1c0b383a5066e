import { EvtError } from '../errors.js'
import type { JsonObject, JsonValue } from '../event/event.js'
import { ipBytes } from '../event/ip-address.js'
import { parsePattern } from '../event/pattern.js'
import { patternMatcher } from '../event/pattern-match.js'
import { areApart, withoutUnknown } from './meeting.js'

/**
 * What is known of events that came by several patterns: all of these have to match. The first has
 * the fields that are lists of values, narrowed to those that all patterns allow.
 */
export type Known = readonly JsonObject[]

/** What is known by one pattern; `null` is a pattern of everything. */
export function knownBy(pattern: JsonValue): Known {
  return narrowed([], pattern) ?? []
}

/** What is known of the events of a pattern as well; undefined where there can be none. Events with
 * lists where patterns exclude each other are not thought of. */
export function narrowed(known: Known, pattern: JsonValue): Known | undefined {
  const more = withoutUnknown(pattern)
  if (!isObject(more) || Object.keys(more).length === 0) return known
  const [values = {}, ...tests] = known
  if (areDisjoint(valuesIn(values), valuesIn(more))) return undefined
  const isPlain = JSON.stringify(merge(valuesIn(more))) === JSON.stringify(sorted(more))
  // Of lists of values, those that are left tell it.
  if ((isPlain ? tests : known).some((one) => areApart(one, more))) return undefined
  const lists = intersected(valuesIn(values), [...tests, more])
  if (lists === undefined) return undefined
  const merged = merge(lists)
  const others = isPlain || tests.some((one) => isSame(one, more)) ? tests : [...tests, more]
  return [merged, ...[...others].sort(byText)]
}

type Values = ReadonlyMap<string, readonly JsonValue[]>

/** Whether lists of values alone leave nothing of a field: told before patterns are read. */
function areDisjoint(a: Values, b: Values): boolean {
  return [...b].some(([path, list]) => {
    return a.get(path)?.some((one) => list.includes(one)) === false
  })
}

/** The values that all patterns allow; undefined where a field has none left. */
function intersected(values: Values, patterns: readonly JsonObject[]): Values | undefined {
  const all = new Map(values)
  for (const pattern of patterns) {
    for (const [path, list] of valuesIn(pattern)) {
      const before = all.get(path)
      all.set(path, before === undefined ? list : before.filter((one) => list.includes(one)))
    }
  }
  for (const [path, list] of all) {
    const left = list.filter((value) => patterns.every((one) => allows(one, path, value)))
    if (left.length === 0) return undefined
    all.set(path, left)
  }
  return all
}

/** Whether what a pattern asks of one field lets a value pass. */
function allows(pattern: JsonObject, path: string, value: JsonValue): boolean {
  const keys: string[] = JSON.parse(path)
  const tests = keys.reduce<JsonValue | undefined>((at, key) => {
    return at !== undefined && isObject(at) ? at[key] : undefined
  }, pattern)
  // Lists of values are held against each other before.
  if (!Array.isArray(tests) || tests.every(isValue)) return true
  const nested = (inner: JsonValue) =>
    keys.reduceRight<JsonValue>((below, key) => ({ [key]: below }), inner)
  try {
    return patternMatcher(parsePattern(JSON.stringify(nested(tests))))(nested(value))
  } catch (error) {
    if (!(error instanceof EvtError)) throw error
    return true
  }
}

/** The fields of a pattern that are lists of plain values, by their paths. */
function valuesIn(pattern: JsonObject): Map<string, readonly JsonValue[]> {
  const found = new Map<string, readonly JsonValue[]>()
  const open: { at: JsonObject; keys: readonly string[] }[] = [{ at: pattern, keys: [] }]
  for (let next = open.pop(); next; next = open.pop()) {
    for (const [key, value] of Object.entries(next.at)) {
      const keys = [...next.keys, key]
      if (key === '$or') continue
      if (isObject(value)) open.push({ at: value, keys })
      const isPlain = Array.isArray(value) && value.every(isValue)
      if (isPlain) found.set(JSON.stringify(keys), value)
    }
  }
  return found
}

/** What is equal to nothing else; an address is to every way to write it. */
function isValue(test: JsonValue): boolean {
  return typeof test !== 'object' && (typeof test !== 'string' || !ipBytes(test))
}

function merge(values: Values): JsonObject {
  const root: JsonObject = {}
  for (const [path, list] of [...values].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const keys: string[] = JSON.parse(path)
    const last = keys.pop() ?? ''
    let at = root
    for (const key of keys) {
      const inner = Object.hasOwn(at, key) ? at[key] : undefined
      const below = inner !== undefined && isObject(inner) ? inner : {}
      Object.defineProperty(at, key, { value: below, ...plain })
      at = below
    }
    Object.defineProperty(at, last, { value: [...list].sort(byText), ...plain })
  }
  return root
}

/** So that a field may be called `__proto__`. */
const plain = { enumerable: true, configurable: true, writable: true }

function sorted(pattern: JsonObject): JsonValue {
  const inner = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return [...value].sort(byText)
    if (!isObject(value)) return value
    const keys = Object.keys(value).sort()
    return Object.fromEntries(keys.map((key) => [key, inner(value[key] ?? null)]))
  }
  return inner(pattern)
}

function byText(a: JsonValue, b: JsonValue): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
}

function isSame(a: JsonObject, b: JsonObject): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
