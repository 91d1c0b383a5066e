import type { StatsRow } from '../stats/result.js'

export type Unit = 'ms' | 'share' | 'count'

/** What a metric can be asked of beside the whole: its types, its windows. */
type Asked = 'types' | 'windows'

/** A figure that rules can be about, by its name in DESIGN §7. */
export interface Metric {
  readonly name: string
  readonly unit: Unit
  readonly of: readonly Asked[]
  /** For a percentile, which one. */
  readonly percent?: number
  /** Where sampling error is that of a share: so many events of so many. */
  readonly shareOf?: (row: MetricRow) => { events: number; of: number } | null
  /** Null: not claimed. */
  read(row: MetricRow): number | null
}

/** A row of a result, and what only the whole has. */
export interface MetricRow extends StatsRow {
  undecodable?: { count: number; records: number }
  /** Now − the greatest `time`; null where no event has one. */
  ageMs?: number | null
  /** Where a rule is about them; null: cannot be told. */
  loops?: number | null
  lost?: number | null
  /** By name; of a flow alone. */
  flow?: Readonly<Record<FlowMetric, number>>
}

export const flowMetrics = ['runs', 'completed', 'late', 'stuck', 'open'] as const
export type FlowMetric = (typeof flowMetrics)[number]

/** What `evt loops` finds, and what `evt reconcile` says was lost. */
export const LOOPS = 'loops'
export const LOSS = 'loss.count'

const all: readonly Asked[] = ['types', 'windows']
const whole: readonly Asked[] = []

const latency = (name: string, read: Metric['read'], unit: Unit = 'ms'): Metric => ({
  ...{ name: `latency.${name}`, unit, of: all, read },
})
const percentile = (name: 'p50' | 'p90' | 'p95' | 'p99' | 'p999' | 'p9999', percent: number) => ({
  ...latency(name, ({ latencyMs }) => latencyMs[name]),
  percent,
})
const counted = (name: string, read: Metric['read'], of = all): Metric => ({
  ...{ name, unit: 'count', of, read },
})
const flow = (name: FlowMetric): Metric => counted(name, (row) => row.flow?.[name] ?? null, whole)

export const metrics: readonly Metric[] = [
  counted('events', ({ events }) => events),
  counted('distinct', ({ distinct }) => distinct),
  counted('duplicates.count', ({ duplicates }) => duplicates.count),
  {
    ...{ name: 'duplicates.rate', unit: 'share', of: all },
    read: ({ duplicates }) => duplicates.rate,
    shareOf: ({ events, duplicates: { count } }) =>
      count === null ? null : { events: count, of: events },
  },
  counted('ordering.reordered', ({ ordering }) => ordering.reordered),
  {
    ...{ name: 'ordering.ratio', unit: 'share', of: all },
    read: ({ ordering }) => ordering.ratio,
    shareOf: ({ ordering }) => ({ events: ordering.reordered, of: ordering.checked }),
  },
  counted('ordering.maxExtent', ({ ordering }) => ordering.maxExtent),
  { name: 'ordering.maxLateMs', unit: 'ms', of: all, read: ({ ordering }) => ordering.maxLateMs },
  latency('min', ({ latencyMs }) => latencyMs.min),
  latency('mean', ({ latencyMs }) => latencyMs.mean),
  percentile('p50', 50),
  percentile('p90', 90),
  percentile('p95', 95),
  percentile('p99', 99),
  percentile('p999', 99.9),
  percentile('p9999', 99.99),
  latency('max', ({ latencyMs }) => latencyMs.max),
  latency('skewed', ({ latencyMs }) => latencyMs.skewed, 'count'),
  counted('undecodable.count', ({ undecodable }) => undecodable?.count ?? null, whole),
  {
    ...{ name: 'undecodable.rate', unit: 'share', of: whole },
    read: ({ undecodable }) => shareOf(undecodable),
    shareOf: ({ undecodable }) =>
      undecodable ? { events: undecodable.count, of: undecodable.records } : null,
  },
  { name: 'age', unit: 'ms', of: whole, read: ({ ageMs }) => ageMs ?? null },
  counted(LOOPS, ({ loops }) => loops ?? null, whole),
  counted(LOSS, ({ lost }) => lost ?? null, whole),
]

export const metricsOfFlows: readonly Metric[] = flowMetrics.map(flow)

function shareOf(undecodable: MetricRow['undecodable']): number | null {
  if (!undecodable || undecodable.records === 0) return null
  return undecodable.count / undecodable.records
}
