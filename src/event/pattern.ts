import { EvtError } from '../errors.js'
import type { JsonObject, JsonValue } from './event.js'
import { parseJson, readJson } from './json.js'
import { withFirstKeys } from './json-text.js'
import { isOperator, parseValue, shown, type ValueTest } from './pattern-values.js'

/** What a pattern says of one field. */
export interface PatternField {
  /** Its keys, joined by dots. */
  readonly name: string
  readonly tests: readonly ValueTest[]
  /** What the tests were made of, in the same order. */
  readonly values: readonly JsonValue[]
  /** Whether it may be absent instead. */
  readonly mayLack: boolean
}

/** An event pattern of EventBridge: the fields that have to match, sorted by name; of several such
 * lists, which `$or` makes, one has to. */
export type EventPattern = readonly (readonly PatternField[])[]

/** A pattern, and what was typed for it: the pattern itself, or `@` and a file. */
export interface TypedPattern {
  readonly text: string
  readonly pattern: EventPattern
  /** The pattern as it is written. */
  readonly json: JsonValue
}

type Lists = PatternField[][]

const OR = '$or'
const MOST_LISTS = 1_000
const MOST_DEPTH = 500
const example = `write '{"detail-type": ["order.placed"]}', or @ and a file`
const help = 'evt help filters'

/**
 * Reads an event pattern as Event Ruler does.
 *
 * @throws EvtError `usage` that names the field and the operator
 */
export function parsePattern(text: string): EventPattern {
  const root = jsonOf(text)
  if (!isObject(root)) throw wrong(`a pattern is an object of fields, not ${shown(root)}`, example)
  if (withFirstKeys(text) !== text) throw wrong('the pattern has a key twice in one object')
  const lists: Lists = []
  for (const fields of withObject([[]], root, [])) {
    lists.push(fields.sort((a, b) => (a.name < b.name ? -1 : 1)))
  }
  return lists
}

function jsonOf(text: string): JsonValue {
  try {
    return parseJson(text)
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    const reading = readJson(text)
    const detail = reading.ok ? 'is not JSON: NaN, or a comma before a bracket' : reading.detail
    throw new EvtError(`the pattern ${detail}`, { code: 'usage', hint: example, cause })
  }
}

/** The lists, each with the fields of an object. */
function withObject(lists: Lists, object: JsonObject, path: readonly string[]): Lists {
  const entries = Object.entries(object)
  if (entries.length === 0) throw wrong(`${nameOf(path)} has no fields`)
  if (path.length > MOST_DEPTH) throw wrong(`the pattern is deeper than ${MOST_DEPTH} objects`)
  return entries.reduce((all, [key, value]) => {
    if (key === OR) return withAlternatives(all, value, path)
    const inner = [...path, key]
    if (isObject(value)) return withObject(all, value, inner)
    const field = fieldOf(value, inner)
    for (const fields of all) {
      if (fields.some(({ name }) => name === field.name)) {
        throw wrong(`${field.name} stands in the pattern twice`)
      }
    }
    return all.map((fields) => [...fields, field])
  }, lists)
}

function withAlternatives(lists: Lists, value: JsonValue, path: readonly string[]): Lists {
  const name = nameOf([...path, OR])
  const hint = 'write "$or": [{"a": [1]}, {"b": [2]}]'
  if (!Array.isArray(value) || value.length < 2 || !value.every(isObject)) {
    throw wrong(`${name} takes two objects or more`, hint)
  }
  const made = value.flatMap((object) => {
    const reserved = Object.keys(object).find(isOperator)
    if (reserved === undefined) return withObject(lists, object, path)
    throw wrong(`${name} takes fields, not the operator ${reserved}`, hint)
  })
  if (made.length <= MOST_LISTS) return made
  throw wrong(`the pattern has more than ${MOST_LISTS} combinations of ${OR}`)
}

function fieldOf(value: JsonValue, path: readonly string[]): PatternField {
  const name = nameOf(path)
  if (!Array.isArray(value)) throw unlisted(value, path)
  if (value.length === 0) throw wrong(`${name} has an empty list`)
  const fault = (reason: string, hint?: string) => wrong(`${name}: ${reason}`, hint)
  const others = value.filter((each) => !isAbsence(each))
  return {
    name,
    tests: others.map((each) => parseValue(each, fault)),
    values: others,
    mayLack: others.length < value.length,
  }
}

function unlisted(value: JsonValue, path: readonly string[]): EvtError {
  const [key = '', outer = ''] = [...path].reverse()
  const listed = isOperator(key)
    ? `"${outer}": [{"${key}": ${shown(value)}}]`
    : `"${key}": [${shown(value)}]`
  return wrong(`${nameOf(path)} is ${shown(value)}, no list of values`, `write ${listed}`)
}

function isAbsence(value: JsonValue): boolean {
  return isObject(value) && Object.keys(value).join() === 'exists' && value['exists'] === false
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nameOf(path: readonly string[]): string {
  return path.length === 0 ? 'the pattern' : path.join('.')
}

function wrong(message: string, hint = help): EvtError {
  return new EvtError(message, { code: 'usage', hint })
}
