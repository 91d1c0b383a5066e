import type { Meter } from './meter.js'

/** Deliveries decoded. */
export class CountsMeter implements Meter<unknown, { events: number }> {
  readonly mergeable = 'any'
  private events = 0

  observe(_delivery: unknown): void {
    this.events++
  }

  read() {
    return { events: this.events }
  }

  merge(other: CountsMeter): void {
    this.events += other.events
  }

  fresh(): CountsMeter {
    return new CountsMeter()
  }
}
