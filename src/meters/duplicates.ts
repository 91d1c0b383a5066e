import type { Delivery } from './delivery.js'
import type { DuplicateCounts } from './figures.js'
import type { Meter } from './meter.js'

export interface DuplicateFigures {
  /** Identities whose first delivery is in this row; null where no event of the row has an id. */
  distinct: number | null
  duplicates: DuplicateCounts
  /** Events without id: each is an identity of its own, never a duplicate. */
  noIdentity: number
}

/** Deliveries after the first of their identity (DESIGN §8), each in the row of its own. */
export class DuplicatesMeter implements Meter<Delivery, DuplicateFigures> {
  readonly mergeable = 'any'
  private events = 0
  private noIdentity = 0
  private readonly byCause = { replay: 0, redelivery: 0, sameId: 0 }

  observe({ event, repeats }: Delivery): void {
    this.events++
    if (event.id === null) this.noIdentity++
    if (repeats !== null) this.byCause[repeats]++
  }

  read(): DuplicateFigures {
    const { events, noIdentity } = this
    const byCause = { ...this.byCause }
    const count = byCause.replay + byCause.redelivery + byCause.sameId
    const claimed = events > noIdentity
    return {
      distinct: claimed ? events - count : null,
      duplicates: { count: claimed ? count : null, rate: claimed ? count / events : null, byCause },
      noIdentity,
    }
  }

  merge(other: DuplicatesMeter): void {
    this.events += other.events
    this.noIdentity += other.noIdentity
    this.byCause.replay += other.byCause.replay
    this.byCause.redelivery += other.byCause.redelivery
    this.byCause.sameId += other.byCause.sameId
  }

  fresh(): DuplicatesMeter {
    return new DuplicatesMeter()
  }
}
