import type { EventRecord, JsonValue } from './event.js'
import { jsonText, scalarText } from './json.js'
import { type JsonPath, valueAt } from './json-path.js'

/** What stands in place of what is hidden. */
export const REDACTED = '[redacted]'

const fields = [
  ...(['id', 'key', 'sequence', 'correlationId', 'causationId', 'traceId', 'replyTo'] as const),
  ...(['version', 'replay', 'transportId'] as const),
]

/** An event, or what was read of one. */
type Redactable = Pick<EventRecord, 'document' | 'payload' | 'entities' | 'source' | 'type'> &
  Partial<Pick<EventRecord, (typeof fields)[number]>>

/**
 * Takes the values at these paths out of an event: of its document and payload, and of the fields
 * that have the same text, such as a key that was read from there. The event is changed.
 *
 * @returns the texts that were taken out
 */
export function redact(event: Redactable, paths: readonly JsonPath[]): ReadonlySet<string> {
  const texts = new Set<string>()
  for (const path of paths) {
    for (const each of [path, ...packed(event, path)]) {
      const value = valueAt(event.document, each)
      if (value === undefined || value === null) continue
      collect(value, texts)
      redactPayload(event, each, value)
      replace(event, each)
    }
  }
  if (texts.size > 0) redactFields(event, texts)
  return texts
}

/** Shorter ones would be found by chance. */
const LEAST_TEXT = 3

/** A text in which none of these stands any more. */
export function withoutTexts(text: string, texts: ReadonlySet<string>): string {
  // A longer one may have a shorter one in it.
  const found = [...texts].filter((one) => one.length >= LEAST_TEXT && text.includes(one))
  return found
    .sort((a, b) => b.length - a.length)
    .reduce((left, one) => left.replaceAll(one, REDACTED), text)
}

/** The payload is a part of the document; it may be one that was read for itself. */
function redactPayload(event: Redactable, path: JsonPath, value: JsonValue): void {
  if (isSame(event.payload, value)) {
    event.payload = REDACTED
    return
  }
  for (let from = 0; from < path.length; from++) {
    const inner = path.slice(from)
    if (isSame(valueAt(event.payload, inner), value)) put(event.payload, inner)
  }
}

function isSame(one: JsonValue | undefined, other: JsonValue): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object') return false
  return one !== null && other !== null && jsonText(one) === jsonText(other)
}

/** The data of a CloudEvent in base64 are hidden as a whole: they hold what the path leads to. */
function packed(event: Redactable, [first]: JsonPath): JsonPath[] {
  if (first !== 'data' && first !== 'data_base64') return []
  if (!Object.hasOwn(Object(event.document), 'data_base64')) return []
  event.payload = REDACTED
  return [['data_base64']]
}

function replace(event: Redactable, path: JsonPath): void {
  if (path.length === 0) {
    event.document = { redacted: REDACTED }
    event.payload = REDACTED
  } else put(event.document, path)
}

function put(root: JsonValue, path: JsonPath): void {
  const last = path.at(-1)
  const holder = valueAt(root, path.slice(0, -1))
  if (last === undefined || typeof holder !== 'object' || holder === null) return
  // Assigned, a key such as __proto__ would be none.
  const value = { value: REDACTED, enumerable: true, writable: true, configurable: true }
  Object.defineProperty(holder, last, value)
}

function collect(value: JsonValue, texts: Set<string>): void {
  const left: JsonValue[] = [value]
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    const text = scalarText(one)
    if (text !== null && text !== '') texts.add(text)
    else if (typeof one === 'object' && one !== null) {
      for (const inner of Object.values(one)) left.push(inner)
    }
  }
}

function redactFields(event: Redactable, texts: ReadonlySet<string>): void {
  const isHidden = (text: string | null | undefined) => texts.has(text ?? '')
  for (const field of fields) if (isHidden(event[field])) event[field] = REDACTED
  if (isHidden(event.source)) event.source = REDACTED
  if (isHidden(event.type)) event.type = REDACTED
  event.entities = event.entities.map((entity) => {
    const id = entity.slice(entity.indexOf(':') + 1)
    return isHidden(id) ? `${entity.slice(0, -id.length)}${REDACTED}` : entity
  })
}
