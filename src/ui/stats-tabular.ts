import {
  hopLegs,
  type LatencyFigures,
  type StatsResult,
  type StatsRow,
  type TypeRow,
  type WindowRow,
} from '../stats/result.js'
import type { Tabular, TabularColumn, TabularValue } from './tabular.js'

interface StatsColumn<Row> extends TabularColumn {
  readonly of: (row: Row) => TabularValue
}

const typeColumns: readonly StatsColumn<TypeRow>[] = [
  { name: 'type', type: 'text', of: ({ type }) => type },
  { name: 'source', type: 'text', of: ({ source }) => source },
]

const windowColumns: readonly StatsColumn<WindowRow>[] = [
  { name: 'start', type: 'time', of: ({ start }) => start },
  { name: 'end', type: 'time', of: ({ end }) => end },
]

/** Null where a result does not know a figure of `latencyMs`. */
interface LatencyRow {
  readonly latencyMs: { readonly [Name in keyof LatencyFigures]: LatencyFigures[Name] | null }
}

/** The same in every table that has latencies. */
export const latencyColumns: readonly StatsColumn<LatencyRow>[] = [
  { name: 'latencyCount', type: 'integer', of: ({ latencyMs: l }) => l.count },
  { name: 'latencyMinMs', type: 'decimal', of: ({ latencyMs: l }) => l.min },
  { name: 'latencyMeanMs', type: 'decimal', of: ({ latencyMs: l }) => l.mean },
  { name: 'latencyStddevMs', type: 'decimal', of: ({ latencyMs: l }) => l.stddev },
  { name: 'latencyP50Ms', type: 'decimal', of: ({ latencyMs: l }) => l.p50 },
  { name: 'latencyP90Ms', type: 'decimal', of: ({ latencyMs: l }) => l.p90 },
  { name: 'latencyP95Ms', type: 'decimal', of: ({ latencyMs: l }) => l.p95 },
  { name: 'latencyP99Ms', type: 'decimal', of: ({ latencyMs: l }) => l.p99 },
  { name: 'latencyP999Ms', type: 'decimal', of: ({ latencyMs: l }) => l.p999 },
  { name: 'latencyP9999Ms', type: 'decimal', of: ({ latencyMs: l }) => l.p9999 },
  { name: 'latencyMaxMs', type: 'decimal', of: ({ latencyMs: l }) => l.max },
  { name: 'latencySkewed', type: 'integer', of: ({ latencyMs: l }) => l.skewed },
  { name: 'latencyOverflow', type: 'integer', of: ({ latencyMs: l }) => l.overflow },
  { name: 'latencyResolutionMs', type: 'decimal', of: ({ latencyMs: l }) => l.resolutionMs },
  { name: 'latencyHdr', type: 'text', opaque: true, of: ({ latencyMs: l }) => l.hdr },
]

const figureColumns: readonly StatsColumn<StatsRow>[] = [
  { name: 'events', type: 'integer', of: ({ events }) => events },
  { name: 'distinct', type: 'integer', of: ({ distinct }) => distinct },
  { name: 'duplicatesCount', type: 'integer', of: ({ duplicates: d }) => d.count },
  { name: 'duplicatesRate', type: 'decimal', of: ({ duplicates: d }) => d.rate },
  { name: 'duplicatesReplay', type: 'integer', of: ({ duplicates: d }) => d.byCause.replay },
  {
    name: 'duplicatesRedelivery',
    type: 'integer',
    of: ({ duplicates: d }) => d.byCause.redelivery,
  },
  { name: 'duplicatesSameId', type: 'integer', of: ({ duplicates: d }) => d.byCause.sameId },
  { name: 'orderingKeys', type: 'integer', of: ({ ordering: o }) => o.keys },
  { name: 'orderingChecked', type: 'integer', of: ({ ordering: o }) => o.checked },
  { name: 'orderingReordered', type: 'integer', of: ({ ordering: o }) => o.reordered },
  { name: 'orderingRatio', type: 'decimal', of: ({ ordering: o }) => o.ratio },
  { name: 'orderingMaxExtent', type: 'integer', of: ({ ordering: o }) => o.maxExtent },
  { name: 'orderingMaxLateMs', type: 'decimal', of: ({ ordering: o }) => o.maxLateMs },
  { name: 'orderingP99LateMs', type: 'decimal', of: ({ ordering: o }) => o.p99LateMs },
  ...latencyColumns,
]

/** `producedToAcceptedP50Ms`, …: as `latencyMs`, for each leg; null where nobody stamped it. */
const hopColumns: readonly StatsColumn<StatsRow>[] = hopLegs.flatMap((leg) =>
  latencyColumns.map(({ name, of, ...column }) => ({
    ...column,
    name: name.replace(/^latency/, leg),
    of: ({ hops }) => {
      const figures = hops?.[leg]
      return figures ? of({ latencyMs: figures }) : null
    },
  })),
)

/** One row a type; with windows, one row a window. No row of totals: sums would count it twice. */
export function statsTabular(result: StatsResult): Tabular {
  const metadata = {
    schema: result.schema,
    partial: String(result.partial),
    ...(result.sample !== undefined && { sample: String(result.sample) }),
    ...(result.bounded !== undefined && { bounded: result.bounded }),
  }
  const figures = result.total.hops ? [...figureColumns, ...hopColumns] : figureColumns
  const table = result.windows
    ? flat(windowColumns, result.windows, figures)
    : flat(typeColumns, result.types, figures)
  return { ...table, metadata }
}

function flat<Row extends StatsRow>(
  own: readonly StatsColumn<Row>[],
  rows: readonly Row[],
  figures: readonly StatsColumn<StatsRow>[],
) {
  const all: readonly StatsColumn<Row>[] = [...own, ...figures]
  return {
    columns: all.map(({ of: _, ...column }) => column),
    rows: rows.map((row) => all.map((column) => column.of(row))),
  }
}
