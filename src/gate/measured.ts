import { EvtError } from '../errors.js'
import type { HdrBuckets } from '../meters/hdr-buckets.js'
import { readHdr } from '../meters/hdr-v2.js'
import type { StatsRow } from '../stats/result.js'
import { dependenceOf } from './dependence.js'
import { type Dependence, Distribution } from './distribution.js'
import type { MetricRow } from './metrics.js'

/** What rules are judged on: the figures of a run, of whatever they were measured. */
export interface Measured {
  total: GateRow
  types: TypeGateRow[]
}

/** A row, its latencies, and how much their samples depend on each other. */
export interface GateRow {
  figures: MetricRow
  /** Null without latencies. */
  distribution: Distribution | null
  /** By percentile; null where it is not known. */
  dependence: ReadonlyMap<number, Dependence> | null
}

export interface TypeGateRow extends GateRow {
  type: string
  source: string
}

export const percents = [50, 90, 95, 99, 99.9, 99.99] as const

/** The histogram that evt or a saved run has as text.
 * @throws EvtError `outside` where it holds none */
export function bucketsOf(hdr: string): HdrBuckets {
  const reading = readHdr(hdr)
  if (reading.ok) return reading.histogram
  throw new EvtError(`a histogram ${reading.fault}`, { code: 'outside' })
}

/** The same, to be asked for ranks. */
export function distributionOf(hdr: string | null): Distribution | null {
  return hdr === null ? null : new Distribution(bucketsOf(hdr))
}

/** How much the samples of a row depend on each other, by the histograms of its windows. */
export function dependenceOfWindows(
  whole: Distribution | null,
  windows: readonly Distribution[],
): ReadonlyMap<number, Dependence> | null {
  if (whole === null || windows.length === 0) return null
  return new Map(
    percents.map((percent) => {
      const value = whole.percentile(percent)
      const counts = windows.map((window) => ({ count: window.total, above: window.above(value) }))
      return [percent, dependenceOf(counts)]
    }),
  )
}

/** A row without anything but latencies, as a log of histograms has them. */
export function latencyRow(latencyMs: StatsRow['latencyMs']): StatsRow {
  return {
    events: latencyMs.count,
    distinct: null,
    duplicates: { count: null, rate: null, byCause: { replay: 0, redelivery: 0, sameId: 0 } },
    ordering: {
      ...{ keys: 0, checked: 0, reordered: 0, ratio: null, maxExtent: null },
      ...{ maxLateMs: null, p99LateMs: null },
    },
    latencyMs,
  }
}
