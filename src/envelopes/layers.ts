import type { JsonObject, JsonValue, UndecodableReason } from '../event/event.js'
import { readJson, scalarText } from '../event/json.js'
import { type Accessor, compilePath, pathText } from '../event/json-path.js'
import type { Condition, Envelope } from './envelope.js'

/** The layers of a record, outermost first, at least one: the wrappings that were found, and each
 * one's own document. Or why it cannot be decoded. */
export type Unwrapped =
  | { ok: true; envelopes: readonly Envelope[]; documents: readonly JsonObject[] }
  | { ok: false; reason: UndecodableReason; detail: string }

const MAX_LAYERS = 16

/** Makes the function that takes the wrappings off, as nested as found. `known` is tried in its
 * order and ends with plain JSON, which is always right. */
export function createUnwrapper(known: readonly Envelope[]): (value: JsonValue) => Unwrapped {
  const wrappings = known.map((envelope) => ({
    envelope,
    conditions: envelope.when.map((condition) => ({
      ...condition,
      read: compilePath(condition.path),
    })),
    inner: envelope.inner && { path: envelope.inner, read: compilePath(envelope.inner) },
  }))
  return (value) => {
    if (!isObject(value)) return fault('not an object', notAnObject(value))
    const envelopes: Envelope[] = []
    const documents: JsonObject[] = []
    let document = value
    for (;;) {
      const found = wrappings.find(({ conditions }) => holds(conditions, document))
      if (!found) return fault('bad envelope', 'is of no known shape')
      const { envelope, inner } = found
      envelopes.push(envelope)
      documents.push(document)
      if (!inner) return { ok: true, envelopes, documents }
      if (envelopes.length === MAX_LAYERS) {
        return fault('bad envelope', `is wrapped ${MAX_LAYERS} times or more`)
      }
      const body = bodyOf(inner.read(document))
      if (typeof body === 'string') {
        return fault('bad body', `${envelope.name} ${pathText(inner.path)} ${body}`)
      }
      document = body
    }
  }
}

function fault(reason: UndecodableReason, detail: string): Unwrapped {
  return { ok: false, reason, detail }
}

function holds(conditions: readonly (Condition & { read: Accessor })[], document: JsonObject) {
  for (const { read, is, equals } of conditions) {
    const value = read(document)
    if (value === undefined) return false
    if (is === 'object' && !isObject(value)) return false
    if (is === 'body' && typeof value !== 'string' && !isObject(value)) return false
    if (is === 'scalar') {
      const text = scalarText(value)
      if (text === null || (equals !== undefined && text !== equals)) return false
    }
  }
  return true
}

/** A wrapped document, or what is wrong with it, as the end of a sentence. */
function bodyOf(body: JsonValue | undefined): JsonObject | string {
  const reading = typeof body === 'string' ? readJson(body) : undefined
  if (reading && !reading.ok) return reading.detail
  const value = reading ? reading.value : (body ?? null)
  return isObject(value) ? value : notAnObject(value)
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function notAnObject(value: JsonValue): string {
  const name = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`
  return `is ${name}, not an object`
}
