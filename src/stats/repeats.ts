import { type Arrival, arrivesByTime } from './arrival.js'
import { type Deliveries, deliveryFlags } from './deliveries.js'

export type Cause = 'replay' | 'redelivery' | 'sameId'

/** All deliveries of one identity that came more than once, in order of arrival. */
export interface Repeat {
  deliveries: number[]
  /** Of each but the first. */
  causes: Cause[]
}

/**
 * Marks every delivery of a repeated identity but the first with `again` (DESIGN §8, "Identity and
 * duplicates").
 *
 * @param repeated as repeatedRows gives it
 */
export function markRepeats(
  deliveries: Deliveries,
  arrival: Arrival,
  repeated: readonly number[][],
): Repeat[] {
  const repeats: Repeat[] = []
  for (const rows of repeated) {
    inOrderOfArrival(rows, deliveries, arrival)
    const { flags } = deliveries
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

/** Puts the deliveries of one identity, which are in order of position, in order of arrival. */
function inOrderOfArrival(rows: number[], deliveries: Deliveries, arrival: Arrival): void {
  const { receivedUs } = deliveries
  const byTime = rows.every((at) => arrivesByTime(deliveries, arrival, at))
  const ranks = byTime ? arrival.ranks.time : arrival.ranks.position
  if (ranks) rows.sort((a, b) => (ranks[a] as number) - (ranks[b] as number))
  else if (byTime) {
    rows.sort((a, b) => (receivedUs[a] as number) - (receivedUs[b] as number) || a - b)
  }
}

function causeOf({ flags, transports }: Deliveries, rows: number[], n: number): Cause {
  const at = rows[n] as number
  if ((flags[at] as number) & deliveryFlags.replay) return 'replay'
  if (((flags[at] as number) & deliveryFlags.retried) === 0) return 'sameId'
  const transport = transports[at]
  const before = rows.slice(0, n).some((other) => transports[other] === transport)
  return before ? 'redelivery' : 'sameId'
}
