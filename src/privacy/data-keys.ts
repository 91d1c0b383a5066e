import { isDataKey } from './personal-values.js'
import { idOf } from './subject.js'

/** Which keys of an event are data and no names of fields: by how they look, and ids of entities
 * that it is about. */
export function dataKeys(entities: readonly string[]): (key: string) => boolean {
  const ids = new Set([...entities, ...entities.map(idOf)])
  return (key) => ids.has(key) || isDataKey(key)
}
