import { type Mapping, withRules } from '../event/mapping.js'

export const STATUS_KIND = 'sentStatus'

/** What producers write where their sending was acknowledged, where nothing else is said. */
export const acknowledgedWords: readonly string[] = [
  ...['acknowledged', 'acked', 'ack', 'ok', 'success', 'succeeded', 'sent', 'published'],
  ...['delivered', 'true', '200', '201', '202', '204'],
]

/** What they write where it was not, as far as evt knows: others are shown. */
export const unacknowledgedWords: readonly string[] = [
  ...['unacknowledged', 'nack', 'failed', 'failure', 'error', 'rejected', 'timeout', 'lost'],
  ...['unknown', 'pending', 'false', '400', '429', '500', '502', '503', '504'],
]

/**
 * A mapping that reads where `sentStatus` is as an entity, and no other: both readings know
 * entities, and what is not found has no field of a wrapping to fall back to.
 */
export function withStatus(mapping: Mapping): Mapping {
  return withRules(mapping, (rule) => {
    const path = rule.fields.sentStatus
    return { ...rule, entities: path ? [{ kind: STATUS_KIND, path }] : [] }
  })
}

/** Whether events of a type say how their sending ended, or should. */
export function tellsStatus(mapping: Mapping, type: string): boolean {
  return mapping.mappingFor(type).fields.sentStatus !== undefined
}

/** Whether events of any type do. */
export function mapsStatus({ rules }: Mapping): boolean {
  return rules.some(({ mapping }) => mapping.fields.sentStatus !== undefined)
}
