import type { StatsResult, StatsRow } from '../result.js'

/**
 * `evt.diff/1`: A versus B. Differences are A less B, relative ones are shares of B (0.24 is 24%
 * more); null where a side does not claim the figure, relative also where B is zero.
 */
export interface DiffResult {
  schema: 'evt.diff/1'
  selection: StatsResult['selection']
  /** One of the sides is. */
  partial: boolean
  /** With `--sample`, as in evt.stats/1. */
  sample?: number
  a: DiffSide
  b: DiffSide
  total: DiffRow
  /** The most unusual first (unusual.ts). By source, the type is `*`. */
  types: DiffTypeRow[]
}

/** What evt.stats/1 says of a whole side; its rows are in `total` and `types`. */
export interface DiffSide
  extends Pick<StatsResult, 'sources' | 'partial' | 'span' | 'read' | 'findings'> {
  /** Where the sides are two times of one SOURCE; `selection` is then that of A. */
  period?: { since: string; until: string }
  /** Length of the selection where both ends are given, else first to last arrival (else time); in
   * seconds. Null where that is nothing. */
  seconds: number | null
}

export interface DiffRow {
  a: StatsRow | null
  b: StatsRow | null
  difference: Differences
}

export interface DiffTypeRow extends DiffRow {
  type: string
  source: string
  /** The side that alone has the type. */
  only: 'a' | 'b' | null
  /** What differs most, as sure as that is; null where nothing surely does. */
  unusual: { figure: JudgedFigure; atLeast: number } | null
}

export interface Difference {
  absolute: number | null
  relative: number | null
}

/** `atLeast`: the relative difference nearest to none that the samples allow (unusual.ts); 0 where
 * they allow none, null where they are too few to say. */
export interface JudgedDifference extends Difference {
  atLeast: number | null
}

/** Figures whose sampling error is known, by their names in the rules of the gate. */
export type JudgedFigure =
  | 'share'
  | 'duplicates.rate'
  | 'ordering.ratio'
  | `latency.${'p50' | 'p90' | 'p95' | 'p99' | 'p999' | 'p9999'}`

/** By the names that the figures have in a row. */
export interface Differences {
  events: Difference
  /** Events a second; null without `seconds`. */
  perSecond: Difference & { a: number | null; b: number | null }
  /** Of the events of its side. */
  share: JudgedDifference & { a: number | null; b: number | null }
  distinct: Difference
  duplicates: { rate: JudgedDifference }
  ordering: { ratio: JudgedDifference }
  latencyMs: {
    mean: Difference
    p50: JudgedDifference
    p90: JudgedDifference
    p95: JudgedDifference
    p99: JudgedDifference
    p999: JudgedDifference
    p9999: JudgedDifference
    max: Difference
  }
}
