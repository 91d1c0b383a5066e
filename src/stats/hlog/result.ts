import type { LatencyFigures } from '../../meters/figures.js'
import type { Finding } from '../result.js'

/** `evt.hlog/1`: what histogram logs and percentile tables hold, merged. Null: not claimed. */
export interface HlogResult {
  schema: 'evt.hlog/1'
  sources: string[]
  partial: boolean
  /** `bytes` as stored; `tables` are those intervals that stand for a percentile table; `broken`
   * are lines that could not be read. */
  read: { objects: number; bytes: number; intervals: number; tables: number; broken: number }
  span: HlogSpan
  /** Null where the rows are of more than one precision or unit: these cannot be added. */
  total: HlogRowFigures | null
  /** By count descending, then tag in byte order, then precision. */
  tags: HlogTagRow[]
  findings: Finding[]
}

/** Null where the log does not say when it began. */
export interface HlogSpan {
  start: string | null
  end: string | null
}

export type HlogUnit = 'ns' | 'us' | 'ms' | 's'

export interface HlogRowFigures {
  /** How many rows of logs were merged. */
  intervals: number
  /** Significant digits. */
  precision: number
  unit: HlogUnit
  span: HlogSpan
  latencyMs: HlogLatency
}

export interface HlogTagRow extends HlogRowFigures {
  /** Null for rows without one. */
  tag: string | null
}

/**
 * As precise as the histogram: minimum, mean, stddev and maximum are those of buckets too.
 * `resolutionMs` is the width of the narrowest bucket, `hdr` has the unit of the log. Of percentile
 * tables mean, stddev and percentiles are those that the tables say, and `hdr` has each value in
 * the bucket of the row that it is counted in.
 */
export interface HlogLatency extends Omit<LatencyFigures, 'skewed' | 'overflow'> {
  /** No log says how many values were left out. */
  skewed: null
  overflow: null
}
