import { EvtError } from '../errors.js'
import { rankOf } from '../meters/hdr-buckets.js'
import type { Datum, Dimensions, Latencies } from './datum.js'
import { type Folded, fold, foldedPercentile, MOST_ERROR } from './fold.js'
import { countAbove, latenciesOf, latenciesOfType } from './latencies.js'
import { type By, ownDimensions } from './own-types.js'
import { type Counted, countedOf, type TypeFigures, type WindowFigures } from './window.js'

/** The datums of one window. */
export interface WindowDatums {
  readonly startMs: number
  readonly endMs: number
  readonly isOpen?: boolean | undefined
  readonly datums: readonly Datum[]
  /** What `Latency` is folded from. */
  readonly latencies: readonly Latencies[]
}

export interface DatumOptions {
  /** Beside those of a type, on every datum. */
  readonly dimensions: Dimensions
  /** What takes longer is late. */
  readonly graceUs: number
  /** What {@link WindowFigures.types} are; by default types. */
  readonly by?: By | undefined
}

/** What is told of a window (DESIGN §8): counts and latencies of all, then those of types. */
export function datumsOf(
  window: WindowFigures,
  { dimensions, graceUs, by = 'type' }: DatumOptions,
): WindowDatums {
  const { startMs, endMs, isOpen, row, types } = window
  const all = latenciesOf(row.latencyMs, dimensions)
  const byType = types.map((figures) => {
    const named = [...dimensions, ...ownDimensions(figures, by)]
    const latencies = latenciesOfType(figures, { dimensions: named, all })
    return { figures, latencies, at: { atMs: startMs, dimensions: named } }
  })
  const latencies = [all, ...byType.map((each) => each.latencies)].flatMap((each) => each ?? [])
  return {
    ...{ startMs, endMs, isOpen, latencies },
    datums: [
      ...figuresOf(window, dimensions, all && countAbove(all, graceUs)),
      ...byType.flatMap(({ figures, latencies: own, at }) =>
        typeFiguresOf(figures, lateOf(figures, own, graceUs), at),
      ),
      ...latencies.flatMap((each) => latencyDatums(each, startMs)),
    ],
  }
}

/** Those that lie above all buckets are late, too, where there are no others. */
function lateOf({ overflow }: TypeFigures, own: Latencies | undefined, graceUs: number) {
  if (own) return countAbove(own, graceUs)
  return overflow > 0 ? overflow : undefined
}

/** What has one value in a window, in the order in which it is told. */
function figuresOf(
  { startMs: atMs, row, beside }: WindowFigures,
  dimensions: Dimensions,
  late: number | undefined,
): Datum[] {
  const { ordering, latencyMs } = row
  const isTimed = latencyMs.count + latencyMs.skewed > 0
  const counts = {
    ...countsOf(countedOf(row)),
    Skewed: isTimed ? latencyMs.skewed : null,
    Late: late,
    Undecodable: beside.undecodable,
    Missed: beside.missed,
    Lost: beside.lost,
    Loops: beside.loops,
  }
  const times = {
    Lateness: ordering.reordered === 0 ? null : ordering.maxLateMs,
    Freshness: beside.freshnessMs,
  }
  return told({ counts, times }, { dimensions, atMs })
}

/** The same of a type, of which less is told: each metric has its price. */
function typeFiguresOf(
  figures: TypeFigures,
  late: number | undefined,
  at: Pick<Datum, 'dimensions' | 'atMs'>,
): Datum[] {
  const { freshnessMs, lost } = figures
  const counts = { ...countsOf(figures), Late: late, Lost: lost }
  return told({ counts, times: { Freshness: freshnessMs } }, at)
}

function countsOf({ events, distinct, duplicates, reordered }: Counted) {
  return { Deliveries: events, Receptions: distinct, Duplicates: duplicates, Reordered: reordered }
}

type Figures = Readonly<Record<string, number | null | undefined>>

function told(
  { counts, times }: { counts: Figures; times: Figures },
  at: Pick<Datum, 'dimensions' | 'atMs'>,
): Datum[] {
  const datums = (of: Figures, unit: Datum['unit']) =>
    Object.entries(of).flatMap(([metric, value]): Datum[] =>
      value === null || value === undefined
        ? []
        : [{ metric, unit, ...at, values: [value], counts: [1] }],
    )
  return [...datums(counts, 'Count'), ...datums(times, 'Milliseconds')]
}

function latencyDatums(latencies: Latencies, atMs: number): Datum[] {
  const { dimensions, buckets, min, max, overflow } = latencies
  return checked(fold(buckets, { min, max, overflow }), latencies).map(({ values, counts }) => ({
    ...{ metric: 'Latency', unit: 'Milliseconds' as const, dimensions, atMs, values, counts },
  }))
}

const checkedPercentiles = [50, 90, 99, 99.9, 99.99]

/** What is sent says what was measured, or nothing is sent. */
function checked(folded: Folded[], { buckets, count, overflow }: Latencies): Folded[] {
  const sent = folded.reduce((sum, { counts }) => sum + counts.reduce((a, b) => a + b, 0), 0)
  const isMoved = checkedPercentiles.some((percent) => {
    if (overflow > 0) return false
    const truth = bucketAt(buckets, percent, count) / 1_000
    return Math.abs(foldedPercentile(folded, percent) - truth) > MOST_ERROR * truth
  })
  if (sent === count && !isMoved) return folded
  throw new EvtError(`${sent} of ${count} latencies would be sent, or a percentile would move`, {
    code: 'outside',
  })
}

/** HdrHistogram's: the greatest value of the bucket that holds the rank. */
function bucketAt(buckets: Latencies['buckets'], percent: number, count: number): number {
  let left = rankOf(count, percent)
  for (const bucket of buckets) {
    left -= bucket.count
    if (left <= 0) return bucket.highest
  }
  return 0
}
