import { samplesNeeded } from '../../meters/hdr.js'
import {
  type Bounds,
  type PercentileTable,
  TableBounds,
  type TableFigures,
} from '../../meters/percentile-table.js'
import type { HlogLatency } from './result.js'

/** The figures that need no histogram, in milliseconds. */
type TableLatency = Omit<HlogLatency, 'resolutionMs' | 'hdr'>

const percents = { p50: 50, p90: 90, p95: 95, p99: 99, p999: 99.9, p9999: 99.99 } as const

/** A percentile that some tables leave open, with the name that people know. */
export interface OpenPercentile extends Bounds {
  name: string
}

/** What tables give of all their values: a percentile where a row or the table itself says it. */
export function tableLatency(tables: readonly PercentileTable[], perMs: number): TableLatency {
  const ms = (value: number | null | undefined) =>
    value === null || value === undefined ? null : value / perMs
  const given = (percent: number) => ms(percentilesOf(tables)(percent).given)
  const { mean, stddev } = momentsOf(tables)
  const mins = tables.filter(hasValues).map(({ figures }) => figures.min)
  const min = mins.reduce(
    (a, b) => (a === null || b === null ? null : Math.min(a, b)),
    mins[0] ?? null,
  )
  const lasts = tables.flatMap(({ steps }) => steps.at(-1)?.value ?? [])
  return {
    ...{ count: countOf(tables), min: ms(min), mean: ms(mean), stddev: ms(stddev) },
    ...{ p50: given(50), p90: given(90), p95: given(95) },
    ...{ p99: given(99), p999: given(99.9), p9999: given(99.99) },
    ...{ max: lasts.length === 0 ? null : Math.max(...lasts) / perMs },
    ...{ skewed: null, overflow: null },
  }
}

/** The percentiles for which there are values enough, and no row. */
export function openPercentiles(tables: readonly PercentileTable[]): OpenPercentile[] {
  const at = percentilesOf(tables)
  return Object.values(percents).flatMap((percent) => {
    const { given, bounds } = at(percent)
    return given === null && bounds !== undefined ? [{ name: `p${percent}`, ...bounds }] : []
  })
}

const hasValues = ({ total }: PercentileTable) => total > 0
const countOf = (tables: readonly PercentileTable[]) =>
  tables.reduce((sum, { total }) => sum + total, 0)

function percentilesOf(tables: readonly PercentileTable[]) {
  const filled = tables.filter(hasValues)
  const count = countOf(filled)
  const all = new TableBounds(filled)
  const [only, ...others] = filled
  return (percent: number): { given: number | null; bounds?: Bounds } => {
    if (!only || count < samplesNeeded(percent)) return { given: null }
    const bounds = all.at(percent)
    if (bounds.low === bounds.high) return { given: bounds.high }
    const said = others.length === 0 ? only.figures.percentiles.get(percent) : undefined
    const isSaid = said !== undefined && said > bounds.low && said <= bounds.high
    return { given: isSaid ? said : null, bounds }
  }
}

/** Of all values, from what each table says of its own; null where one says nothing. */
function momentsOf(tables: readonly PercentileTable[]): {
  mean: number | null
  stddev: number | null
} {
  const filled = tables.filter(hasValues)
  const [only, ...others] = filled
  if (others.length === 0) return only?.figures ?? { mean: null, stddev: null }
  const count = countOf(filled)
  const mean = sumOf(filled, ({ mean }) => mean)
  const squares = sumOf(filled, ({ mean, stddev }) =>
    mean === null || stddev === null ? null : stddev ** 2 + mean ** 2,
  )
  if (mean === null || squares === null) return { mean: mean && mean / count, stddev: null }
  const variance = squares / count - (mean / count) ** 2
  return { mean: mean / count, stddev: Math.sqrt(Math.max(0, variance)) }
}

function sumOf(
  tables: readonly PercentileTable[],
  of: (figures: TableFigures) => number | null,
): number | null {
  let sum = 0
  for (const { figures, total } of tables) {
    const each = of(figures)
    if (each === null) return null
    sum += each * total
  }
  return sum
}
