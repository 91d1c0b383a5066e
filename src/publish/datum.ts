import type { HdrBucket } from '../meters/hdr-buckets.js'

/** A metric at one moment. */
export interface Datum {
  readonly metric: string
  readonly unit: 'Count' | 'Milliseconds'
  readonly dimensions: Dimensions
  /** The start of the window that it is about. */
  readonly atMs: number
  /** One value, or values with how often each occurs. */
  readonly values: readonly number[]
  readonly counts: readonly number[]
}

export type Dimensions = readonly (readonly [name: string, value: string])[]

/** All latencies of a window, or those of a type in it. */
export interface Latencies {
  readonly dimensions: Dimensions
  /** Of microseconds. */
  readonly buckets: readonly HdrBucket[]
  /** With those that lie above all buckets. */
  readonly count: number
  readonly overflow: number
  /** In ms, exact; of a type that was counted in buckets alone, those of the buckets. */
  readonly min: number
  readonly max: number
  /** In ms; undefined where buckets alone are known. */
  readonly sum: number | undefined
}

/** What a custom metric costs a month at list price, of the first ten thousand (us-east-1). */
export const USD_PER_METRIC = 0.3
/** What a call of PutMetricData costs. */
export const USD_PER_CALL = 1e-5

/** Metrics that differ in name or dimensions: each is paid for. */
export function metricsOf(datums: readonly Datum[]): number {
  return new Set(datums.map(({ metric, dimensions }) => JSON.stringify([metric, dimensions]))).size
}
