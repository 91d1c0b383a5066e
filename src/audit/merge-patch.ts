import type { JsonObject, JsonValue } from '../event/event.js'

/**
 * A JSON merge patch (RFC 7396): objects are merged key by key, null takes a key away, and all else
 * replaces what was there. Neither value is changed. Keys such as `__proto__` are data, and depth
 * has no limit. The package json-merge-patch stops at the key `constructor`, and what comes after
 * it is lost.
 */
export function mergePatch(target: JsonValue, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch
  const merged = copyOf(target)
  const left = [{ into: merged, from: patch }]
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    const { into, from } = part
    for (const [key, value] of Object.entries(from)) {
      if (value === null) {
        delete into[key]
      } else if (isObject(value)) {
        const below = copyOf(Object.hasOwn(into, key) ? into[key] : undefined)
        put(into, key, below)
        left.push({ into: below, from: value })
      } else {
        put(into, key, value)
      }
    }
  }
  return merged
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function copyOf(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? { ...value } : {}
}

/** An assignment to `__proto__` would be none. */
function put(object: JsonObject, key: string, value: JsonValue): void {
  Object.defineProperty(object, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}
