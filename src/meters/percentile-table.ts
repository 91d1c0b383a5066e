import { HdrBuckets, rankOf } from './hdr-buckets.js'
import type { HgrmRow } from './hgrm-text.js'

/** Values between two rows of a percentile table: above the one, up to the other. */
interface TableStep {
  /** The greatest value, which surely was recorded. */
  readonly value: number
  readonly count: number
  /** How many of these may lie anywhere above the step before; the others are `value`. */
  readonly vague: number
}

/** What a table says beside its rows, in the unit of its values. */
export interface TableFigures {
  mean: number | null
  stddev: number | null
  min: number | null
  /** Percentiles, by the percent, that no row gives. */
  percentiles: ReadonlyMap<number, number>
}

const WHOLE = 10n ** 12n
const MAX_DIGITS = 5

/**
 * What HdrHistogram's percentile table keeps of a histogram. Its rows are steps: so many values
 * were recorded above the row before, up to this one. From the share that a row was printed for on,
 * they are known to be the row's own value; where between the rows the others lie is not.
 */
export class PercentileTable {
  readonly steps: readonly TableStep[]
  readonly total: number

  /** @param rows ascending in value and count, the last of them for all values */
  constructor(
    rows: readonly HgrmRow[],
    readonly figures: TableFigures,
  ) {
    this.total = rows.at(-1)?.count ?? 0
    const firsts = rows.filter(({ count }, n) => count !== (rows[n - 1]?.count ?? 0))
    this.steps = firsts.map(({ value, share, count: upTo }, n) => {
      const below = firsts[n - 1]?.count ?? 0
      const first = Number((BigInt(this.total) * share + WHOLE - 1n) / WHOLE)
      const vague = Math.min(upTo - below, Math.max(0, first - 1 - below))
      return { value, count: upTo - below, vague }
    })
  }

  /** As a histogram: each value in the bucket of its row, so that none is too low.
   * @param digits how many of them the values are known to */
  buckets(digits: number): HdrBuckets {
    const precision = Math.min(digits, MAX_DIGITS)
    const buckets = new HdrBuckets(precision, 0, BigInt(Number.MAX_SAFE_INTEGER))
    for (const { value, count } of this.steps) buckets.add(value, count)
    return buckets
  }
}

/** Where a percentile lies. */
export interface Bounds {
  low: number
  high: number
}

/** The percentiles of all values of some tables, as far as their steps tell. */
export class TableBounds {
  private readonly lows: readonly [value: number, count: number][]
  private readonly highs: readonly [value: number, count: number][]
  private readonly total: number

  constructor(tables: readonly PercentileTable[]) {
    const lows = new Map<number, number>()
    const highs = new Map<number, number>()
    const add = (to: Map<number, number>, value: number, count: number) =>
      to.set(value, (to.get(value) ?? 0) + count)
    for (const { steps } of tables) {
      for (const [n, { value, count, vague }] of steps.entries()) {
        add(highs, value, count)
        add(lows, value, count - vague)
        add(lows, steps[n - 1]?.value ?? 0, vague)
      }
    }
    this.lows = [...lows].sort(([a], [b]) => a - b)
    this.highs = [...highs].sort(([a], [b]) => a - b)
    this.total = tables.reduce((sum, { total }) => sum + total, 0)
  }

  at(percent: number): Bounds {
    const rank = rankOf(this.total, percent)
    return { low: valueAt(this.lows, rank), high: valueAt(this.highs, rank) }
  }
}

function valueAt(ascending: readonly [value: number, count: number][], rank: number): number {
  let below = 0
  for (const [value, count] of ascending) {
    below += count
    if (below >= rank) return value
  }
  return ascending.at(-1)?.[0] ?? 0
}
