import { timeText } from '../event/time.js'
import type { Differs } from './conflict.js'
import type { AuditDelivery } from './delivery.js'
import { gapsIn } from './gaps.js'
import type { AuditCopy, AuditEvent, AuditFlag, AuditGap } from './result.js'

/**
 * The deliveries of an entity as its events, in the order in which they happened; deliveries of one
 * event are folded, gaps of the entity's counter are found; without an entity there are none.
 */
export function timelineOf(
  entity: string | null,
  deliveries: readonly AuditDelivery[],
  differs: Differs,
): { events: AuditEvent[]; gaps: AuditGap[] } {
  const folded = foldedDeliveries(deliveries)
  const firsts = folded.map(({ first }) => first)
  const gaps = entity === null ? [] : gapsIn(entity, firsts)
  const beyondGaps = new Set(gaps.map(({ before }) => String(before)))
  const late = lateAmong(firsts)
  const effects = effectsOf(firsts)
  const events = folded.map(({ first, copies }, n): AuditEvent => {
    const flags: AuditFlag[] = []
    if (late.has(n)) flags.push('late')
    if (first.reordered) flags.push('reordered')
    if (copies.some(({ replay }) => replay !== null)) flags.push('replay')
    const isNumbered = first.isCounted && first.sequence !== null
    if (isNumbered && beyondGaps.has(first.sequence ?? '')) flags.push('gapBefore')
    const others = copiesOf(first, copies, differs)
    if (others.some(({ payload }) => payload !== undefined)) flags.push('conflict')
    const { id, type, source, key, sequence, version, correlationId, causationId } = first
    return {
      ...{ id, type, source },
      time: first.timeUs === null ? null : timeText(first.timeUs),
      receivedAt: first.receivedAtUs === null ? null : timeText(first.receivedAtUs),
      ...{ key, sequence, version },
      deliveries: copies.length,
      flags,
      ...{ correlationId, causationId },
      effects: id === null ? [] : (effects.get(id) ?? []),
      position: first.position,
      copies: others,
      payload: first.payload,
    }
  })
  return { events, gaps }
}

function copiesOf(
  first: AuditDelivery,
  deliveries: readonly AuditDelivery[],
  differs: Differs,
): AuditCopy[] {
  const others = deliveries.filter((one) => one !== first)
  return others
    .sort((a, b) => a.copyNumber - b.copyNumber)
    .map((one) => ({
      receivedAt: one.receivedAtUs === null ? null : timeText(one.receivedAtUs),
      ...{ replay: one.replay, position: one.position },
      ...(differs(first, one) && { payload: one.payload }),
    }))
}

interface Folded {
  first: AuditDelivery
  copies: AuditDelivery[]
}

/** By identity, in order of the first deliveries; without an id each is an event of its own. */
function foldedDeliveries(deliveries: readonly AuditDelivery[]): Folded[] {
  const byIdentity = new Map<string, AuditDelivery[]>()
  for (const [n, delivery] of deliveries.entries()) {
    const { source, id } = delivery
    const identity = id === null ? `${n}` : JSON.stringify([source, id])
    const copies = byIdentity.get(identity) ?? []
    if (copies.length === 0) byIdentity.set(identity, copies)
    copies.push(delivery)
  }
  // The very first may have been left out.
  const folded = [...byIdentity.values()].map((copies) => {
    const first = copies.reduce((one, other) => (other.copyNumber < one.copyNumber ? other : one))
    return { first, copies }
  })
  const order = new Map(deliveries.map((delivery, n) => [delivery, n]))
  return folded.sort((a, b) => (order.get(a.first) ?? 0) - (order.get(b.first) ?? 0))
}

/** Those that arrived after one that happened later, as places in a list ordered by time. */
function lateAmong(events: readonly AuditDelivery[]): Set<number> {
  const late = new Set<number>()
  let earliest = Number.POSITIVE_INFINITY
  let laterTime = Number.POSITIVE_INFINITY
  // From the last on: the earliest arrival of those that happened later.
  let pending = Number.POSITIVE_INFINITY
  for (let n = events.length - 1; n >= 0; n--) {
    const { timeUs, receivedAtUs } = events[n] as AuditDelivery
    if (timeUs === null || receivedAtUs === null) continue
    // Those of the same time did not happen later.
    if (timeUs < laterTime) {
      earliest = Math.min(earliest, pending)
      pending = Number.POSITIVE_INFINITY
      laterTime = timeUs
    }
    if (receivedAtUs > earliest) late.add(n)
    pending = Math.min(pending, receivedAtUs)
  }
  return late
}

function effectsOf(events: readonly AuditDelivery[]): Map<string, string[]> {
  const effects = new Map<string, string[]>()
  for (const { causationId, id } of events) {
    if (causationId === null || id === null) continue
    effects.set(causationId, [...(effects.get(causationId) ?? []), id])
  }
  return effects
}
