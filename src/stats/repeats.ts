import { type Arrival, arrivesByTime } from './arrival.js'
import { type Deliveries, deliveryFlags } from './deliveries.js'
import { placeOf } from './hash-table.js'

export type Cause = 'replay' | 'redelivery' | 'sameId'

/** All deliveries of one identity that came more than once, in order of arrival. */
export interface Repeat {
  deliveries: number[]
  /** Of each but the first. */
  causes: Cause[]
}

/**
 * Finds the identities that were delivered again and marks every delivery but the first with
 * `again` (DESIGN §8, "Identity and duplicates"). Deliveries without id have none.
 */
export function markRepeats(deliveries: Deliveries, arrival: Arrival): Repeat[] {
  const repeats: Repeat[] = []
  for (const rows of repeatedRows(deliveries).values()) {
    const byTime = rows.every((at) => arrivesByTime(deliveries, arrival, at))
    const { receivedUs, flags } = deliveries
    if (byTime) rows.sort((a, b) => (receivedUs[a] as number) - (receivedUs[b] as number) || a - b)
    const causes: Cause[] = []
    for (let n = 1; n < rows.length; n++) {
      const at = rows[n] as number
      flags[at] = (flags[at] as number) | deliveryFlags.again
      causes.push(causeOf(deliveries, rows, n))
    }
    repeats.push({ deliveries: rows, causes })
  }
  return repeats
}

/** The deliveries of each repeated identity by its first position, in order of position. A slot
 * holds half of the hash beside the delivery: a look at the delivery itself is a cache miss. */
function repeatedRows({ count, identities, flags }: Deliveries): Map<number, number[]> {
  const repeated = new Map<number, number[]>()
  const capacity = 2 ** Math.ceil(Math.log2(Math.max(64, count * 1.6)))
  const slots = new Uint32Array(capacity * 2)
  for (let at = 0; at < count; at++) {
    if ((flags[at] as number) & deliveryFlags.noId) continue
    const low = identities[at * 2] as number
    const high = identities[at * 2 + 1] as number
    let slot = placeOf(low, high) & (capacity - 1)
    for (;;) {
      const first = (slots[slot * 2] as number) - 1
      if (first < 0) {
        slots[slot * 2] = at + 1
        slots[slot * 2 + 1] = high
        break
      }
      if (slots[slot * 2 + 1] === high && identities[first * 2] === low) {
        const rows = repeated.get(first)
        if (rows) rows.push(at)
        else repeated.set(first, [first, at])
        break
      }
      slot = (slot + 1) & (capacity - 1)
    }
  }
  return repeated
}

function causeOf({ flags, transports }: Deliveries, rows: number[], n: number): Cause {
  const at = rows[n] as number
  if ((flags[at] as number) & deliveryFlags.replay) return 'replay'
  if (((flags[at] as number) & deliveryFlags.retried) === 0) return 'sameId'
  const transport = transports[at]
  const before = rows.slice(0, n).some((other) => transports[other] === transport)
  return before ? 'redelivery' : 'sameId'
}
