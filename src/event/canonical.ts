import { hash } from 'node:crypto'
import type { JsonObject, JsonValue } from './event.js'
import type { JsonPath } from './json-path.js'

/** Keys of the very objects of one document that do not count. */
export type LeftOut = ReadonlyMap<JsonValue, ReadonlySet<string | number>>

export const nothingLeftOut: LeftOut = new Map()

/** What lies at these paths of a document, so that it can be passed over wherever it is met. */
export function leftOutAt(document: JsonObject, paths: readonly JsonPath[]): LeftOut {
  const found = new Map<JsonValue, Set<string | number>>()
  for (const path of paths) {
    const last = path.at(-1)
    let parent: JsonValue | undefined = document
    for (const step of path.slice(0, -1)) parent = memberOf(parent, step)
    if (last === undefined || memberOf(parent, last) === undefined || parent === undefined) continue
    found.set(parent, (found.get(parent) ?? new Set()).add(last))
  }
  return found
}

/**
 * JSON text that is equal for values that say the same: keys sorted, null like absent. Of any
 * depth.
 */
export function canonicalText(value: JsonValue, leftOut = nothingLeftOut): string {
  const parts: string[] = []
  // What is still to be written, the next at the end: finished text, or a value.
  const todo: (string | { value: JsonValue })[] = [{ value }]
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (typeof next === 'string') parts.push(next)
    else if (typeof next.value !== 'object' || next.value === null) {
      parts.push(JSON.stringify(next.value))
    } else if (Array.isArray(next.value)) {
      const skipped = leftOut.get(next.value)
      todo.push(']')
      for (let n = next.value.length - 1; n >= 0; n--) {
        const item = skipped?.has(n) ? null : (next.value[n] ?? null)
        todo.push({ value: item }, n === 0 ? '' : ',')
      }
      todo.push('[')
    } else {
      const members = membersOf(next.value, leftOut)
      todo.push('}')
      for (const [n, [key, member]] of [...members.entries()].reverse()) {
        todo.push({ value: member }, `${n === 0 ? '' : ','}${JSON.stringify(key)}:`)
      }
      todo.push('{')
    }
  }
  return parts.join('')
}

/** The canonical text in 28 characters. */
export function digest(text: string): string {
  return hash('sha1', text, 'base64')
}

/** Where two values first differ, in the order of sorted keys; null where they say the same. */
export function differenceOf(
  a: JsonValue,
  b: JsonValue,
  leftOut: readonly [LeftOut, LeftOut],
): JsonPath | null {
  const todo: { a: JsonValue; b: JsonValue; path: JsonPath }[] = [{ a, b, path: [] }]
  for (let next = todo.pop(); next; next = todo.pop()) {
    const { path } = next
    const steps = stepsOf(next.a, next.b)
    if (!steps) {
      if (canonicalText(next.a) !== canonicalText(next.b)) return path
      continue
    }
    for (const step of steps.reverse()) {
      const skipped = leftOut[0].get(next.a)?.has(step) || leftOut[1].get(next.b)?.has(step)
      if (skipped) continue
      const [x = null, y = null] = [memberOf(next.a, step), memberOf(next.b, step)]
      todo.push({ a: x, b: y, path: [...path, step] })
    }
  }
  return null
}

/** The members of two objects, or of two arrays of one length, in order; else undefined. */
function stepsOf(a: JsonValue, b: JsonValue): (string | number)[] | undefined {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return undefined
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return undefined
    return a.map((_, n) => n)
  }
  if (Array.isArray(b)) return undefined
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
}

function membersOf(value: JsonObject, leftOut: LeftOut): [string, JsonValue][] {
  const skipped = leftOut.get(value)
  return Object.keys(value)
    .sort()
    .map((key): [string, JsonValue] => [key, value[key] ?? null])
    .filter(([key, member]) => member !== null && !skipped?.has(key))
}

function memberOf(value: JsonValue | undefined, step: string | number): JsonValue | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return typeof step === 'number' ? value[step] : undefined
  return typeof step === 'string' && Object.hasOwn(value, step) ? value[step] : undefined
}
