import type { JsonObject, JsonValue } from '../event/event.js'
import { jsonText, parseJson, scalarText } from '../event/json.js'
import { type JsonPath, pathText, valueAt } from '../event/json-path.js'
import type { FoundEvent } from './found-event.js'
import { generalPath } from './leaves.js'
import { nestedText, plainOf } from './nested-text.js'
import { isDataKey } from './personal-values.js'
import { identifiersOf, idOf, isTelling, kindOf, type Subject, withoutText } from './subject.js'

export interface MaskSettings {
  subject: Subject
  /** Kinds of entities that are nobody, such as orders. */
  keptKinds: readonly string[]
  /** `privacy.redact` of evt.yaml. */
  personal: readonly JsonPath[]
  /** Where the mapping has the entities of a type. */
  entityPaths(type: string): readonly { kind: string; path: JsonPath }[]
}

const MASKED = '[of others]'

/**
 * Hides who else an event is about: what the mapping names at its paths, where it is telling also
 * wherever else it stands, and the configured personal fields of events that are of others too. The
 * subject's own identifiers stay. The event is changed.
 *
 * @returns the places that were masked; [*] for every index
 */
export function maskOthers(event: FoundEvent, settings: MaskSettings): string[] {
  const { subject, keptKinds, personal } = settings
  const own = new Set(identifiersOf(subject))
  const others = event.entities.filter(
    (entity) => !keptKinds.includes(kindOf(entity)) && !own.has(idOf(entity)),
  )
  if (others.length === 0) return []
  const masked = new Set<string>()
  const paths = settings
    .entityPaths(event.type)
    .filter(({ kind }) => !keptKinds.includes(kind))
    .map(({ path }) => path)
  for (const path of [...paths, ...personal]) {
    const value = valueAt(event.document, path)
    if (value === undefined || value === null || own.has(scalarText(value) ?? '')) continue
    if (setAt(event, path)) masked.add(pathText(path))
  }
  const ids = others.map(idOf)
  const without = masking(ids.filter(isTelling))
  event.document = withoutTexts(event.document, without, masked, '$')
  event.payload = withoutTexts(event.payload, without, masked, '$payload')
  event.entities = event.entities.map((entity) =>
    others.includes(entity) ? `${kindOf(entity)}:${MASKED}` : entity,
  )
  for (const field of fields) {
    const value = event[field]
    if (value === null) continue
    const shown = ids.includes(value) ? MASKED : without(value)
    if (shown !== value) masked.add(field)
    event[field] = shown
  }
  return [...masked].filter((place) => !place.startsWith('$payload'))
}

const fields = [
  ...(['id', 'key', 'sequence', 'correlationId', 'causationId', 'traceId'] as const),
  ...(['replyTo', 'version', 'replay'] as const),
]

/** Takes texts out of others, in any case; the longest first, of which another may be a part. */
function masking(texts: readonly string[]): (text: string) => string {
  const longest = [...texts].sort((a, b) => b.length - a.length)
  return (text) => longest.reduce((left, one) => withoutText(left, one, MASKED), text)
}

/** The payload is a part of the document, or was unpacked from it. */
function setAt(event: FoundEvent, path: JsonPath): boolean {
  const value = valueAt(event.document, path)
  const isSet = put(event.document, path)
  for (let from = 1; from <= path.length; from++) {
    const inner = path.slice(from)
    if (isSame(valueAt(event.payload, inner), value)) put(event.payload, inner)
  }
  if (valueAt(event.payload, path) !== undefined) put(event.payload, path)
  return isSet
}

/** They were read one by one: lists and objects are never one and the same. */
function isSame(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  return one !== undefined && other !== undefined && jsonText(one) === jsonText(other)
}

function put(document: JsonValue, path: JsonPath): boolean {
  const last = path.at(-1)
  const holder = valueAt(document, path.slice(0, -1))
  if (last === undefined || typeof holder !== 'object' || holder === null) return false
  // Assigned, a key such as __proto__ would be none.
  const value = { value: MASKED, enumerable: true, writable: true, configurable: true }
  Object.defineProperty(holder, last, value)
  return true
}

/** A text that is JSON inside of another may be so again, but not endlessly. */
const MOST_NESTED = 16

/** The same of a text that may be JSON or base64, in which they may be written in other letters. */
function withoutNested(text: string, without: (text: string) => string, depth: number): string {
  const nested = depth < MOST_NESTED ? nestedText(text) : undefined
  if (!nested) {
    const packed = plainOf(text)
    return without(packed) === packed ? without(text) : MASKED
  }
  const inside = parseJson(nested.text)
  const before = jsonText(inside)
  const shown = jsonText(withoutTexts(inside, without, new Set(), '$', depth + 1))
  return shown === before ? text : nested.wrap(shown)
}

/** A value without these texts, whether they stand alone, in longer ones, or as keys. */
function withoutTexts(
  root: JsonValue,
  without: (text: string) => string,
  masked: Set<string>,
  path: string,
  depth = 0,
): JsonValue {
  const holder: JsonObject = { root }
  const left: { of: JsonObject | JsonValue[]; path: string }[] = [{ of: holder, path: '' }]
  for (let open = left.pop(); open !== undefined; open = left.pop()) {
    for (const [key, value] of Object.entries(open.of)) {
      const isIndex = Array.isArray(open.of)
      const at =
        open.of === holder
          ? path
          : `${open.path}${isIndex ? '[*]' : generalPath([key], isDataKey).slice(1)}`
      const shownKey = isIndex || open.of === holder ? key : without(key)
      if (shownKey !== key) masked.add(`${open.path} key`)
      const shown = typeof value === 'string' ? withoutNested(value, without, depth) : value
      if (shown !== value) masked.add(without(at))
      if (shownKey !== key) Reflect.deleteProperty(open.of, key)
      const property = { value: shown, enumerable: true, writable: true, configurable: true }
      Object.defineProperty(open.of, shownKey, property)
      if (typeof shown === 'object' && shown !== null) left.push({ of: shown, path: without(at) })
    }
  }
  return holder['root'] ?? null
}
