import type { JsonValue } from '../../src/event/event.js'

/** What is otherwise at one place of two values. */
export type Difference = {
  /** `widgets.3.properties.title`. */
  readonly path: string
  /** Undefined: it is not there. */
  readonly before: JsonValue | undefined
  readonly after: JsonValue | undefined
}

export function differences(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  path = '',
): Difference[] {
  if (isMapping(before) && isMapping(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return keys.flatMap((key) => differences(before[key], after[key], joined(path, key)))
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length)
    return Array.from({ length }, (_, n) =>
      differences(before[n], after[n], joined(path, `${n}`)),
    ).flat()
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }]
}

function joined(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

/** Of a value, only what the other one says something of: services add figures of their own. */
export function likeIn(value: JsonValue | undefined, model: JsonValue): JsonValue | undefined {
  if (isMapping(value) && isMapping(model)) {
    const entries = Object.keys(model).flatMap((key) => {
      const found = likeIn(value[key], model[key] ?? null)
      return found === undefined ? [] : [[key, found]]
    })
    return Object.fromEntries(entries)
  }
  if (Array.isArray(value) && Array.isArray(model)) {
    return value.map((each, n) => likeIn(each, model[n] ?? null) ?? null)
  }
  return value
}

function isMapping(value: JsonValue | undefined): value is Record<string, JsonValue> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
