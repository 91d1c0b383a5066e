import { Fault } from './events.js'
import { Random } from './random.js'
import { chainOf, type Workload } from './workload.js'

const MOST_IN_BATCH = 10
const LONGEST_US = 5e5
const HOUR_US = 3.6e9

/**
 * Says which deliveries are of one record, where a chain has a layer that holds several: some that
 * arrived one after the other. Those that are of one message arrive with the last of them. What
 * comes again as the same message is alone in it.
 */
export function batchUp(workload: Workload): void {
  const { settings, deliveries } = workload
  if (!settings.chains.some(({ batchLayer }) => batchLayer >= 0)) return
  const random = new Random(settings.seed, 12)
  for (let d = 0; d < deliveries.count; ) {
    const chain = chainOf(workload, d)
    const most = chain.batchLayer >= 0 ? random.logBetween(1, MOST_IN_BATCH) : 1
    let end = d + 1
    while (end < deliveries.count && end - d < most && isTogether(workload, d, end)) end++
    deliveries.batch.fill(d, d, end)
    if (chain.sharesMessage) arriveTogether(workload, d, end)
    d = end
  }
}

function isTogether(workload: Workload, first: number, other: number): boolean {
  const { arrivalUs } = workload.deliveries
  const [from, to] = [arrivalUs[first] ?? 0, arrivalUs[other] ?? 0]
  const chain = chainOf(workload, first)
  if (chain !== chainOf(workload, other) || to - from > LONGEST_US) return false
  // Layouts have a folder for each hour.
  if (Math.floor(from / HOUR_US) !== Math.floor(to / HOUR_US)) return false
  return !(chain.sharesMessage && [first, other].some((d) => comesAgain(workload, d)))
}

function comesAgain({ events, deliveries }: Workload, d: number): boolean {
  return events.fault[deliveries.event[d] ?? 0] === Fault.redelivery
}

function arriveTogether({ events, deliveries }: Workload, from: number, end: number): void {
  const arrivedUs = deliveries.arrivalUs[end - 1] ?? 0
  deliveries.arrivalUs.fill(arrivedUs, from, end)
  for (let d = from; d < end; d++) {
    if (deliveries.fault[d] === Fault.none) events.arrivalUs[deliveries.event[d] ?? 0] = arrivedUs
  }
}
