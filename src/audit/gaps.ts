import type { AuditDelivery } from './delivery.js'
import type { AuditGap } from './result.js'

/**
 * Where the entity's own counter skips numbers: the sequences of the events whose key is the
 * entity, by its id or as `kind:id`. A counter is contiguous where most of its steps are by one.
 */
export function gapsIn(entity: string, events: readonly AuditDelivery[]): AuditGap[] {
  const id = entity.slice(entity.indexOf(':') + 1)
  const numbers = events.flatMap(({ key, sequence, isCounted }) =>
    isCounted && sequence !== null && (key === id || key === entity) ? [BigInt(sequence)] : [],
  )
  const counted = [...new Set(numbers)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const steps = counted.slice(1).map((number, n) => ({ after: counted[n] as bigint, number }))
  const skipped = steps.filter(({ after, number }) => number - after !== 1n)
  if (skipped.length * 2 > steps.length) return []
  return skipped.map(({ after, number }) => ({ after: shown(after), before: shown(number) }))
}

function shown(integer: bigint): string | number {
  const number = Number(integer)
  return Number.isSafeInteger(number) ? number : String(integer)
}
