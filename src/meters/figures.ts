/** The figures of one row of `evt.stats/1` (DESIGN §7). Null: cannot be claimed. Rates and ratios
 * are fractions, not percent. */
export interface StatsRow {
  events: number
  distinct: number | null
  duplicates: DuplicateCounts
  ordering: OrderingFigures
  latencyMs: LatencyFigures
  /** Where they were asked for. */
  hops?: HopFigures
}

/** The legs of an event's way, in their order. */
export const hopLegs = [
  'producedToAccepted',
  'acceptedToFirstReceived',
  'firstReceivedToRecorded',
] as const

export type HopLeg = (typeof hopLegs)[number]

/** What each leg took, of first deliveries that have both of its times; null where none has.
 * `resolutionMs` is the coarser one of the two clocks. */
export type HopFigures = Record<HopLeg, LatencyFigures | null>

export interface DuplicateCounts {
  count: number | null
  rate: number | null
  byCause: { replay: number; redelivery: number; sameId: number }
}

export interface OrderingFigures {
  keys: number
  checked: number
  reordered: number
  /** Null where nothing was checked, as `maxExtent` is. */
  ratio: number | null
  maxExtent: number | null
  /** 0 where nothing checked was reordered; null where no reordered one has a known lateness. */
  maxLateMs: number | null
  p99LateMs: number | null
}

export interface LatencyFigures {
  /** First deliveries with both times, without the skewed, with the overflow. */
  count: number
  min: number | null
  mean: number | null
  stddev: number | null
  p50: number | null
  p90: number | null
  p95: number | null
  p99: number | null
  p999: number | null
  p9999: number | null
  max: number | null
  skewed: number
  overflow: number
  resolutionMs: number | null
  /** HdrHistogram V2, compressed, base64, of microseconds; null without samples. */
  hdr: string | null
}

/** Microseconds since the epoch; null where no delivery has one. */
export interface SpanFigures {
  firstTimeUs: number | null
  lastTimeUs: number | null
  firstReceivedAtUs: number | null
  lastReceivedAtUs: number | null
}
