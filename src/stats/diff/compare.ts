import { EvtError } from '../../errors.js'
import { readHdr } from '../../meters/hdr-v2.js'
import type { StatsResult, StatsRow, TypeRow } from '../result.js'
import type {
  Difference,
  Differences,
  DiffResult,
  DiffRow,
  DiffSide,
  DiffTypeRow,
  JudgedDifference,
  JudgedFigure,
} from './result.js'
import { percentileScore, type Samples, type Share, shareScore } from './unusual.js'

/** Sets two results side by side that were measured with one selection. */
export function compare(a: StatsResult, b: StatsResult): DiffResult {
  const sides: Sides = {
    a: { of: a.total.events, seconds: secondsOf(a) },
    b: { of: b.total.events, seconds: secondsOf(b) },
  }
  return {
    schema: 'evt.diff/1',
    selection: a.selection,
    partial: a.partial || b.partial,
    ...(a.sample === undefined ? {} : { sample: a.sample }),
    a: { ...sideOf(a, sides.a.seconds), ...periodOf(a, b) },
    b: { ...sideOf(b, sides.b.seconds), ...periodOf(b, a) },
    total: rowOf(a.total, b.total, sides),
    types: typesOf(a.types, b.types, sides),
  }
}

/** What a row is a part of. */
interface Whole {
  readonly of: number
  readonly seconds: number | null
}
interface Sides {
  readonly a: Whole
  readonly b: Whole
}

function sideOf(result: StatsResult, seconds: number | null): DiffSide {
  const { sources, partial, span, read, findings } = result
  return { sources, partial, span, read, seconds, findings }
}

/** Nothing where both sides have the same. */
function periodOf({ selection }: StatsResult, other: StatsResult): Pick<DiffSide, 'period'> {
  const { since, until } = selection
  const isSame = since === other.selection.since && until === other.selection.until
  return isSame || since === null || until === null ? {} : { period: { since, until } }
}

function secondsOf({ selection, span }: StatsResult): number | null {
  const ends =
    selection.since !== null && selection.until !== null
      ? [selection.since, selection.until]
      : [span.firstReceivedAt ?? span.firstTime, span.lastReceivedAt ?? span.lastTime]
  const [from, to] = ends.map((iso) => (iso === null || iso === undefined ? NaN : Date.parse(iso)))
  const seconds = ((to ?? Number.NaN) - (from ?? Number.NaN)) / 1_000
  return seconds > 0 ? seconds : null
}

function typesOf(a: readonly TypeRow[], b: readonly TypeRow[], sides: Sides): DiffTypeRow[] {
  const name = ({ type, source }: TypeRow) => JSON.stringify([type, source])
  const others = new Map(b.map((row) => [name(row), row]))
  const pairs = a.map((row) => [row, others.get(name(row)) ?? null] as const)
  const known = new Set(a.map(name))
  const missing = b.filter((row) => !known.has(name(row))).map((row) => [null, row] as const)
  const rows = [...pairs, ...missing].flatMap(([inA, inB]) => {
    const named = inA ?? inB
    return named ? [typeRow(named, inA, inB, sides)] : []
  })
  return rows.sort(byUnusual)
}

function typeRow(
  { type, source }: TypeRow,
  a: TypeRow | null,
  b: TypeRow | null,
  sides: Sides,
): DiffTypeRow {
  const row = rowOf(figuresOf(a), figuresOf(b), sides)
  const only = b === null ? 'a' : a === null ? 'b' : null
  return { type, source, only, unusual: only === null ? mostUnusual(row.difference) : null, ...row }
}

function figuresOf(row: TypeRow | null): StatsRow | null {
  if (row === null) return null
  const { type: _, source: __, ...figures } = row
  return figures
}

/** The only ones first, then by what surely differs, then by size. */
function byUnusual(one: DiffTypeRow, other: DiffTypeRow): number {
  const rank = ({ only }: DiffTypeRow) => (only === null ? 1 : 0)
  const score = ({ unusual }: DiffTypeRow) =>
    unusual === null ? 0 : Math.abs(Math.log1p(unusual.atLeast))
  const events = ({ a, b }: DiffTypeRow) => (a?.events ?? 0) + (b?.events ?? 0)
  const text = ({ type, source }: DiffTypeRow) => `${type}\0${source}`
  return (
    rank(one) - rank(other) ||
    score(other) - score(one) ||
    events(other) - events(one) ||
    (text(one) < text(other) ? -1 : 1)
  )
}

function rowOf(a: StatsRow | null, b: StatsRow | null, sides: Sides): DiffRow {
  return { a, b, difference: differences(a, b, sides) }
}

