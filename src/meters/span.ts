import type { EventRecord } from '../event/event.js'
import type { SpanFigures } from './figures.js'
import type { Meter } from './meter.js'

/** From when to when, by either clock, over all deliveries. */
export class SpanMeter implements Meter<{ event: EventRecord }, SpanFigures> {
  readonly mergeable = 'any'
  private readonly time = new Range()
  private readonly receivedAt = new Range()

  observe({ event }: { event: EventRecord }): void {
    if (event.timeUs !== null) this.time.add(event.timeUs)
    if (event.receivedAtUs !== null) this.receivedAt.add(event.receivedAtUs)
  }

  read(): SpanFigures {
    return {
      firstTimeUs: this.time.first,
      lastTimeUs: this.time.last,
      firstReceivedAtUs: this.receivedAt.first,
      lastReceivedAtUs: this.receivedAt.last,
    }
  }

  merge(other: SpanMeter): void {
    this.time.merge(other.time)
    this.receivedAt.merge(other.receivedAt)
  }

  fresh(): SpanMeter {
    return new SpanMeter()
  }
}

class Range {
  first: number | null = null
  last: number | null = null

  add(us: number): void {
    if (this.first === null || us < this.first) this.first = us
    if (this.last === null || us > this.last) this.last = us
  }

  merge({ first, last }: Range): void {
    if (first !== null) this.add(first)
    if (last !== null) this.add(last)
  }
}
