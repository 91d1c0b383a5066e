import { canonicalText } from '../event/canonical.js'
import { deliveryParts } from '../event/delivery-parts.js'
import { readJson } from '../event/json.js'
import type { Mapping } from '../event/mapping.js'
import type { AuditDelivery } from './delivery.js'

/** Whether two deliveries of one event say something else. */
export type Differs = (a: AuditDelivery, b: AuditDelivery) => boolean

/** By their payloads, without what the mapping says differs from delivery to delivery. */
export function differing(mapping: Mapping): Differs {
  return (a, b) => saidBy(a, mapping) !== saidBy(b, mapping)
}

function saidBy({ document, payload }: AuditDelivery, mapping: Mapping): string {
  const plain = canonicalText(payload)
  const reading = document === null ? null : readJson(document)
  const whole = reading?.ok ? reading.value : null
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) return plain
  const within = [whole, ...Object.values(whole)].find((value) => canonicalText(value) === plain)
  return canonicalText(within ?? payload, deliveryParts({ document: whole }, mapping))
}
