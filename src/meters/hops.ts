import type { HopTimes } from '../event/event.js'
import type { Delivery } from './delivery.js'
import type { HopFigures, LatencyFigures } from './figures.js'
import { LatencyHistogram } from './hdr.js'
import type { Meter } from './meter.js'
import { addTime, mergeGrain, resolutionMs, timeGrain } from './time-grain.js'

/** What one leg took, and the grain of the clocks at its ends. */
class Leg {
  private readonly histogram = new LatencyHistogram()
  private readonly fromGrain = timeGrain()
  private readonly toGrain = timeGrain()

  add(fromUs: number, toUs: number): void {
    const us = toUs - fromUs
    this.histogram.record(Number.isSafeInteger(us) ? us : BigInt(toUs) - BigInt(fromUs))
    addTime(this.fromGrain, fromUs)
    addTime(this.toGrain, toUs)
  }

  merge(other: Leg): void {
    this.histogram.merge(other.histogram)
    mergeGrain(this.fromGrain, other.fromGrain)
    mergeGrain(this.toGrain, other.toGrain)
  }

  read(): LatencyFigures {
    const grains = [resolutionMs(this.fromGrain), resolutionMs(this.toGrain)]
    return this.histogram.figures(Math.max(...grains.map(Number)))
  }
}

/**
 * What each leg of the way took, of first deliveries, each as a latency is (DESIGN §8). The decoder
 * has to be asked for the points of the way; a delivery without them has none. A leg is null before
 * one delivery has both of its times; skewed ones have both.
 */
export class HopsMeter implements Meter<Delivery, HopFigures> {
  readonly mergeable = 'any'
  private readonly legs: (Leg | null)[] = [null, null, null]

  observe({ event: { hops }, repeats }: Delivery): void {
    if (!hops || repeats !== null) return
    const points = pointsOf(hops)
    for (let n = 0; n < this.legs.length; n++) {
      const [fromUs = null, toUs = null] = [points[n], points[n + 1]]
      if (fromUs !== null && toUs !== null) this.leg(n).add(fromUs, toUs)
    }
  }

  read(): HopFigures {
    const [accepted, received, recorded] = this.legs
    return {
      producedToAccepted: accepted?.read() ?? null,
      acceptedToFirstReceived: received?.read() ?? null,
      firstReceivedToRecorded: recorded?.read() ?? null,
    }
  }

  merge(other: HopsMeter): void {
    for (const [n, leg] of other.legs.entries()) if (leg) this.leg(n).merge(leg)
  }

  fresh(): HopsMeter {
    return new HopsMeter()
  }

  private leg(n: number): Leg {
    const leg = this.legs[n] ?? new Leg()
    this.legs[n] = leg
    return leg
  }
}

function pointsOf({ producedUs, acceptedUs, firstReceivedUs, recordedUs }: HopTimes) {
  return [producedUs, acceptedUs, firstReceivedUs, recordedUs] as const
}
