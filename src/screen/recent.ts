import type { Delivery } from '../meters/delivery.js'
import { LatencyHistogram, samplesNeeded } from '../meters/hdr.js'

/** So long a figure looks back at least; at most for twice as long. */
const RECENT_MS = 60_000

/** What was counted within a while. */
class Slice {
  events = 0
  repeats = 0
  reordered = 0
  skewed = 0
  latency = new LatencyHistogram()
}

/** What is told of one type, or of all. Latencies in ms; null where they cannot be claimed. */
export interface RecentFigures {
  events: number
  /** Events a second. */
  rate: number
  repeats: number
  reordered: number
  skewed: number
  p50: number | null
  p99: number | null
}

/** The figures of the last minute or two, in memory that does not grow. */
export class Recent {
  private current = new Slice()
  private before = new Slice()
  private beganMs: number
  /** Since when it counts. */
  private sinceMs: number

  constructor(nowMs: number) {
    this.beganMs = nowMs
    this.sinceMs = nowMs
  }

  observe({ event, repeats, extent }: Delivery, nowMs: number): void {
    this.turn(nowMs)
    const slice = this.current
    slice.events += 1
    if (repeats !== null) slice.repeats += 1
    if (extent > 0) slice.reordered += 1
    const us = repeats === null ? latencyUs(event) : null
    if (us === null) return
    if (us < 0) slice.skewed += 1
    else slice.latency.record(us)
  }

  read(nowMs: number): RecentFigures {
    this.turn(nowMs)
    const { current: a, before: b } = this
    const latency = new LatencyHistogram()
    latency.merge(a.latency)
    latency.merge(b.latency)
    const events = a.events + b.events
    return {
      events,
      rate: events / Math.max(1, (nowMs - this.sinceMs) / 1_000),
      repeats: a.repeats + b.repeats,
      reordered: a.reordered + b.reordered,
      skewed: a.skewed + b.skewed,
      p50: percentileMs(latency, 50),
      p99: percentileMs(latency, 99),
    }
  }

  private turn(nowMs: number): void {
    const sinceMs = nowMs - this.beganMs
    if (sinceMs < RECENT_MS) return
    const isKept = sinceMs < 2 * RECENT_MS
    this.before = isKept ? this.current : new Slice()
    this.sinceMs = isKept ? this.beganMs : nowMs
    this.current = new Slice()
    this.beganMs = nowMs
  }
}

/** Where both times are known and their difference can be counted with. */
export function latencyUs(event: Delivery['event']): number | null {
  const { timeUs, receivedAtUs } = event
  if (timeUs === null || receivedAtUs === null) return null
  const us = receivedAtUs - timeUs
  return Number.isSafeInteger(us) ? us : null
}

export function percentileMs(latency: LatencyHistogram, percent: number): number | null {
  if (latency.count < samplesNeeded(percent)) return null
  const us = latency.percentile(percent)
  return us === null ? null : us / 1_000
}
