import { EvtError } from '../errors.js'
import { isoTimeUs } from '../event/iso-time.js'
import { type HdrBuckets, summaryOf } from '../meters/hdr-buckets.js'
import { bucketsOf } from '../stats/hlog/write-log.js'
import type { LatencyInterval } from '../stats/latency-intervals.js'
import type { StatsResult, WindowRow } from '../stats/result.js'
import type { Datum } from './datum.js'
import { type Folded, fold, foldedPercentile, MOST_ERROR } from './fold.js'

/** The datums of one window. */
export interface WindowDatums {
  readonly startMs: number
  readonly endMs: number
  readonly datums: readonly Datum[]
}

export interface DatumOptions {
  /** Beside those of a type, on every datum. */
  readonly dimensions: readonly (readonly [string, string])[]
  /** So many types have latencies of their own, those with the most events. */
  readonly mostTypes: number
}

/** Which types have metrics of their own, and which have none. */
export interface ChosenTypes {
  readonly own: readonly { readonly type: string; readonly source: string }[]
  readonly others: number
}

export function chosenTypes({ types }: StatsResult, mostTypes: number): ChosenTypes {
  const named = types.filter(({ type, source }) => isDimension(type) && isDimension(source))
  const own = named.slice(0, mostTypes).map(({ type, source }) => ({ type, source }))
  return { own, others: types.length - own.length }
}

/** CloudWatch takes 1 to 1,024 printable characters of ASCII; a source may be unsaid. */
function isDimension(text: string): boolean {
  return text.length <= 1_024 && /^[\x20-\x7e]*$/.test(text) && !text.startsWith(':')
}

/** What CloudWatch is told of each window (DESIGN §8): counts and latencies of all, latencies by
 * type. */
export function datumsOf(
  result: StatsResult,
  intervals: readonly LatencyInterval[],
  { dimensions, mostTypes }: DatumOptions,
): WindowDatums[] {
  const { own } = chosenTypes(result, mostTypes)
  const byStart = new Map(intervals.map((interval) => [interval.startUs, interval]))
  return (result.windows ?? []).map((window) => {
    const startUs = isoTimeUs(window.start) ?? 0
    const startMs = startUs / 1_000
    const datums = [
      ...countsOf(window, startMs, dimensions),
      ...latenciesOf(window, startMs, dimensions),
      ...own.flatMap(({ type, source }) => {
        const rows = byStart.get(startUs)?.rows ?? []
        const hdr = rows.find((row) => row.type === type && row.source === source)?.hdr
        const of = [...dimensions, ...typeDimensions(type, source)]
        return hdr === undefined ? [] : typeLatencies(hdr, startMs, of)
      }),
    ]
    return { startMs, endMs: (isoTimeUs(window.end) ?? 0) / 1_000, datums }
  })
}

function typeDimensions(type: string, source: string): [string, string][] {
  return source === ''
    ? [['Type', type]]
    : [
        ['Source', source],
        ['Type', type],
      ]
}

type Of = Datum['dimensions']

function countsOf(
  { events, distinct, duplicates, ordering, latencyMs }: WindowRow,
  atMs: number,
  dimensions: Of,
): Datum[] {
  const counts = {
    Deliveries: events,
    Receptions: distinct,
    Duplicates: duplicates.count,
    Reordered: ordering.keys === 0 ? null : ordering.reordered,
    Skewed: latencyMs.count + latencyMs.skewed === 0 ? null : latencyMs.skewed,
  }
  return Object.entries(counts).flatMap(([metric, value]) =>
    value === null
      ? []
      : { metric, unit: 'Count' as const, dimensions, atMs, values: [value], counts: [1] },
  )
}

function latenciesOf({ latencyMs }: WindowRow, atMs: number, dimensions: Of): Datum[] {
  const { hdr, min, max, overflow, count } = latencyMs
  if (hdr === null || min === null || max === null) return []
  const buckets = bucketsOf(hdr)
  return datumsOfFolded(
    checked(fold(buckets.buckets(), { min, max, overflow }), buckets, count),
    atMs,
    dimensions,
  )
}

/** Of a type in a window the histogram is known, whose ends are those of its buckets. */
function typeLatencies(hdr: string, atMs: number, dimensions: Of): Datum[] {
  const buckets = bucketsOf(hdr)
  const all = buckets.buckets()
  const [first, last] = [all[0], all.at(-1)]
  if (!first || !last) return []
  const ends = { min: first.lowest / 1_000, max: last.highest / 1_000, overflow: 0 }
  return datumsOfFolded(checked(fold(all, ends), buckets, buckets.total), atMs, dimensions)
}

function datumsOfFolded(folded: readonly Folded[], atMs: number, dimensions: Of): Datum[] {
  return folded.map(({ values, counts }) => ({
    ...{ metric: 'Latency', unit: 'Milliseconds' as const, dimensions, atMs, values, counts },
  }))
}

const checkedPercentiles = [50, 90, 99, 99.9, 99.99]

/** What is sent says what was measured, or nothing is sent. */
function checked(folded: Folded[], buckets: HdrBuckets, count: number): Folded[] {
  const sent = folded.reduce((sum, { counts }) => sum + counts.reduce((a, b) => a + b, 0), 0)
  const summary = summaryOf(buckets)
  const isMoved = checkedPercentiles.some((percent) => {
    const truth = (summary?.at(percent) ?? 0) / 1_000
    return (
      count === buckets.total &&
      Math.abs(foldedPercentile(folded, percent) - truth) > MOST_ERROR * truth
    )
  })
  if (sent === count && !isMoved) return folded
  throw new EvtError(`${sent} of ${count} latencies would be sent, or a percentile would move`, {
    code: 'outside',
  })
}
