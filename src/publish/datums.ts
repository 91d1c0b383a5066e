import { EvtError } from '../errors.js'
import { rankOf } from '../meters/hdr-buckets.js'
import type { StatsResult } from '../stats/result.js'
import type { Datum, Dimensions, Latencies } from './datum.js'
import { type Folded, fold, foldedPercentile, MOST_ERROR } from './fold.js'
import { countAbove, latenciesOf, latenciesOfType } from './latencies.js'
import type { WindowFigures } from './window.js'

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
  /** Which types have latencies of their own. */
  readonly own: readonly OfType[]
  /** What takes longer is late. */
  readonly graceUs: number
}

export interface OfType {
  readonly type: string
  readonly source: string
}

/** Which types have metrics of their own, and how many have none. */
export interface ChosenTypes {
  readonly own: readonly OfType[]
  readonly others: number
}

/** Those with the most events, so many. */
export function chosenTypes(
  { types }: { readonly types: StatsResult['types'] | readonly OfType[] },
  mostTypes: number,
): ChosenTypes {
  const named = types.filter(
    ({ type, source }) => isDimension(type) && (source === '' || isDimension(source)),
  )
  const own = named.slice(0, mostTypes).map(({ type, source }) => ({ type, source }))
  return { own, others: types.length - own.length }
}

/** CloudWatch takes 1 to 1,024 printable characters of ASCII that are not blanks alone, and refuses
 * a whole call for one that it does not take. */
function isDimension(text: string): boolean {
  const isPrintable = text.length <= 1_024 && /^[\x20-\x7e]+$/.test(text)
  return isPrintable && text.trim() !== '' && !text.startsWith(':')
}

/** What is told of a window (DESIGN §8): counts and latencies of all, latencies by type. */
export function datumsOf(
  window: WindowFigures,
  { dimensions, own, graceUs }: DatumOptions,
): WindowDatums {
  const { startMs, endMs, isOpen, row, types } = window
  const all = latenciesOf(row.latencyMs, dimensions)
  const byType = own.flatMap(({ type, source }) => {
    const found = types.find((one) => one.type === type && one.source === source)
    const named = [...dimensions, ...typeDimensions(type, source)]
    return (found && latenciesOfType(found, { dimensions: named, all })) ?? []
  })
  const latencies = [...(all ? [all] : []), ...byType]
  const late = all && countAbove(all, graceUs)
  return {
    ...{ startMs, endMs, isOpen, latencies },
    datums: [
      ...figuresOf(window, dimensions, late),
      ...latencies.flatMap((each) => latencyDatums(each, startMs)),
    ],
  }
}

export function typeDimensions(type: string, source: string): [string, string][] {
  return source === ''
    ? [['Type', type]]
    : [
        ['Source', source],
        ['Type', type],
      ]
}

/** What has one value in a window, in the order in which it is told. */
function figuresOf(
  { startMs: atMs, row, beside }: WindowFigures,
  dimensions: Dimensions,
  late: number | undefined,
): Datum[] {
  const { events, distinct, duplicates, ordering, latencyMs } = row
  const isTimed = latencyMs.count + latencyMs.skewed > 0
  const counts = {
    Deliveries: events,
    Receptions: distinct,
    Duplicates: duplicates.count,
    Reordered: ordering.keys === 0 ? null : ordering.reordered,
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
  const told = (of: Readonly<Record<string, number | null | undefined>>, unit: Datum['unit']) =>
    Object.entries(of).flatMap(([metric, value]): Datum[] =>
      value === null || value === undefined
        ? []
        : [{ metric, unit, dimensions, atMs, values: [value], counts: [1] }],
    )
  return [...told(counts, 'Count'), ...told(times, 'Milliseconds')]
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
