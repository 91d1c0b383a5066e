import {
  type JsonObject,
  type JsonValue,
  MAX_RECORD_BYTES,
  type UndecodableReason,
} from '../event/event.js'
import { scalarText } from '../event/json.js'
import { type Accessor, compilePath, pathText } from '../event/json-path.js'
import { binaryCloudEvent, dataOf } from './binary-cloudevent.js'
import { claimCheck, claimText } from './claim-check.js'
import { type Content, contentsOf, isObject, type Layer, notAnObject } from './content.js'
import type { Condition, Envelope } from './envelope.js'
import type { Claim, Found, Outside } from './outside.js'

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

interface Wrapping {
  envelope: Envelope
  conditions: (Condition & { read: Accessor })[]
  inner: { path: string; read: Accessor } | undefined
  entries: { path: string; read: Accessor } | undefined
  headers: Accessor | undefined
}

/**
 * Makes the function that takes the wrappings off, as nested as found: one result for every record,
 * several where a wrapper has several entries, none where it has none. `known` is tried in order
 * and ends with plain JSON, which is always right. The function throws `Missing` where something of
 * `outside` has to be fetched first.
 */
export function createUnwrapper(
  known: readonly Envelope[],
  outside: Outside = {},
): (value: JsonValue) => Unwrapped[] {
  const wrappings = known.map(compileWrapping)
  return (value) => {
    const found: Unwrapped[] = []
    unwrap(value, { wrappings, outside, found, leftBytes: MAX_RECORD_BYTES }, [])
    return found
  }
}

interface Walk {
  wrappings: readonly Wrapping[]
  outside: Outside
  found: Unwrapped[]
  /** How much more may be fetched for one record. */
  leftBytes: number
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
  if (!isObject(value)) {
    const reason = layers.length === 0 ? 'not an object' : 'bad body'
    found.push(fault(reason, `${where}${notAnObject(value)}`))
    return
  }
  const wrapping = wrappings.find(
    ({ conditions, envelope: { fits } }) => holds(conditions, value) && (fits?.(value) ?? true),
  )
  if (!wrapping) {
    found.push(fault('bad envelope', 'is of no known shape'))
    return
  }
  const { envelope, inner, entries } = wrapping
  const layer = { envelope, document: value, entry }
  const claim = envelope.claim?.of(value)
  if (claim) {
    unwrapClaim(claim, layer, walk, layers)
    return
  }
  layers.push(layer)
  if (!inner && !entries) found.push(result(layers))
  else if (layers.length >= MAX_LAYERS) {
    found.push(tooDeep(where))
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
  unwrapContents(body, encoding, `${envelope.name} ${path} `, walk, layers)
}

function unwrapContents(
  body: JsonValue | Buffer | undefined,
  encoding: 'text' | 'base64',
  where: string,
  walk: Walk,
  layers: Layer[],
): void {
  const contents = contentsOf(body, encoding, walk.outside)
  const [only] = contents
  if (contents.length === 1 && only) unwrapContent(only, where, walk, layers)
  else for (const each of contents) unwrapContent(each, where, walk, [...layers])
}

/** Unfollowed, the pointer is the document. */
function unwrapClaim(claim: Claim, layer: Layer, walk: Walk, layers: Layer[]): void {
  const into = layer.envelope.claim?.into
  if (into === undefined) layers.push(layer)
  else {
    layers.push({ envelope: claimCheck, document: {}, entry: layer.entry })
    layers.push({ ...layer, entry: null })
  }
  const content = contentOf(claim, walk)
  const where = `claim-check ${claimText(claim)} `
  if (!content) walk.found.push(result(layers))
  else if (!content.ok) walk.found.push(fault('bad body', `${where}${content.detail}`))
  else if (into !== undefined) {
    const data = dataOf(content.value.toString('base64'), 'base64')
    const document = { ...layer.document, ...data }
    walk.found.push(result([...layers.slice(0, -1), { ...layer, document, entry: null }]))
  } else if (layers.length >= MAX_LAYERS) walk.found.push(tooDeep(where))
  else unwrapContents(content.value, 'text', where, walk, layers)
}

function contentOf(claim: Claim, walk: Walk): Found<Buffer> | undefined {
  const { claims } = walk.outside
  if (!claims) return undefined
  // What does not fit is not asked for: one record's claims are held at the same time.
  const content = walk.leftBytes > 0 ? claims.content(claim) : undefined
  walk.leftBytes -= content?.ok ? content.value.length : 0
  if (content && walk.leftBytes >= 0) return content
  walk.leftBytes = 0
  const most = MAX_RECORD_BYTES.toLocaleString('en')
  return { ok: false, detail: `is beyond the limit of ${most} bytes for one record` }
}

function unwrapContent(content: Content, where: string, walk: Walk, layers: Layer[]): void {
  const { via, entry } = content
  if (!content.ok) {
    const place = entry === null ? where : `${where.trimEnd()}[${entry}] `
    walk.found.push(fault('bad body', `${place}${content.detail}`))
    return
  }
  layers.push(...via)
  if (layers.length >= MAX_LAYERS) walk.found.push(tooDeep(where))
  else unwrap(content.value, walk, layers, entry, where)
}

function result(layers: readonly Layer[]): Unwrapped {
  return {
    ok: true,
    envelopes: layers.map(({ envelope }) => envelope),
    documents: layers.map(({ document }) => document),
    entries: layers.map(({ entry }) => entry),
  }
}

function tooDeep(where: string): Unwrapped {
  return fault('bad envelope', `${where}is wrapped ${MAX_LAYERS} times or more`)
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
