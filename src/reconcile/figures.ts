import type { Duckdb } from '../engines/duckdb.js'
import { compareText } from '../event/sequence.js'
import { timeText } from '../event/time.js'
import { querySql } from '../questions/query.js'
import { type Claims, Counts } from './counts.js'
import { judgePair, type Pairing } from './fates.js'
import type { Kind, Kinds } from './kinds.js'
import type { ReconcileRows } from './result.js'

/** Counts of one kind. */
export interface KindCounts extends Kind {
  counts: Counts
}

/** What became of events of one kind in one step of time. */
export interface Slot {
  startUs: number
  sent: number
  bad: number
  lost: number
}

/** What became of events over time, a row for each kind. */
export interface HeatStrip {
  startUs: number
  stepUs: number
  steps: number
  rows: (Kind & { slots: Slot[] })[]
}

export interface PairFigures extends ReconcileRows {
  kinds: readonly KindCounts[]
  all: Counts
  strip: HeatStrip | null
  losses: KindLoss[] | undefined
}

/** What was lost of what was sent of a kind in a window. */
export interface KindLoss extends Kind {
  startUs: number
  lost: number
}

const MOST_STEPS = 48
const SECOND_US = 1e6
const stepsUs = [
  ...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600].map((n) => n * SECOND_US),
  ...[2, 3, 6, 12, 24, 48, 168, 336, 672].map((hours) => hours * 3_600 * SECOND_US),
]

/** Counts what became of events between two stages; what is judged stays there, by kind. */
export async function pairFigures(
  duckdb: Duckdb,
  pairing: Pairing,
  {
    stages,
    windowUs,
    lossesByKind = false,
    kinds,
    claims,
  }: {
    stages: number
    windowUs: number | null
    lossesByKind?: boolean | undefined
    kinds: Kinds
    claims: Claims
  },
): Promise<PairFigures> {
  const windows = windowUs === null ? undefined : await byWindow()
  await judgePair(duckdb, pairing, 'kind', stages)
  const span = await spanOf(duckdb)
  const stepUs = span ? stepOf(span.lastUs - span.firstUs) : SECOND_US
  const found = await countsBy(duckdb, stepUs)
  const byKind = new Map<number, KindCounts>()
  for (const { grp, counts } of found) {
    const known = byKind.get(grp) ?? { ...kinds.of(grp), counts: new Counts() }
    known.counts.add(counts)
    byKind.set(grp, known)
  }
  const rows = [...byKind.values()].sort(byVolume)
  const all = new Counts()
  for (const { counts } of rows) all.add(counts)
  return {
    total: all.row(claims),
    types: rows.map(({ type, source, counts }) => ({ type, source, ...counts.row(claims) })),
    ...(windows && { windows }),
    losses: lossesByKind ? await lossesIn(windowUs ?? SECOND_US) : undefined,
    ...{ kinds: rows, all, strip: span && stripOf(found, { kinds, rows, stepUs, span }) },
  }

  async function byWindow() {
    await judgePair(duckdb, pairing, '0', stages)
    const each = await countsBy(duckdb, windowUs ?? SECOND_US)
    return each.map(({ startUs, counts }) => ({
      start: startUs === null ? null : timeText(startUs),
      end: startUs === null ? null : timeText(startUs + (windowUs ?? 0)),
      ...counts.row(claims),
    }))
  }

  async function lossesIn(stepUs: number): Promise<KindLoss[]> {
    return (await countsBy(duckdb, stepUs)).flatMap(({ grp, startUs, counts }) => {
      const lost = counts.get('lost')
      return startUs === null || lost === 0 ? [] : [{ ...kinds.of(grp), startUs, lost }]
    })
  }
}

interface Counted {
  grp: number
  /** Null: no time is known. */
  startUs: number | null
  counts: Counts
}

async function countsBy(duckdb: Duckdb, stepUs: number): Promise<Counted[]> {
  const sql = (await querySql('reconcile/figures')).replaceAll('$step', String(stepUs))
  const rows = await duckdb.rows(sql)
  return rows.map(([grp = null, start = null, ...values]) => ({
    grp: Number(grp),
    startUs: start === null ? null : Number(start),
    counts: Counts.of(values),
  }))
}

function byVolume(a: KindCounts, b: KindCounts): number {
  const volume = ({ counts }: KindCounts) => counts.get('sent') + counts.get('unexpected')
  return volume(b) - volume(a) || compareText(a.type, b.type) || compareText(a.source, b.source)
}

interface Range {
  firstUs: number
  lastUs: number
}

async function spanOf(duckdb: Duckdb): Promise<Range | null> {
  const [[first = null, last = null] = []] = await duckdb.rows(
    'SELECT min(clock_us), max(clock_us) FROM judged',
  )
  if (first === null || last === null) return null
  return { firstUs: Number(first), lastUs: Number(last) }
}

/** A length that people count in, of which few fill the span. */
function stepOf(spanUs: number): number {
  return stepsUs.find((us) => spanUs / us < MOST_STEPS - 1) ?? Math.ceil(spanUs / (MOST_STEPS - 1))
}

function stripOf(
  found: readonly Counted[],
  {
    kinds,
    rows,
    stepUs,
    span,
  }: {
    kinds: Kinds
    rows: readonly KindCounts[]
    stepUs: number
    span: Range
  },
): HeatStrip {
  const startUs = Math.floor(span.firstUs / stepUs) * stepUs
  const strip = rows.map(({ type, source }) => ({ type, source, slots: [] as Slot[] }))
  const nameOf = ({ type, source }: Kind) => JSON.stringify([type, source])
  const byName = new Map(strip.map((row) => [nameOf(row), row]))
  for (const { grp, startUs: at, counts } of found) {
    if (at === null) continue
    const [sent, lost] = [counts.get('sent'), counts.get('lost')]
    byName
      .get(nameOf(kinds.of(grp)))
      ?.slots.push({ startUs: at, sent, lost, bad: lost + counts.get('late') })
  }
  const steps = Math.floor((span.lastUs - startUs) / stepUs) + 1
  return { startUs, stepUs, steps, rows: strip }
}
