import type { Delivery } from './delivery.js'
import type { LatencyFigures } from './figures.js'
import { LatencyHistogram } from './hdr.js'
import type { Meter } from './meter.js'
import { addTime, mergeGrain, resolutionMs, timeGrain } from './time-grain.js'

/** `receivedAt` − `time` of first deliveries (DESIGN §8). The resolution is that of the times of
 * all deliveries of the row. */
export class LatencyMeter implements Meter<Delivery, LatencyFigures> {
  readonly mergeable = 'any'
  private readonly histogram = new LatencyHistogram()
  private readonly grain = timeGrain()

  observe({ event: { timeUs, receivedAtUs }, repeats }: Delivery): void {
    if (timeUs === null) return
    addTime(this.grain, timeUs)
    if (repeats !== null || receivedAtUs === null) return
    const us = receivedAtUs - timeUs
    this.histogram.record(Number.isSafeInteger(us) ? us : BigInt(receivedAtUs) - BigInt(timeUs))
  }

  read(): LatencyFigures {
    return this.histogram.figures(resolutionMs(this.grain))
  }

  merge(other: LatencyMeter): void {
    this.histogram.merge(other.histogram)
    mergeGrain(this.grain, other.grain)
  }

  fresh(): LatencyMeter {
    return new LatencyMeter()
  }
}
