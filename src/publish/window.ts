import type { TypeLatencies } from '../stats/latency-intervals.js'
import type { StatsRow } from '../stats/result.js'
import type { TypeCounts } from '../stats/type-counts.js'
import type { OfType } from './own-types.js'

/** What was measured of one window, in an archive or live. */
export interface WindowFigures {
  readonly startMs: number
  readonly endMs: number
  readonly row: StatsRow
  /** Of each type that has metrics of its own, whether or not anything of it came. */
  readonly types: readonly TypeFigures[]
  readonly beside: Beside
  /** What is still on its way may change it. */
  readonly isOpen?: boolean
}

/** What of the figures of a row is told of a type, too. */
export type Counted = Pick<TypeCounts, 'events' | 'distinct' | 'duplicates' | 'reordered'>

/** What was measured of a type in a window. */
export interface TypeFigures extends OfType, Counted, Pick<Beside, 'freshnessMs' | 'lost'> {
  /** Undefined: it has none, but maybe those that lie above all buckets. */
  readonly latencies: TypeLatencies | undefined
  readonly overflow: number
}

/** Figures that evt stats does not have. Absent: nobody knows, or nobody asked. */
interface Beside {
  /** How long ago, at the end of the window, the newest event so far had happened. Below zero: by
   * a clock that is ahead. */
  readonly freshnessMs?: number | undefined
  /** Records that came in it and could not be decoded. */
  readonly undecodable?: number | undefined
  /** Deliveries that came in it and are of a window that had been told already: in no other
   * figure. */
  readonly missed?: number | undefined
  /** Of what was sent in it. */
  readonly lost?: number | undefined
  /** Which ran in it. */
  readonly loops?: number | undefined
}

const noLatency = {
  ...{ count: 0, min: null, mean: null, stddev: null, max: null, skewed: 0, overflow: 0 },
  ...{ p50: null, p90: null, p95: null, p99: null, p999: null, p9999: null },
  ...{ resolutionMs: null, hdr: null },
}

/** The figures of a window in which nothing came. */
export const emptyRow: StatsRow = {
  events: 0,
  distinct: 0,
  duplicates: { count: 0, rate: null, byCause: { replay: 0, redelivery: 0, sameId: 0 } },
  ordering: {
    ...{ keys: 0, checked: 0, reordered: 0, ratio: null },
    ...{ maxExtent: null, maxLateMs: null, p99LateMs: null },
  },
  latencyMs: noLatency,
}

export function countedOf({ events, distinct, duplicates, ordering }: StatsRow): Counted {
  const reordered = ordering.keys === 0 ? null : ordering.reordered
  return { events, distinct, duplicates: duplicates.count, reordered }
}
