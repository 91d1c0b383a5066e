import type { HopFigures, LatencyFigures } from '../meters/figures.js'
import { addTime, mergeGrain, resolutionMs, timeGrain } from '../meters/time-grain.js'
import type { HopColumns } from './hop-columns.js'
import { LatencyCounts } from './latency-counts.js'

/** What one leg took, and the grain of the clocks at its ends. */
class LegTally {
  private readonly latency = new LatencyCounts()
  private readonly fromGrain = timeGrain()
  private readonly toGrain = timeGrain()

  add(fromUs: number, toUs: number): void {
    this.latency.record(toUs, fromUs)
    addTime(this.fromGrain, fromUs)
    addTime(this.toGrain, toUs)
  }

  merge(other: LegTally): void {
    this.latency.merge(other.latency)
    mergeGrain(this.fromGrain, other.fromGrain)
    mergeGrain(this.toGrain, other.toGrain)
  }

  figures(): LatencyFigures {
    const grains = [resolutionMs(this.fromGrain), resolutionMs(this.toGrain)]
    return this.latency.histogram().figures(Math.max(...grains.map(Number)))
  }
}

/**
 * The legs of one row, of first deliveries: each as `latencyMs` is (DESIGN §8), between two points
 * of the way. A leg is nothing before one delivery has both of its times; skewed ones have both.
 */
export class HopTally {
  private readonly legs: (LegTally | null)[] = [null, null, null]

  add(times: HopColumns, at: number): void {
    const columns = times.columns()
    let fromUs = columns[0][at] as number
    for (let leg = 0; leg < this.legs.length; leg++) {
      const toUs = columns[leg + 1]?.[at] as number
      if (!Number.isNaN(fromUs) && !Number.isNaN(toUs)) this.legOf(leg).add(fromUs, toUs)
      fromUs = toUs
    }
  }

  merge(other: HopTally): void {
    for (const [leg, tally] of other.legs.entries()) if (tally) this.legOf(leg).merge(tally)
  }

  figures(): HopFigures {
    const [accepted, received, recorded] = this.legs
    return {
      producedToAccepted: accepted?.figures() ?? null,
      acceptedToFirstReceived: received?.figures() ?? null,
      firstReceivedToRecorded: recorded?.figures() ?? null,
    }
  }

  private legOf(leg: number): LegTally {
    const tally = this.legs[leg] ?? new LegTally()
    this.legs[leg] = tally
    return tally
  }
}
