import { CountsMeter } from './counts.js'
import type { Delivery } from './delivery.js'
import { DuplicatesMeter } from './duplicates.js'
import type { StatsRow } from './figures.js'
import { HopsMeter } from './hops.js'
import { LatencyMeter } from './latency.js'
import type { Meter } from './meter.js'
import { OrderingMeter } from './ordering.js'

/** All figures of one row. Rows add up: a total is its rows merged. */
export class RowMeter implements Meter<Delivery, StatsRow> {
  readonly mergeable = 'any'
  private readonly counts = new CountsMeter()
  private readonly duplicates = new DuplicatesMeter()
  private readonly ordering = new OrderingMeter()
  private readonly latency = new LatencyMeter()
  /** Null where hops are not asked for. */
  private readonly hops: HopsMeter | null

  constructor(withHops = false) {
    this.hops = withHops ? new HopsMeter() : null
  }

  observe(delivery: Delivery): void {
    this.counts.observe(delivery)
    this.duplicates.observe(delivery)
    this.ordering.observe(delivery)
    this.latency.observe(delivery)
    this.hops?.observe(delivery)
  }

  read(): StatsRow {
    const { distinct, duplicates } = this.duplicates.read()
    return {
      ...this.counts.read(),
      distinct,
      duplicates,
      ordering: this.ordering.read(),
      latencyMs: this.latency.read(),
      ...(this.hops && { hops: this.hops.read() }),
    }
  }

  merge(other: RowMeter): void {
    this.counts.merge(other.counts)
    this.duplicates.merge(other.duplicates)
    this.ordering.merge(other.ordering)
    this.latency.merge(other.latency)
    if (other.hops) this.hops?.merge(other.hops)
  }

  /** See {@link OrderingMeter.forget}. */
  forget(): void {
    this.ordering.forget()
  }

  fresh(): RowMeter {
    return new RowMeter(this.hops !== null)
  }
}
