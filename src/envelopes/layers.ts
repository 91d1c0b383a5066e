import type { JsonObject, JsonValue, UndecodableReason } from '../event/event.js'
import { scalarText } from '../event/json.js'
import { type Accessor, compilePath, pathText } from '../event/json-path.js'
import { binaryCloudEvent } from './binary-cloudevent.js'
import { MAX_ENTRIES } from './codecs/index.js'
import { type Content, contentsOf, isObject, type Layer, notAnObject } from './content.js'
import type { Condition, Envelope } from './envelope.js'

/** The layers of a record, outermost first, at least one: the wrappings that were found, and each
 * one's own document. Or why it cannot be decoded. */
export type Unwrapped =
  | {
      ok: true
      envelopes: readonly Envelope[]
      documents: readonly JsonObject[]
      /** Of each layer: which entry it is of the wrapper around it, from 0; null: the only one. */
      entries: readonly (number | null)[]
    }
  | { ok: false; reason: UndecodableReason; detail: string }

const MAX_LAYERS = 16
const tooManyText = `has more than ${MAX_ENTRIES.toLocaleString('en')} entries`

interface Wrapping {
  envelope: Envelope
  conditions: (Condition & { read: Accessor })[]
  inner: { path: string; read: Accessor } | undefined
  entries: { path: string; read: Accessor } | undefined
  headers: Accessor | undefined
}

/**
 * Makes the function that takes the wrappings off, as nested as found: one result for every record,
 * several where a wrapper has several entries, none where it has none. `known` is tried in its
 * order and ends with plain JSON, which is always right.
 */
export function createUnwrapper(known: readonly Envelope[]): (value: JsonValue) => Unwrapped[] {
  const wrappings = known.map(compileWrapping)
  return (value) => {
    const found: Unwrapped[] = []
    unwrap(value, { wrappings, found }, [])
    return found
  }
}

interface Walk {
  wrappings: readonly Wrapping[]
  found: Unwrapped[]
}

function compileWrapping(envelope: Envelope): Wrapping {
  const { when, inner, entries, headers } = envelope
  return {
    envelope,
    conditions: when.map((condition) => ({ ...condition, read: compilePath(condition.path) })),
    inner: inner && { path: pathText(inner), read: compilePath(inner) },
    entries: entries && { path: pathText(entries), read: compilePath(entries) },
    headers: headers && compilePath(headers),
  }
}

function unwrap(
  value: JsonValue,
  walk: Walk,
  layers: Layer[],
  entry: number | null = null,
  where = '',
): void {
  const { wrappings, found } = walk
  if (found.length >= MAX_ENTRIES) {
    if (found.length === MAX_ENTRIES) found.push(fault('over the limit', tooManyText))
    return
  }
  if (!isObject(value)) {
    const reason = layers.length === 0 ? 'not an object' : 'bad body'
    found.push(fault(reason, `${where}${notAnObject(value)}`))
    return
  }
  const wrapping = wrappings.find(({ conditions }) => holds(conditions, value))
  if (!wrapping) {
    found.push(fault('bad envelope', 'is of no known shape'))
    return
  }
  const { envelope, inner, entries } = wrapping
  layers.push({ envelope, document: value, entry })
  if (!inner && !entries) found.push(result(layers))
  else if (layers.length >= MAX_LAYERS) {
    found.push(fault('bad envelope', `is wrapped ${MAX_LAYERS} times or more`))
  } else if (entries) unwrapEntries(entries, value, walk, layers)
  else if (inner) unwrapInner(wrapping, inner, value, walk, layers)
}

function unwrapEntries(
  { path, read }: NonNullable<Wrapping['entries']>,
  document: JsonObject,
  walk: Walk,
  layers: Layer[],
): void {
  const list = read(document)
  const name = layers.at(-1)?.envelope.name
  if (!Array.isArray(list)) return
  for (const [n, value] of list.entries()) {
    unwrap(value, walk, [...layers], n, `${name} ${path}[${n}] `)
  }
}

function unwrapInner(
  { envelope, headers }: Wrapping,
  { path, read }: NonNullable<Wrapping['inner']>,
  document: JsonObject,
  walk: Walk,
  layers: Layer[],
): void {
  const body = read(document)
  const encoding = envelope.innerIs ?? 'text'
  const binary = headers && binaryCloudEvent(headers(document), body, encoding)
  if (binary) {
    unwrap(binary, walk, layers)
    return
  }
  const contents = contentsOf(body, encoding)
  const [only] = contents
  if (contents.length === 1 && only) unwrapContent(only, `${envelope.name} ${path} `, walk, layers)
  else
    for (const each of contents) unwrapContent(each, `${envelope.name} ${path} `, walk, [...layers])
}

function unwrapContent(content: Content, where: string, walk: Walk, layers: Layer[]): void {
  const { via, entry } = content
  const inside = `${where}${entriesText(via)}`
  if (!content.ok) {
    const place = entry === null ? inside : `${inside.trimEnd()}[${entry}] `
    walk.found.push(fault('bad body', `${place}${content.detail}`))
    return
  }
  layers.push(...via)
  if (layers.length >= MAX_LAYERS) {
    walk.found.push(fault('bad envelope', `is wrapped ${MAX_LAYERS} times or more`))
  } else unwrap(content.value, walk, layers, entry, inside)
}

/** Which entries of aggregates a content was in. */
function entriesText(via: readonly Layer[]): string {
  return via.map((l) => (l.entry === null ? '' : `${l.envelope.name}[${l.entry}] `)).join('')
}

function result(layers: readonly Layer[]): Unwrapped {
  return {
    ok: true,
    envelopes: layers.map(({ envelope }) => envelope),
    documents: layers.map(({ document }) => document),
    entries: layers.map(({ entry }) => entry),
  }
}

function fault(reason: UndecodableReason, detail: string): Unwrapped {
  return { ok: false, reason, detail }
}

function holds(conditions: Wrapping['conditions'], document: JsonObject): boolean {
  for (const { read, is, equals } of conditions) {
    const value = read(document)
    if (value === undefined) return false
    if (is === 'object' && !isObject(value)) return false
    if (is === 'array' && !Array.isArray(value)) return false
    if (is === 'body' && typeof value !== 'string' && !isObject(value)) return false
    if (is === 'scalar') {
      const text = scalarText(value)
      if (text === null || (equals !== undefined && text !== equals)) return false
    }
  }
  return true
}
