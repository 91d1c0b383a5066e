import type { JsonObject, JsonValue } from '../event/event.js'
import { scalarText } from '../event/json.js'
import { type Accessor, compilePath, type JsonPath, pathText } from '../event/json-path.js'
import { isObject } from './content.js'
import type { Condition, Envelope } from './envelope.js'

/** A condition whose paths are compiled. */
interface Compiled extends Omit<Condition, 'holding'> {
  read: Accessor
  holding: Compiled[] | undefined
}

/** A wrapping whose paths are compiled. */
export interface Wrapping {
  envelope: Envelope
  conditions: Compiled[]
  inner: { path: string; read: Accessor } | undefined
  entries: { path: JsonPath; read: Accessor; own: readonly Wrapping[] } | undefined
  headers: ((document: JsonObject) => JsonValue | undefined) | undefined
}

function compiled(condition: Condition): Compiled {
  const { path, holding } = condition
  return { ...condition, read: compilePath(path), holding: holding?.map(compiled) }
}

export function compileWrapping(envelope: Envelope): Wrapping {
  const { when, inner, entries, entryIs = [], headers } = envelope
  return {
    envelope,
    conditions: when.map(compiled),
    inner: inner && { path: pathText(inner), read: compilePath(inner) },
    entries: entries && {
      path: entries,
      read: compilePath(entries),
      own: entryIs.map(compileWrapping),
    },
    headers: typeof headers === 'function' ? headers : headers && compilePath(headers),
  }
}

/** Whether a document is this wrapping, if no other comes before. */
export function fits(
  { envelope: { mostKeys }, conditions }: Wrapping,
  document: JsonObject,
): boolean {
  return holds(conditions, document) && !(mostKeys && Object.keys(document).length > mostKeys)
}

function holds(conditions: readonly Compiled[], document: JsonObject): boolean {
  for (const { read, is, equals, matches, holding, isEmpty } of conditions) {
    const value = read(document)
    if (value === undefined) return false
    if (is === 'object' && !isObject(value)) return false
    if (is === 'array' && !(Array.isArray(value) && hasEntry(value, holding))) return false
    if (isEmpty && Array.isArray(value) && value.length > 0) return false
    if (is === 'value' && value === null) return false
    if (is === 'body' && typeof value !== 'string' && !isObject(value)) return false
    if (is === 'scalar') {
      const text = scalarText(value)
      if (text === null || (equals !== undefined && text !== equals)) return false
      if (matches && !matches.test(text)) return false
    }
  }
  return true
}

/** Whether one entry at least is so. */
function hasEntry(
  list: readonly JsonValue[],
  conditions: readonly Compiled[] | undefined,
): boolean {
  if (!conditions) return true
  return list.some((entry) => isObject(entry) && holds(conditions, entry))
}
