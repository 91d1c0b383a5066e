import type { Chain } from './chain.js'
import type { Deliveries } from './deliveries.js'
import type { Events } from './events.js'
import type { Row } from './names.js'
import type { WorkloadSettings } from './settings.js'

/** Everything that happened, with what was planted in it. Pure: follows from the settings alone. */
export interface Workload {
  readonly settings: WorkloadSettings
  readonly rows: readonly Row[]
  readonly events: Events
  /** In order of arrival. */
  readonly deliveries: Deliveries
}

export function rowNumber({ events, deliveries }: Workload, d: number): number {
  return events.row[deliveries.event[d] ?? 0] ?? 0
}

export function chainOf(workload: Workload, d: number): Chain {
  const { settings, rows } = workload
  const chain = settings.chains[rows[rowNumber(workload, d)]?.chain ?? 0]
  if (!chain) throw new Error(`no chain of delivery ${d}`)
  return chain
}

/**
 * When the place that was measured says that a delivery arrived: a redelivered message keeps the
 * time it was sent, and a transport records whole milliseconds. In microseconds.
 */
export function recordedUs(workload: Workload, d: number): number {
  const { events, deliveries } = workload
  const event = deliveries.event[d] ?? 0
  const isAgain = (deliveries.attempt[d] ?? 1) > 1
  const us = (isAgain ? events.arrivalUs[event] : deliveries.arrivalUs[d]) ?? 0
  return chainOf(workload, d).recordsArrival ? Math.floor(us / 1000) * 1000 : us
}
