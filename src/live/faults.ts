import type { Delivery } from '../meters/delivery.js'
import { LEAST_SLOW_US, RowFaults } from './row-faults.js'

export interface NamedFaults {
  type: string
  source: string
  faults: RowFaults
}

/** What is wrong with deliveries, by type and source; one with nothing wrong costs little. */
export class Faults {
  private readonly types = new Map<string, Map<string, RowFaults>>()

  /** @param row the row that the delivery counts in */
  observe(delivery: Delivery, row: { type: string; source: string }): void {
    if (isFaulty(delivery)) this.faultsOf(row.type, row.source).observe(delivery)
  }

  ofRow({ type, source }: { type: string; source: string }): RowFaults | undefined {
    return this.types.get(type)?.get(source)
  }

  *byType(): Iterable<NamedFaults> {
    for (const [type, sources] of this.types) {
      for (const [source, faults] of sources) yield { type, source, faults }
    }
  }

  private faultsOf(type: string, source: string): RowFaults {
    const sources = this.types.get(type) ?? new Map<string, RowFaults>()
    this.types.set(type, sources)
    const faults = sources.get(source) ?? new RowFaults()
    sources.set(source, faults)
    return faults
  }
}

function isFaulty({ event, repeats, extent }: Delivery): boolean {
  const { id, timeUs, receivedAtUs, faults } = event
  if (repeats !== null || extent > 0 || faults.length > 0) return true
  if (id === null || timeUs === null || receivedAtUs === null) return true
  const us = receivedAtUs - timeUs
  return us < 0 || us > LEAST_SLOW_US
}
