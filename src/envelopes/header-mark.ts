import type { JsonObject, JsonValue } from '../event/event.js'
import { compilePath, type JsonPath } from '../event/json-path.js'
import { headerText } from './binary-cloudevent.js'
import { isObject } from './content.js'
import type { Derived } from './envelope.js'

/** The message attribute or header in which `evt replay` says that this is a replay, and which. */
export const REPLAY_HEADER = 'replay-name'

/** Reads it of a layer whose attributes or headers are there. */
export function headerMark(headers: JsonPath | Derived): Derived {
  const read = typeof headers === 'function' ? headers : compilePath(headers)
  return (document) => markIn(read(document))
}

function markIn(headers: JsonValue | undefined): string | undefined {
  if (headers === undefined || !isObject(headers)) return undefined
  const [, value] = entryOf(headers) ?? []
  return value === undefined ? undefined : headerText(value)
}

/** Names of headers have no case. */
function entryOf(headers: JsonObject): [string, JsonValue] | undefined {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === REPLAY_HEADER)
}
