import type { JsonObject, JsonValue } from '../../event/event.js'
import type { NodeFacts, NodeKind } from '../model.js'
import { isMapping } from '../template/parse.js'
import type { Resource } from '../template/stack.js'
import { hasToken } from '../template/tokens.js'
import type { Wiring } from '../wiring.js'

/** Reads the resources of one type. */
export interface Reader {
  /** The node that a resource is. All are declared before any is wired. */
  readonly node?: (resource: Resource) => NewNode
  /** Draws the edges that a resource speaks of. */
  readonly wire?: (resource: Resource, wiring: Wiring) => void
  /** Draws what has to know who holds which role; called when all else is wired. */
  readonly settle?: (resource: Resource, wiring: Wiring) => void
}

interface NewNode {
  readonly kind: NodeKind
  readonly name?: JsonValue | undefined
  readonly facts?: NodeFacts
}

/** A number that a property is; a gap where it is not known. */
export function numberOf(resource: Resource, name: string, value: JsonValue | undefined) {
  if (value === undefined || value === null || value === '') return undefined
  const number = typeof value === 'number' ? value : Number(value)
  if (!Number.isNaN(number)) return number
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  resource.stack.gap('value', resource.logicalId, `${name} is ${text}, which is not known here`)
  return undefined
}

export function isTrue(value: JsonValue | undefined): boolean {
  return value === true || value === 'true' || value === 'True'
}

export function isFalse(value: JsonValue | undefined): boolean {
  return value === false || value === 'false' || value === 'False'
}

export function mapping(value: JsonValue | undefined): JsonObject {
  return isMapping(value) ? value : {}
}

export function list(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]
}

export function mappings(value: JsonValue | undefined): JsonObject[] {
  return list(value).filter(isMapping)
}

/** A document that may be written as text. Undefined, and a gap, where it is no JSON. */
export function documentOf(
  resource: Resource,
  name: string,
  value: JsonValue | undefined,
): JsonValue | undefined {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    const why = hasToken(value) ? 'has parts that are not known here' : 'is no JSON'
    resource.stack.gap('value', resource.logicalId, `${name} ${why}`)
    return undefined
  }
}

/** The patterns of `FilterCriteria`; one of them has to match. */
export function filtersOf(resource: Resource, criteria: JsonValue | undefined): JsonValue {
  const patterns = mappings(mapping(criteria)['Filters']).flatMap(({ Pattern: pattern }) => {
    return documentOf(resource, 'the pattern of FilterCriteria', pattern) ?? []
  })
  return patterns.length === 0 ? null : patterns.length === 1 ? (patterns[0] ?? null) : patterns
}

/** Draws what is kept of what could not be delivered; whether something keeps it. */
export function deadLetters(
  resource: Resource,
  wiring: Wiring,
  { from, arn, what }: { from: string; arn: JsonValue | undefined; what: string },
): boolean {
  const to = wiring.find(resource, arn, { what, kind: 'queue' })
  if (to !== undefined) wiring.builder.edge({ from, to, via: 'dlq' })
  return to !== undefined
}
