import type { EventRecord, JsonValue } from '../event/event.js'
import { scalarText } from '../event/json.js'
import { type JsonPath, valueAt } from '../event/json-path.js'

const REDACTED = '[redacted]'

/**
 * Takes the values at these paths out of an event: of its document and payload, and of the fields
 * that have the same text, such as a key that was read from there. The event is changed.
 */
export function redact(event: EventRecord, paths: readonly JsonPath[]): void {
  const texts = new Set<string>()
  for (const path of paths) {
    for (const each of [path, ...packed(event, path)]) {
      const value = valueAt(event.document, each)
      if (value === undefined || value === null) continue
      collect(value, texts)
      if (event.payload === value) event.payload = REDACTED
      replace(event, each)
    }
  }
  if (texts.size > 0) redactFields(event, texts)
}

/** The data of a CloudEvent in base64 are hidden as a whole: they hold what the path leads to. */
function packed(event: EventRecord, [first]: JsonPath): JsonPath[] {
  if (first !== 'data' && first !== 'data_base64') return []
  if (!Object.hasOwn(event.document, 'data_base64')) return []
  event.payload = REDACTED
  return [['data_base64']]
}

function replace(event: EventRecord, path: JsonPath): void {
  const last = path.at(-1)
  if (last === undefined) {
    event.document = { redacted: REDACTED }
    event.payload = REDACTED
    return
  }
  const holder = valueAt(event.document, path.slice(0, -1))
  if (typeof holder !== 'object' || holder === null) return
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

const fields = [
  ...(['id', 'key', 'sequence', 'correlationId', 'causationId', 'traceId', 'replyTo'] as const),
  ...(['version', 'replay', 'transportId'] as const),
]

function redactFields(event: EventRecord, texts: ReadonlySet<string>): void {
  const isHidden = (text: string | null) => text !== null && texts.has(text)
  for (const field of fields) if (isHidden(event[field])) event[field] = REDACTED
  if (isHidden(event.source)) event.source = REDACTED
  if (isHidden(event.type)) event.type = REDACTED
  event.entities = event.entities.map((entity) => {
    const id = entity.slice(entity.indexOf(':') + 1)
    return isHidden(id) ? `${entity.slice(0, -id.length)}${REDACTED}` : entity
  })
}
