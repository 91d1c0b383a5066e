import { isDataKey } from './personal-values.js'
import { idOf } from './subject.js'

/** Keys come from outside: they must not fill the memory. */
const MOST_KNOWN = 10_000
/** The same keys are in every event, and looking at one takes a dozen expressions. */
const known = new Map<string, boolean>()

/** Which keys of an event are data and no names of fields: by how they look, and ids of entities
 * that it is about. */
export function dataKeys(entities: readonly string[]): (key: string) => boolean {
  const ids = new Set([...entities, ...entities.map(idOf)])
  return (key) => ids.has(key) || looksLikeData(key)
}

function looksLikeData(key: string): boolean {
  const told = known.get(key) ?? isDataKey(key)
  if (known.size < MOST_KNOWN) known.set(key, told)
  return told
}
