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

/** The leaves of a document, in its order. @param isData tells keys that are data, such as ids */
export function* leavesOf(
  document: JsonValue,
  isData: (key: string) => boolean = () => false,
): Generator<Leaf> {
  const left: { value: JsonValue; path: JsonPath }[] = [{ value: document, path: [] }]
  for (let open = left.pop(); open !== undefined; open = left.pop()) {
    const { value, path } = open
    if (typeof value !== 'object' || value === null) {
      yield { path: generalPath(path, isData), name: nameIn(path, isData), value }
    } else {
      const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
      left.push(
        ...entries.reverse().map(([key, entry]) => ({ value: entry, path: [...path, key] })),
      )
    }
  }
}

/** A path with [*] for every index, and for every key that is data. */
export function generalPath(path: JsonPath, isData: (key: string) => boolean = () => false) {
  return path
    .map((step) => {
      return typeof step === 'number' || isData(step) ? '[*]' : pathText([step]).slice(1)
    })
    .reduce((all, step) => all + step, '$')
}

function nameIn(path: JsonPath, isData: (key: string) => boolean): string {
  return String(path.findLast((step) => typeof step === 'string' && !isData(step)) ?? '')
}
