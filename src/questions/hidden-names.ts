import { REDACTED } from '../event/redact.js'
import type { MappedField } from '../event/rule.js'
import { type Hidden, isEntityReadFrom, isReadFrom } from './hidden-sql.js'

/** Names of events as they may be told, without their documents: what was read from a hidden place
 * is none of them. */
export interface HiddenNames {
  /** The text of a field of an event. */
  field<T extends string | null>(name: MappedField, text: T): T | typeof REDACTED
  /** `kind:id` */
  entity(text: string): string
}

/** Undefined where nothing is hidden. */
export function hiddenNames(hidden: Hidden): HiddenNames | undefined {
  if (hidden.paths.length === 0) return undefined
  const fields = new Map<MappedField, boolean>()
  const kinds = new Map<string, boolean>()
  return {
    field(name, text) {
      const isHidden = fields.get(name) ?? isReadFrom(name, hidden)
      fields.set(name, isHidden)
      return isHidden && text !== null && text !== '' ? REDACTED : text
    },
    entity(text) {
      const kind = text.slice(0, text.indexOf(':'))
      const isHidden = kinds.get(kind) ?? isEntityReadFrom(kind, hidden)
      kinds.set(kind, isHidden)
      return isHidden ? `${kind}:${REDACTED}` : text
    },
  }
}
