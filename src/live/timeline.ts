import type { EventRecord } from '../event/event.js'
import { stepFor, type Timeline } from '../stats/timeline.js'

const SECOND_US = 1e6
const WEEK_US = 604_800e6

/**
 * Deliveries over time as they come, by `receivedAt`, else `time`. What is counted gets coarser as
 * the span grows, so that no more than a few hundred slots are kept, or one a week.
 */
export class LiveTimeline {
  private slots = new Map<number, number>()
  private slotUs = SECOND_US
  private firstUs = Number.POSITIVE_INFINITY
  private lastUs = Number.NEGATIVE_INFINITY
  /** Deliveries come in bursts: most are in the slot of the one before. */
  private latestSlot = Number.NaN
  private latestCount = 0

  observe({ receivedAtUs, timeUs }: EventRecord): void {
    const us = receivedAtUs ?? timeUs
    if (us === null) return
    if (us < this.firstUs || us > this.lastUs) this.widen(us)
    const slot = Math.floor(us / this.slotUs)
    if (slot !== this.latestSlot) {
      this.keepLatest()
      this.latestSlot = slot
    }
    this.latestCount += 1
  }

  /** As `timelineOf` gives it of an archive. */
  read(): Timeline | null {
    this.keepLatest()
    const { firstUs, lastUs, slotUs } = this
    if (firstUs > lastUs) return null
    const stepUs = stepFor(lastUs - firstUs)
    const startUs = Math.floor(firstUs / stepUs) * stepUs
    const counts = new Array<number>(Math.floor((lastUs - startUs) / stepUs) + 1).fill(0)
    for (const [slot, count] of this.slots) {
      const at = Math.floor((slot * slotUs - startUs) / stepUs)
      counts[at] = (counts[at] ?? 0) + count
    }
    return { startUs, stepUs, counts }
  }

  private widen(us: number): void {
    this.firstUs = Math.min(this.firstUs, us)
    this.lastUs = Math.max(this.lastUs, us)
    const neededUs = Math.min(WEEK_US, stepFor(this.lastUs - this.firstUs))
    if (neededUs > this.slotUs) this.coarsen(neededUs)
  }

  /** Each of the lengths below a week is a multiple of those before it. */
  private coarsen(slotUs: number): void {
    this.keepLatest()
    const coarse = new Map<number, number>()
    for (const [slot, count] of this.slots) {
      const at = Math.floor((slot * this.slotUs) / slotUs)
      coarse.set(at, (coarse.get(at) ?? 0) + count)
    }
    this.slots = coarse
    this.slotUs = slotUs
  }

  private keepLatest(): void {
    const { latestSlot, latestCount } = this
    if (latestCount > 0) this.slots.set(latestSlot, (this.slots.get(latestSlot) ?? 0) + latestCount)
    this.latestSlot = Number.NaN
    this.latestCount = 0
  }
}