function differences(a: StatsRow | null, b: StatsRow | null, sides: Sides): Differences {
  const [inA, inB] = [a?.events ?? 0, b?.events ?? 0]
  const each = (value: (row: StatsRow) => number | null) => [a && value(a), b && value(b)] as const
  const shares = { a: shareOf(inA, sides.a.of), b: shareOf(inB, sides.b.of) }
  const rates = { a: rate(inA, sides.a.seconds), b: rate(inB, sides.b.seconds) }
  return {
    events: between(inA, inB),
    perSecond: { ...rates, ...between(rates.a, rates.b) },
    share: {
      ...shares,
      ...between(shares.a, shares.b),
      ...atLeast(
        a && b && shareScore({ events: inA, of: sides.a.of }, { events: inB, of: sides.b.of }),
      ),
    },
    distinct: between(...each(({ distinct }) => distinct)),
    duplicates: {
      rate: judged(
        each(({ duplicates }) => duplicates.rate),
        each2(a, b, duplicated),
      ),
    },
    ordering: {
      ratio: judged(
        each(({ ordering }) => ordering.ratio),
        each2(a, b, reordered),
      ),
    },
    latencyMs: latencies(a, b),
  }
}

const shareOf = (events: number, of: number) => (of === 0 ? null : events / of)
const rate = (events: number, seconds: number | null) =>
  seconds === null ? null : events / seconds

const duplicated = ({ events, duplicates }: StatsRow): Share => ({
  events: duplicates.count ?? 0,
  of: duplicates.count === null ? 0 : events,
})
const reordered = ({ ordering }: StatsRow): Share => ({
  events: ordering.reordered,
  of: ordering.checked,
})

function each2(a: StatsRow | null, b: StatsRow | null, share: (row: StatsRow) => Share) {
  return a && b ? shareScore(share(a), share(b)) : null
}

function between(a: number | null, b: number | null): Difference {
  if (a === null || b === null) return { absolute: null, relative: null }
  return { absolute: a - b, relative: b === 0 ? (a === 0 ? 0 : null) : (a - b) / b }
}

function judged(
  [a, b]: readonly [number | null, number | null],
  score: number | null,
): JudgedDifference {
  return { ...between(a, b), ...atLeast(a === null || b === null ? null : score) }
}

/** A score as a relative difference. */
function atLeast(score: number | null): { atLeast: number | null } {
  return { atLeast: score === null ? null : Math.expm1(score) + 0 }
}

function latencies(a: StatsRow | null, b: StatsRow | null): Differences['latencyMs'] {
  const [inA, inB] = [a?.latencyMs, b?.latencyMs]
  const samples = { a: samplesOf(a), b: samplesOf(b) }
  const percentile = (name: 'p50' | 'p90' | 'p95' | 'p99' | 'p999' | 'p9999', p: number) => {
    const score = samples.a && samples.b ? percentileScore(samples.a, samples.b, p) : null
    return judged([inA?.[name] ?? null, inB?.[name] ?? null], score)
  }
  return {
    mean: between(inA?.mean ?? null, inB?.mean ?? null),
    p50: percentile('p50', 0.5),
    p90: percentile('p90', 0.9),
    p95: percentile('p95', 0.95),
    p99: percentile('p99', 0.99),
    p999: percentile('p999', 0.999),
    p9999: percentile('p9999', 0.9999),
    max: between(inA?.max ?? null, inB?.max ?? null),
  }
}

/** Null without a histogram that a percentile is claimed of. */
function samplesOf(row: StatsRow | null): Samples | null {
  const { hdr, p50, resolutionMs } = row?.latencyMs ?? { hdr: null, p50: null, resolutionMs: null }
  if (hdr === null || p50 === null) return null
  const read = readHdr(hdr)
  if (!read.ok) throw new EvtError(`a histogram ${read.fault}`, { code: 'outside' })
  const { histogram } = read
  const resolutionUs = Math.round((resolutionMs ?? 0.001) * 1_000)
  return { buckets: histogram.buckets(), total: histogram.total, resolutionUs }
}

function mostUnusual({ share, duplicates, ordering, latencyMs }: Differences) {
  const { p50, p90, p95, p99, p999, p9999 } = latencyMs
  const all: [JudgedFigure, JudgedDifference][] = [
    ['share', share],
    ['duplicates.rate', duplicates.rate],
    ['ordering.ratio', ordering.ratio],
    ['latency.p50', p50],
    ['latency.p90', p90],
    ['latency.p95', p95],
    ['latency.p99', p99],
    ['latency.p999', p999],
    ['latency.p9999', p9999],
  ]
  let most: DiffTypeRow['unusual'] = null
  for (const [figure, { atLeast: least }] of all) {
    const score = Math.abs(Math.log1p(least ?? 0))
    if (least !== null && score > Math.abs(Math.log1p(most?.atLeast ?? 0))) {
      most = { figure, atLeast: least }
    }
  }
  return most
}
