import type { JsonObject, JsonValue } from '../event/event.js'
import { pathText } from '../event/json-path.js'
import { isObject } from './merge-patch.js'

/** What differs at one place: without `before` it is new there, without `after` it is gone. */
export interface StateChange {
  path: string
  before?: JsonValue
  after?: JsonValue
}

/** The way to a place, from there up: copies of paths would grow with the square of the depth. */
interface Place {
  above: Place | null
  part: string | number
}

interface Pair {
  place: Place | null
  before: JsonValue | undefined
  after: JsonValue | undefined
}

/**
 * What differs between two states, field by field: into objects by key and into lists by place, as
 * far as both have them, in the order of the state before. A state of null has no fields.
 */
export function changesBetween(before: JsonValue, after: JsonValue): StateChange[] {
  const changes: StateChange[] = []
  const left: Pair[] = [{ place: null, ...withFields(before, after) }]
  for (let pair = left.pop(); pair !== undefined; pair = left.pop()) {
    if (pair.before === pair.after) continue
    const below = pairsBelow(pair)
    if (below) for (const one of below.reverse()) left.push(one)
    else changes.push(change(pair))
  }
  return changes
}

/** Where there was nothing yet, or is nothing any more, each field is told. */
function withFields(before: JsonValue, after: JsonValue) {
  if (before === null && isObject(after)) return { before: {}, after }
  if (after === null && isObject(before)) return { before, after: {} }
  return { before, after }
}

function pairsBelow({ place, before, after }: Pair): Pair[] | undefined {
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length)
    return Array.from({ length }, (_, n) => {
      return { place: { above: place, part: n }, before: before[n], after: after[n] }
    })
  }
  if (!isObject(before) || !isObject(after)) return undefined
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...keys].map((key) => {
    const below = { above: place, part: key }
    return { place: below, before: own(before, key), after: own(after, key) }
  })
}

function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

function change({ place, before, after }: Pair): StateChange {
  const path = []
  for (let at = place; at !== null; at = at.above) path.push(at.part)
  return {
    path: pathText(path.reverse()),
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  }
}
