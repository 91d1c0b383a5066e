import type { JsonObject, JsonValue, UndecodableReason } from '../event/event.js'
import { scalarText } from '../event/json.js'
import { type Accessor, compilePath, type JsonPath, pathText } from '../event/json-path.js'
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
  entries: { path: JsonPath; read: Accessor; own: readonly Wrapping[] } | undefined
  headers: ((document: JsonObject) => JsonValue | undefined) | undefined
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
    unwrap(value, { wrappings, found }, [], alone)
    return found
  }
}

interface Walk {
  wrappings: readonly Wrapping[]
  found: Unwrapped[]
}

/** Where a value was found. */
interface Place {
  /** Which entry of the wrapper around it, from 0; null: the only one. */
  entry: number | null
  /** For the report: `sqs $.Body `. */
  where: string
  /** What it may be here alone. */
  own: readonly Wrapping[]
}

const alone: Place = { entry: null, where: '', own: [] }

function compileWrapping(envelope: Envelope): Wrapping {
  const { when, inner, entries, entryIs = [], headers } = envelope
  return {
    envelope,
    conditions: when.map((condition) => ({ ...condition, read: compilePath(condition.path) })),
    inner: inner && { path: pathText(inner), read: compilePath(inner) },
    entries: entries && {
      path: entries,
      read: compilePath(entries),
      own: entryIs.map(compileWrapping),
    },
    headers: typeof headers === 'function' ? headers : headers && compilePath(headers),
  }
}

function unwrap(value: JsonValue, walk: Walk, layers: Layer[], place: Place): void {
  const { wrappings, found } = walk
  const { entry, where } = place
  if (found.length >= MAX_ENTRIES) {
    if (found.length === MAX_ENTRIES) found.push(fault('over the limit', tooManyText))
    return
  }
  if (!isObject(value)) {
    const reason = layers.length === 0 ? 'not an object' : 'bad body'
    found.push(fault(reason, `${where}${notAnObject(value)}`))
    return
  }
  const isIt = ({ envelope: { isAlone }, conditions }: Wrapping) =>
    holds(conditions, value) && !(isAlone && Object.keys(value).length > 1)
  const wrapping = place.own.find(isIt) ?? wrappings.find(isIt)
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
  else if (inner) {
    const isOwn = place.own.includes(wrapping)
    const at = isOwn
      ? `${where.trimEnd()}${inner.path.slice(1)} `
      : `${envelope.name} ${inner.path} `
    unwrapInner(wrapping, value, at, walk, layers)
  }
}

function unwrapEntries(
  { path, read, own }: NonNullable<Wrapping['entries']>,
  document: JsonObject,
  walk: Walk,
  layers: Layer[],
): void {
  const name = layers.at(-1)?.envelope.name
  let entry = 0
  for (const { list, where } of listsAt(path, read(document))) {
    for (const [n, value] of list.entries()) {
      const place = { entry: entry++, where: `${name} ${where}[${n}] `, own }
      unwrap(value, walk, [...layers], place)
    }
  }
}

/** The array that is at a path, or those in the object. */
function listsAt(
  path: JsonPath,
  value: JsonValue | undefined,
): { list: JsonValue[]; where: string }[] {
  if (Array.isArray(value)) return [{ list: value, where: pathText(path) }]
  if (value === undefined || !isObject(value)) return []
  return Object.entries(value).map(([key, list]) => ({
    // What is no array is told to be no record.
    list: Array.isArray(list) ? list : [list],
    where: pathText([...path, key]),
  }))
}

function unwrapInner(
  { envelope, inner, headers }: Wrapping,
  document: JsonObject,
  where: string,
  walk: Walk,
  layers: Layer[],
): void {
  const body = inner?.read(document)
  const encoding = envelope.innerIs ?? 'text'
  const binary = headers && binaryCloudEvent(headers(document), body, encoding)
  if (binary) {
    unwrap(binary, walk, layers, alone)
    return
  }
  const contents = contentsOf(body, encoding)
  if (envelope.mayHoldOther?.(document) && contents.every(({ ok }) => !ok)) {
    walk.found.push(result(layers))
    return
  }
  const [only] = contents
  if (contents.length === 1 && only) unwrapContent(only, where, walk, layers)
  else for (const each of contents) unwrapContent(each, where, walk, [...layers])
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
  } else unwrap(content.value, walk, layers, { entry, where: inside, own: [] })
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
