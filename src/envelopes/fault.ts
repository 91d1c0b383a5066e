import type { FieldFault, JsonValue } from '../event/event.js'
import { scalarText } from '../event/json.js'

/** A field's value that cannot be used, with at most 200 characters of it. */
export function fieldFault(
  field: FieldFault['field'],
  reason: FieldFault['reason'],
  value: JsonValue | undefined,
): FieldFault {
  return { field, reason, text: (scalarText(value) ?? '').slice(0, 200) }
}
