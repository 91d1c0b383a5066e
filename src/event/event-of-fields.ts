import type { JsonObject, JsonValue } from './event.js'
import { type GivenValue, listPlaceOf } from './field-pairs.js'

interface Placed extends GivenValue {
  readonly path: readonly string[]
}

/** The event that has these values, and no others. */
export function eventOf(given: readonly GivenValue[]): JsonObject {
  return objectOf(
    given.map((one) => ({ ...one, path: one.name.split('.') })),
    0,
  )
}

function objectOf(given: readonly Placed[], depth: number): JsonObject {
  const byKey = new Map<string, Placed[]>()
  for (const one of given) {
    const key = one.path[depth] ?? ''
    byKey.set(key, [...(byKey.get(key) ?? []), one])
  }
  // Any key is its own, `__proto__` too.
  const object: JsonObject = Object.create(null)
  for (const [key, ones] of byKey) object[key] = standingAt(ones, depth + 1)
  return object
}

/** What stands at a place: values, an object of what is within, or a list of both. */
function standingAt(given: readonly Placed[], depth: number): JsonValue {
  const isListPlace = given.some(({ name, path }) => {
    return listPlaceOf(name) === path.slice(0, depth).join('.')
  })
  if (isListPlace && given.some(({ element }) => element !== undefined)) {
    return [0, 1].map((n) => {
      const element = elementOf(
        given.filter((one) => one.element === n),
        depth,
      )
      // Values right in the list would be in no element of it.
      return typeof element === 'object' && element !== null ? element : [element]
    })
  }
  return elementOf(given, depth)
}

function elementOf(given: readonly Placed[], depth: number): JsonValue {
  const values: JsonValue[] = given
    .filter(({ path }) => path.length === depth)
    .map(({ value }) => value)
  const within = given.filter(({ path }) => path.length > depth)
  const all = within.length === 0 ? values : [...values, objectOf(within, depth)]
  const [only] = all
  return all.length === 1 && only !== undefined ? only : all
}
