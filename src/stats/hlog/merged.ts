import { timeText } from '../../event/time.js'
import { samplesNeeded } from '../../meters/hdr.js'
import { type HdrBuckets, summaryOf } from '../../meters/hdr-buckets.js'
import { writeHdr } from '../../meters/hdr-v2.js'
import type { PercentileTable } from '../../meters/percentile-table.js'
import type { HlogLatency, HlogRowFigures, HlogSpan, HlogUnit } from './result.js'
import { tableLatency } from './table-latency.js'

/** How many of a unit a millisecond has. */
export const unitsPerMs: Readonly<Record<HlogUnit, number>> = {
  ns: 1e6,
  us: 1e3,
  ms: 1,
  s: 1e-3,
}

/** Seconds since the epoch; NaN where a log does not say when it began. */
export interface Interval {
  histogram: HdrBuckets
  /** What the histogram was made of, if of a percentile table. */
  table?: PercentileTable
  unit: HlogUnit
  startSeconds: number
  endSeconds: number
}

/** Rows of one tag, precision and unit as one. */
export class MergedRow {
  intervals = 0
  private startSeconds = Number.POSITIVE_INFINITY
  private endSeconds = Number.NEGATIVE_INFINITY
  private isDated = true
  readonly histogram: HdrBuckets
  /** All rows, where these are percentile tables; else none. */
  readonly tables: PercentileTable[] = []
  readonly unit: HlogUnit

  constructor({ histogram, unit }: Pick<Interval, 'histogram' | 'unit'>) {
    this.histogram = histogram.fresh()
    this.unit = unit
  }

  add({ histogram, table, startSeconds, endSeconds }: Interval): void {
    this.histogram.merge(histogram)
    if (table) this.tables.push(table)
    this.intervals += 1
    if (Number.isNaN(startSeconds)) this.isDated = false
    else {
      this.startSeconds = Math.min(this.startSeconds, startSeconds)
      this.endSeconds = Math.max(this.endSeconds, endSeconds)
    }
  }

  /** What rows have to share to be added: the same bucket for every value, in the same unit. The
   * steps of a percentile table are no buckets. */
  static precisionOf({
    histogram,
    table,
    unit,
  }: Omit<Interval, 'startSeconds' | 'endSeconds'>): string {
    return `${histogram.digits} ${histogram.unitMagnitude} ${unit}${table ? ' table' : ''}`
  }

  get span(): HlogSpan {
    const { startSeconds, endSeconds } = this
    return this.isDated
      ? { start: secondsText(startSeconds), end: secondsText(endSeconds) }
      : { start: null, end: null }
  }

  figures(): HlogRowFigures {
    const { intervals, histogram, tables, unit, span } = this
    const perMs = unitsPerMs[unit]
    const latencyMs = latencyOf(histogram, perMs)
    return {
      intervals,
      precision: histogram.digits,
      unit,
      span,
      latencyMs: tables.length === 0 ? latencyMs : { ...latencyMs, ...tableLatency(tables, perMs) },
    }
  }
}

/** Null where no calendar knows the moment. */
function secondsText(seconds: number): string | null {
  const us = Math.round(seconds * 1e6)
  return Number.isSafeInteger(us) ? timeText(us) : null
}

function latencyOf(histogram: HdrBuckets, perMs: number): HlogLatency {
  const summary = summaryOf(histogram)
  const { total: count } = histogram
  const ms = (value: number | undefined) => (value === undefined ? null : value / perMs)
  const at = (percent: number) =>
    summary === null || count < samplesNeeded(percent) ? null : summary.at(percent) / perMs
  return {
    count,
    min: ms(summary?.min),
    mean: ms(summary?.mean),
    stddev: ms(summary?.stddev),
    p50: at(50),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    p999: at(99.9),
    p9999: at(99.99),
    max: ms(summary?.max),
    skewed: null,
    overflow: null,
    resolutionMs: 2 ** histogram.unitMagnitude / perMs,
    hdr: summary === null ? null : writeHdr(histogram),
  }
}
