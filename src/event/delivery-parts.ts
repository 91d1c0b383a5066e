import { type LeftOut, leftOutAt } from './canonical.js'
import type { EventRecord } from './event.js'
import type { JsonPath } from './json-path.js'
import type { Mapping } from './mapping.js'
import type { MappedField } from './rule.js'

/** Fields of a delivery, no part of what its event says. */
export const ofDeliveries: readonly MappedField[] = ['receivedAt', 'attempt', 'replay']

/** What differs between deliveries of one event, and is no part of what it says. */
export function deliveryParts(event: Pick<EventRecord, 'document'>, mapping: Mapping): LeftOut {
  return mappedParts(event, mapping, ofDeliveries)
}

/** What of a document the mapping takes for these fields, of whichever type. */
export function mappedParts(
  { document }: Pick<EventRecord, 'document'>,
  mapping: Mapping,
  names: readonly MappedField[],
): LeftOut {
  const paths: JsonPath[] = []
  for (const rule of mapping.rules) {
    for (const name of names) {
      const path = rule.mapping.fields[name]
      if (path) paths.push(path)
    }
  }
  return leftOutAt(document, paths)
}
