import type { JsonValue } from '../event/event.js'
import type { StateRule } from '../event/rule.js'
import { mergePatch } from './merge-patch.js'
import type { AuditEvent } from './result.js'

/**
 * The state that events lead to, one after the other, from null on. A patch without a payload
 * changes nothing: that nothing was sent is no order to delete.
 */
export function stateAfter(
  events: readonly Pick<AuditEvent, 'type' | 'payload'>[],
  ruleFor: (type: string) => StateRule,
): JsonValue {
  return events.reduce<JsonValue>((state, event) => stateWith(state, event, ruleFor), null)
}

/** The state that one more event leads to. */
export function stateWith(
  state: JsonValue,
  { type, payload }: Pick<AuditEvent, 'type' | 'payload'>,
  ruleFor: (type: string) => StateRule,
): JsonValue {
  switch (ruleFor(type)) {
    case 'patch':
      return payload === null ? state : mergePatch(state, payload)
    case 'snapshot':
      return payload
    case 'delete':
      return null
    case 'none':
      return state
  }
}
