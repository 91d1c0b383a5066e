import type { EventRecord } from '../event/event.js'
import type { Meter } from './meter.js'

export const HOUR_US = 3_600_000_000
export const MINUTE_US = 60_000_000

export interface TimelineSlot {
  /** Microseconds since the epoch; the slot ends before the next multiple of its width. */
  startUs: number
  events: number
}

/** Deliveries per slot of UTC, by `receivedAt`, else `time`. What has neither is in no slot. */
export class TimelineMeter implements Meter<{ event: EventRecord }, TimelineSlot[]> {
  readonly mergeable = 'any'
  private readonly slots = new Map<number, TimelineSlot>()
  /** Deliveries come in bursts: most are in the slot of the one before. */
  private latest: TimelineSlot | null = null

  constructor(private readonly slotUs: number) {}

  observe({ event }: { event: EventRecord }): void {
    const at = event.receivedAtUs ?? event.timeUs
    if (at === null) return
    const startUs = Math.floor(at / this.slotUs) * this.slotUs
    const slot = this.latest?.startUs === startUs ? this.latest : this.slotAt(startUs)
    slot.events++
    this.latest = slot
  }

  /** By start, without the empty ones. */
  read(): TimelineSlot[] {
    return [...this.slots.values()].map((slot) => ({ ...slot })).sort(byStart)
  }

  merge(other: TimelineMeter): void {
    for (const { startUs, events } of other.slots.values()) this.slotAt(startUs).events += events
  }

  fresh(): TimelineMeter {
    return new TimelineMeter(this.slotUs)
  }

  private slotAt(startUs: number): TimelineSlot {
    const held = this.slots.get(startUs)
    if (held) return held
    const slot = { startUs, events: 0 }
    this.slots.set(startUs, slot)
    return slot
  }
}

function byStart(a: TimelineSlot, b: TimelineSlot): number {
  return a.startUs - b.startUs
}
