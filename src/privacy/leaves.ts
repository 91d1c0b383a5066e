import type { JsonValue } from '../event/event.js'
import { type JsonPath, pathText } from '../event/json-path.js'

/** A text, number, boolean or null of a document. */
export interface Leaf {
  /** With [*] for every index. */
  path: string
  /** The key that it has; that of the list it is in. */
  name: string
  value: string | number | boolean | null
}

/** The leaves of a document, in its order. */
export function* leavesOf(document: JsonValue): Generator<Leaf> {
  const left: { value: JsonValue; path: JsonPath }[] = [{ value: document, path: [] }]
  for (let open = left.pop(); open !== undefined; open = left.pop()) {
    const { value, path } = open
    if (typeof value !== 'object' || value === null) {
      yield { path: generalPath(path), name: nameIn(path), value }
    } else {
      const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
      left.push(
        ...entries.reverse().map(([key, entry]) => ({ value: entry, path: [...path, key] })),
      )
    }
  }
}

/** A path with [*] for every index. */
export function generalPath(path: JsonPath): string {
  return path
    .map((step) => (typeof step === 'number' ? '[*]' : pathText([step]).slice(1)))
    .reduce((all, step) => all + step, '$')
}

function nameIn(path: JsonPath): string {
  return path.findLast((step) => typeof step === 'string') ?? ''
}
