import type { Delivery } from './delivery.js'
import type { LatencyFigures } from './figures.js'
import { LatencyHistogram } from './hdr.js'
import type { Meter } from './meter.js'

/** How many of a row's producer times are whole; a whole second is a whole millisecond too. */
export interface TimeGrain {
  times: number
  wholeSeconds: number
  wholeMillis: number
}

/** `receivedAt` − `time` of first deliveries (DESIGN §8). The resolution is that of the times of
 * all deliveries of the row. */
export class LatencyMeter implements Meter<Delivery, LatencyFigures> {
  readonly mergeable = 'any'
  private readonly histogram = new LatencyHistogram()
  private readonly grain: TimeGrain = { times: 0, wholeSeconds: 0, wholeMillis: 0 }

  observe({ event: { timeUs, receivedAtUs }, repeats }: Delivery): void {
    if (timeUs === null) return
    this.grain.times++
    if (isWhole(timeUs, 1e3)) {
      this.grain.wholeMillis++
      if (isWhole(timeUs, 1e6)) this.grain.wholeSeconds++
    }
    if (repeats !== null || receivedAtUs === null) return
    const us = receivedAtUs - timeUs
    this.histogram.record(Number.isSafeInteger(us) ? us : BigInt(receivedAtUs) - BigInt(timeUs))
  }

  read(): LatencyFigures {
    return this.histogram.figures(resolutionMs(this.grain))
  }

  merge(other: LatencyMeter): void {
    this.histogram.merge(other.histogram)
    this.grain.times += other.grain.times
    this.grain.wholeSeconds += other.grain.wholeSeconds
    this.grain.wholeMillis += other.grain.wholeMillis
  }

  fresh(): LatencyMeter {
    return new LatencyMeter()
  }
}

/** The unit that at least 99% of the times are whole in: 1000, 1 or 0.001; null without times. */
export function resolutionMs({ times, wholeSeconds, wholeMillis }: TimeGrain): number | null {
  if (times === 0) return null
  if (wholeSeconds * 100 >= times * 99) return 1000
  return wholeMillis * 100 >= times * 99 ? 1 : 0.001
}

/** By division, because `%` of doubles beyond 2^31 is slow; the product is exact. */
function isWhole(timeUs: number, unitUs: number): boolean {
  return Math.floor(timeUs / unitUs) * unitUs === timeUs
}
