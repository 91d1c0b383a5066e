import {
  type JsonObject,
  type JsonValue,
  MAX_RECORD_BYTES,
  type UndecodableReason,
} from '../event/event.js'
import { type JsonPath, pathText } from '../event/json-path.js'
import { binaryCloudEvent, type Data, dataOf } from './binary-cloudevent.js'
import { type SeveralFit, severalFit } from './choices.js'
import { claimText } from './claim-check.js'
import { MAX_ENTRIES } from './codecs/index.js'
import { type Content, contentsOf, isObject, type Layer, notAnObject } from './content.js'
import type { Envelope } from './envelope.js'
import { claimLayer, contentOf } from './follow.js'
import type { Claim, Outside } from './outside.js'
import { compileWrapping, fits, type Wrapping } from './wrapping.js'

/** The layers of a record, outermost first, at least one: the wrappings that were found, and each
 * one's own document. Or why it cannot be decoded; of a wrapper with several, which entry. */
export type Unwrapped =
  | {
      ok: true
      envelopes: readonly Envelope[]
      documents: readonly JsonObject[]
      /** Of each layer: which entry it is of the wrapper around it, from 0; null: the only one. */
      entries: readonly (number | null)[]
    }
  | { ok: false; reason: UndecodableReason; detail: string; entry?: JsonValue }

const MAX_LAYERS = 16
const tooManyText = () => `has more than ${MAX_ENTRIES.toLocaleString('en')} entries`

/**
 * Makes the function that takes the wrappings off, as nested as found: one result for every record,
 * several where a wrapper has several entries, none where it has none. `known` is tried in its
 * order and ends with plain JSON, which is always right. The function throws `Missing` where
 * something of `outside` has to be fetched first.
 *
 * @param onSeveral called for each document that several wrappings fit
 */
export function createUnwrapper(
  known: readonly Envelope[],
  outside: Outside = {},
  onSeveral?: (several: SeveralFit) => void,
): (value: JsonValue) => Unwrapped[] {
  const wrappings = known.map(compileWrapping)
  return (value) => {
    const found: Unwrapped[] = []
    const walk = { wrappings, outside, found, leftBytes: MAX_RECORD_BYTES, onSeveral }
    unwrap(value, walk, [], alone)
    return found
  }
}

interface Walk {
  wrappings: readonly Wrapping[]
  outside: Outside
  found: Unwrapped[]
  /** How much more may be fetched for one record. */
  leftBytes: number
  onSeveral: ((several: SeveralFit) => void) | undefined
}

/** Where a value was found. */
interface Place {
  /** Which entry of the wrapper around it, from 0; null: the only one. */
  entry: number | null
  /** For the report: `sqs $.Body `. */
  where: string
  /** What it may be here alone. */
  own: readonly Wrapping[]
  /** How many of those known it was found not to be. */
  passed?: number
}

const alone: Place = { entry: null, where: '', own: [] }

function unwrap(value: JsonValue, walk: Walk, layers: Layer[], place: Place): void {
  const { wrappings, found } = walk
  const { entry, where, passed = 0 } = place
  if (found.length >= MAX_ENTRIES) {
    if (found.length === MAX_ENTRIES) found.push(fault('over the limit', tooManyText()))
    return
  }
  if (!isObject(value)) {
    const reason = layers.length === 0 ? 'not an object' : 'bad body'
    found.push(fault(reason, `${where}${notAnObject(value)}`))
    return
  }
  const isIt = (each: Wrapping) => fits(each, value)
  const rest = passed === 0 ? wrappings : wrappings.slice(passed)
  const wrapping = place.own.find(isIt) ?? rest.find(isIt)
  if (!wrapping) {
    found.push(fault('bad envelope', 'is of no known shape'))
    return
  }
  if (walk.onSeveral) {
    const other = severalFit(value, wrapping, { wrappings, layers, own: place.own })
    if (other) walk.onSeveral(other)
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
  else if (inner) {
    const isOwn = place.own.includes(wrapping)
    const at = isOwn
      ? `${where.trimEnd()}${inner.path.slice(1)} `
      : `${envelope.name} ${inner.path} `
    if (unwrapInner(wrapping, value, at, walk, layers)) return
    layers.pop()
    unwrap(value, walk, layers, { ...place, own: [], passed: wrappings.indexOf(wrapping) + 1 })
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
      const first = walk.found.length
      unwrap(value, walk, [...layers], place)
      sayEntry(walk.found, first, value)
    }
  }
}

