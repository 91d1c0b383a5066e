import { jsonText, readJson } from '../event/json.js'
import { type JsonPath, parsePath } from '../event/json-path.js'
import { REDACTED, redact } from '../event/redact.js'
import type { StateRule } from '../event/rule.js'
import { hiddenNames } from '../questions/hidden-names.js'
import type { Hidden } from '../questions/hidden-sql.js'
import { comparedWith } from './against.js'
import type { Differs } from './conflict.js'
import type { Copy } from './copy.js'
import type { AuditDelivery } from './delivery.js'
import { isObject } from './merge-patch.js'
import type { Related } from './related.js'
import type { Against } from './result.js'
import { timelineOf } from './timeline.js'

/** Deliveries without what is at these paths. */
export function shownOf(
  deliveries: readonly AuditDelivery[],
  paths: readonly JsonPath[],
): readonly AuditDelivery[] {
  if (paths.length === 0) return deliveries
  return deliveries.map((delivery) => {
    const reading = readJson(delivery.document ?? 'null')
    const read = reading.ok ? reading.value : null
    const document = isObject(read) ? read : {}
    const shown = { ...delivery, document }
    redact(shown, paths)
    return { ...shown, document: jsonText(shown.document) }
  })
}

/** What is in the same chains, without names that were read from there. */
export function shownRelated({ entities, events, leftOut }: Related, hidden: Hidden): Related {
  const names = hiddenNames(hidden)
  if (!names) return { entities, events, leftOut }
  const told = (all: readonly string[]) => [...new Set(all.map((one) => names.entity(one)))]
  return {
    entities: told(entities),
    events: events.map((event) => ({
      ...event,
      id: names.field('id', event.id),
      entities: told(event.entities),
      correlationId: names.field('correlationId', event.correlationId),
      causationId: names.field('causationId', event.causationId),
    })),
    leftOut,
  }
}

/** A copy beside the state, where what differs at these paths is told without its values. */
export function againstOf(
  copy: Copy,
  deliveries: readonly AuditDelivery[],
  {
    ruleFor,
    differs,
    hidden,
  }: {
    ruleFor(type: string): StateRule
    differs: Differs
    hidden: readonly JsonPath[]
  },
): Against {
  const against = comparedWith(copy, timelineOf(null, deliveries, differs).events, ruleFor)
  const diff = against.diff.map((one) => {
    if (!hidden.some((path) => isOf(path, parsePath(one.path)))) return one
    return {
      path: one.path,
      ...('state' in one && { state: REDACTED }),
      ...('copy' in one && { copy: REDACTED }),
    }
  })
  return { ...against, diff }
}

/** Whether a place of a payload is at a path of a document, in it, or around it: where in the
 * document the payload stood is not known any more. */
function isOf(path: JsonPath, place: JsonPath): boolean {
  return path.some((_, from) => {
    const inner = path.slice(from)
    const length = Math.min(inner.length, place.length)
    return inner.slice(0, length).every((step, n) => step === place[n])
  })
}
