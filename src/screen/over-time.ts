import type { Delivery } from '../meters/delivery.js'
import { LatencyHistogram } from '../meters/hdr.js'
import { latencyUs, percentileMs } from './recent.js'

const SECOND_MS = 1_000
const SECONDS = 300
const SLOT_MS = 5_000
export const SLOTS = 60
/** A percentile is of so many slots: the minute before. */
const SLOTS_MERGED = 12

/** Latencies at one moment, in ms; null where they cannot be claimed. */
export interface LatencySlot {
  p50: number | null
  p99: number | null
  max: number | null
}

/** Rates and percentiles of the last five minutes. */
export class OverTime {
  /** Events by second, in a ring. */
  private readonly rates = new Uint32Array(SECONDS)
  private second: number
  private readonly firstSecond: number
  private slot: number
  private readonly histograms: LatencyHistogram[] = [new LatencyHistogram()]
  private readonly slots: LatencySlot[] = []

  constructor(nowMs: number) {
    this.second = Math.floor(nowMs / SECOND_MS)
    this.firstSecond = this.second
    this.slot = Math.floor(nowMs / SLOT_MS)
  }

  observe({ event, repeats }: Delivery, nowMs: number): void {
    this.turn(nowMs)
    const at = this.second % SECONDS
    this.rates[at] = (this.rates[at] ?? 0) + 1
    const us = repeats === null ? latencyUs(event) : null
    if (us !== null && us >= 0) this.histograms.at(-1)?.record(us)
  }

  /** Events a second, over the last ten that are over. */
  rate(nowMs: number): number {
    const last = this.perSecond(nowMs, 10)
    const sum = last.reduce((a, b) => a + b, 0)
    return last.length === 0 ? (this.rates[this.second % SECONDS] ?? 0) : sum / last.length
  }

  /** Events in each of the last seconds that are over, the latest last. */
  perSecond(nowMs: number, most: number): number[] {
    this.turn(nowMs)
    const count = Math.max(0, Math.min(most, SECONDS - 1, this.second - this.firstSecond))
    return Array.from({ length: count }, (_, n) => {
      return this.rates[(this.second - count + n) % SECONDS] ?? 0
    })
  }

  /** The latest last, the one that goes on included. */
  latencies(nowMs: number): LatencySlot[] {
    this.turn(nowMs)
    return [...this.slots, this.figures()].slice(-SLOTS)
  }

  private turn(nowMs: number): void {
    const second = Math.floor(nowMs / SECOND_MS)
    for (let n = Math.max(this.second + 1, second - SECONDS + 1); n <= second; n++) {
      this.rates[n % SECONDS] = 0
    }
    this.second = Math.max(this.second, second)
    const slot = Math.floor(nowMs / SLOT_MS)
    if (slot - this.slot > SLOTS) this.slot = slot - SLOTS
    for (; this.slot < slot; this.slot++) {
      this.slots.push(this.figures())
      this.histograms.push(new LatencyHistogram())
      if (this.histograms.length > SLOTS_MERGED) this.histograms.shift()
      if (this.slots.length > SLOTS) this.slots.shift()
    }
  }

  private figures(): LatencySlot {
    const merged = new LatencyHistogram()
    for (const histogram of this.histograms) merged.merge(histogram)
    const max = this.histograms.at(-1)?.percentile(100) ?? null
    return {
      p50: percentileMs(merged, 50),
      p99: percentileMs(merged, 99),
      max: max === null ? null : max / 1_000,
    }
  }
}