/** Tells the faults of an entry which one it is, unless they are of one further inside. */
function sayEntry(found: readonly Unwrapped[], first: number, entry: JsonValue): void {
  for (const unwrapped of found.slice(first)) if (!unwrapped.ok) unwrapped.entry ??= entry
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

/** False for a document that is none of this wrapping, as what should be its body shows. */
function unwrapInner(
  { envelope, inner, headers }: Wrapping,
  document: JsonObject,
  where: string,
  walk: Walk,
  layers: Layer[],
): boolean {
  const body = inner?.read(document)
  const encoding = envelope.innerIs ?? 'text'
  const event = headers && binaryCloudEvent(headers(document))
  if (event) {
    unwrapBinary(event, dataOf(body, encoding, walk), where, walk, layers)
    return true
  }
  const contents = contentsOf(body, encoding, walk)
  if (envelope.isSurely?.(document) === false && isProse(body, contents)) return false
  if (envelope.mayHoldOther?.(document) && contents.every(({ ok }) => !ok)) {
    walk.found.push(result(layers))
  } else unwrapContents(contents, where, walk, layers)
  return true
}

/** Whether a body is neither JSON, broken or not, nor anything that is packed. */
function isProse(body: JsonValue | undefined, contents: readonly Content[]): boolean {
  if (typeof body !== 'string' || /^\s*[{[]/.test(body)) return false
  return contents.every(({ ok, via }) => !ok && via.length === 0)
}

function unwrapContents(
  contents: readonly Content[],
  where: string,
  walk: Walk,
  layers: Layer[],
): void {
  const [only] = contents
  if (contents.length === 1 && only) unwrapContent(only, where, walk, layers)
  else {
    for (const each of contents) {
      const first = walk.found.length
      unwrapContent(each, where, walk, [...layers])
      if (each.ok) sayEntry(walk.found, first, each.value)
    }
  }
}

/** A CloudEvent in binary mode. What its data is wrapped in is around the event; an unfollowed
 * pointer is the data. */
function unwrapBinary(
  event: JsonObject,
  { via, members }: Data,
  where: string,
  walk: Walk,
  layers: Layer[],
): void {
  layers.push(...via)
  const claim = pointerIn(members['data'], walk)
  const content = claim && contentOf(claim, walk, layers)
  if (claim) layers.push(claimLayer(claim, { document: {}, entry: null }))
  if (layers.length >= MAX_LAYERS) walk.found.push(tooDeep(where))
  else if (!claim || !content) unwrap({ ...event, ...members }, walk, layers, alone)
  else {
    const inside = `claim-check ${claimText(claim)} `
    if (!content.ok) walk.found.push(fault('bad body', `${inside}${content.detail}`))
    else unwrapBinary(event, dataOf(content.value, 'text', walk), inside, walk, layers)
  }
}

/** What a value points to that is nothing but a pointer. */
function pointerIn(value: JsonValue | undefined, { wrappings }: Walk): Claim | undefined {
  if (value === undefined || !isObject(value)) return undefined
  const pointer = wrappings.find((each) => fits(each, value))?.envelope.claim
  return pointer?.into === undefined ? pointer?.of(value) : undefined
}

/** Unfollowed, the pointer is the document. */
function unwrapClaim(claim: Claim, layer: Layer, walk: Walk, layers: Layer[]): void {
  const into = layer.envelope.claim?.into
  const content = contentOf(claim, walk, layers)
  if (into === undefined) layers.push({ ...layer, claim: claimText(claim) })
  else {
    layers.push(claimLayer(claim, { document: {}, entry: layer.entry }))
    layers.push({ ...layer, entry: null })
  }
  const where = `claim-check ${claimText(claim)} `
  if (!content) walk.found.push(result(layers))
  else if (!content.ok) walk.found.push(fault('bad body', `${where}${content.detail}`))
  else if (into !== undefined) {
    const { via, members } = dataOf(content.value, 'text', walk)
    const document = { ...layer.document, ...members }
    const around = [...layers.slice(0, -1), ...via]
    if (around.length >= MAX_LAYERS) walk.found.push(tooDeep(where))
    else walk.found.push(result([...around, { ...layer, document, entry: null }]))
  } else if (layers.length >= MAX_LAYERS) walk.found.push(tooDeep(where))
  else unwrapContents(contentsOf(content.value, 'text', walk), where, walk, layers)
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
  if (layers.length >= MAX_LAYERS) walk.found.push(tooDeep(where))
  else unwrap(content.value, walk, layers, { entry, where: inside, own: [] })
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

function tooDeep(where: string): Unwrapped {
  return fault('bad envelope', `${where}is wrapped ${MAX_LAYERS} times or more`)
}

function fault(reason: UndecodableReason, detail: string): Unwrapped {
  return { ok: false, reason, detail }
}
