import type { JsonValue } from './event.js'
import { wanted } from './field-pairs.js'
import type { EventPattern, PatternField } from './pattern.js'
import { heldFields } from './pattern-match.js'
import { type Leaf, shown } from './pattern-values.js'

/** What a pattern wants of one field, and what an event has there. */
export interface ExplainedField {
  /** Its keys, joined by dots. */
  path: string
  /** The list of the pattern. */
  wanted: string
  /** The values that the event has there, as a list where there are several; null: none. */
  found: string | null
  /** Whether that is what is wanted: of a field in lists, together with the fields before it. */
  holds: boolean
}

/**
 * Why an event matches a pattern, or would but for some of its fields: of the alternatives that
 * `$or` makes the one that it holds most of.
 */
export function explainMatch(
  pattern: EventPattern,
  event: JsonValue,
): { matches: boolean; fields: ExplainedField[] } {
  const alternatives = pattern.map((fields) => {
    const held = heldFields(fields)(event)
    return { fields, held, missing: held.filter((holds) => !holds).length }
  })
  const best = alternatives.reduce((a, b) => (b.missing < a.missing ? b : a))
  const found = foundIn(event, best.fields)
  return {
    matches: best.missing === 0,
    fields: best.fields.map((field, n) => ({
      path: field.name,
      wanted: wanted(field),
      found: toldOf(found.get(field.name)),
      holds: best.held[n] === true,
    })),
  }
}

function toldOf(values: readonly Leaf[] | undefined): string | null {
  if (values === undefined) return null
  const [only = null] = values
  return shown(values.length === 1 ? only : [...values])
}

/** The values of fields, wherever they stand in lists. */
function foundIn(event: JsonValue, fields: readonly PatternField[]): Map<string, Leaf[]> {
  const names = new Set(fields.map(({ name }) => name))
  const outer = new Set(fields.flatMap(({ name }) => beginningsOf(name)))
  const found = new Map<string, Leaf[]>()
  const todo: { value: JsonValue; name: string | undefined }[] = [{ value: event, name: undefined }]
  for (let next = todo.pop(); next; next = todo.pop()) {
    const { value, name } = next
    if (typeof value !== 'object' || value === null) {
      if (name !== undefined && names.has(name))
        found.set(name, [...(found.get(name) ?? []), value])
    } else if (Array.isArray(value)) {
      for (const each of [...value].reverse()) todo.push({ value: each, name })
    } else {
      for (const [key, each] of Object.entries(value).reverse()) {
        const inner = name === undefined ? key : `${name}.${key}`
        if (names.has(inner) || outer.has(inner)) todo.push({ value: each, name: inner })
      }
    }
  }
  return found
}

function beginningsOf(name: string): string[] {
  return name.split('.').map((_, n, keys) => keys.slice(0, n).join('.'))
}
