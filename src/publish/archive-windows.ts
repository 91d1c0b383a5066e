import { isoTimeUs } from '../event/iso-time.js'
import type { FoundLoop } from '../loops/result.js'
import type { KindLoss } from '../reconcile/figures.js'
import type { ReconcileResult } from '../reconcile/result.js'
import type { StatsRun } from '../stats/run.js'
import { nameOf, type OfType } from './own-types.js'
import { countedOf, emptyRow, type TypeFigures, type WindowFigures } from './window.js'

/** What else was found about the same events. */
export interface FoundBeside {
  readonly reconciled?: ReconcileResult | undefined
  /** Of types in windows, with `reconciled`. */
  readonly losses?: readonly KindLoss[] | undefined
  readonly loops?: readonly FoundLoop[] | undefined
}

interface Measured extends Pick<StatsRun, 'result' | 'windowTypes'> {
  /** Of what has metrics of its own. */
  readonly ofOwn: Pick<StatsRun, 'intervals' | 'windowTypes'>
}

/** So many windows without events between two with some are told as such. A longer gap is one of
 * the archive, not of the traffic. */
const MOST_EMPTY = 1_440

/** The windows of an archive, by start. Between the first and the last, those without events are
 * there as well. */
export function archiveWindows(
  { result, windowTypes, ofOwn }: Measured,
  { windowUs, own }: { windowUs: number; own: readonly OfType[] },
  { reconciled, losses, loops }: FoundBeside,
): WindowFigures[] {
  const rows = new Map((result.windows ?? []).map((row) => [usOf(row.start), row]))
  const lost = reconciled && lossesOf(reconciled)
  const typesOf = typesIn(ofOwn, { windowUs, own, losses })
  const runs = loops?.map(({ first, last }) => [first, last] as const)
  const windowMs = windowUs / 1_000
  let newest: number | undefined
  return filled([...rows.keys(), ...(lost?.starts ?? [])], windowUs).map((startUs) => {
    for (const { newestUs } of windowTypes?.get(startUs) ?? []) newest = later(newest, newestUs)
    const lostIn = lost?.of(startUs)
    const endUs = startUs + windowUs
    return {
      ...{ startMs: startUs / 1_000, endMs: startUs / 1_000 + windowMs },
      ...{ row: rows.get(startUs) ?? emptyRow },
      types: typesOf(startUs, lostIn !== undefined),
      ...(lost && endUs > lost.knownUntilUs && { isOpen: true }),
      beside: {
        freshnessMs: newest === undefined ? undefined : (endUs - newest) / 1_000,
        lost: lostIn,
        loops: runs?.filter(
          ([first, last]) =>
            first !== null && last !== null && usOf(first) < endUs && usOf(last) >= startUs,
        ).length,
      },
    }
  })
}

/** Of windows, which are asked for in their order, what each type has in them. */
function typesIn(
  { intervals, windowTypes }: Pick<StatsRun, 'intervals' | 'windowTypes'>,
  {
    windowUs,
    own,
    losses,
  }: { windowUs: number; own: readonly OfType[]; losses?: readonly KindLoss[] | undefined },
) {
  const latencies = new Map(intervals?.map(({ startUs, rows }) => [startUs, byName(rows)]))
  const lost = new Map(losses?.map((loss) => [`${loss.startUs} ${nameOf(loss)}`, loss.lost]))
  const newest = new Map<string, number | undefined>()
  return (startUs: number, isLostKnown: boolean): TypeFigures[] => {
    const counts = byName(windowTypes?.get(startUs) ?? [])
    return own.map(({ type, source }) => {
      const name = nameOf({ type, source })
      const of = counts.get(name)
      const newestUs = later(newest.get(name), of?.newestUs ?? null)
      newest.set(name, newestUs)
      return {
        ...{ type, source, ...(of ?? countedOf(emptyRow)), overflow: of?.overflow ?? 0 },
        latencies: latencies.get(startUs)?.get(name),
        freshnessMs: newestUs === undefined ? undefined : (startUs + windowUs - newestUs) / 1_000,
        lost: isLostKnown && losses ? (lost.get(`${startUs} ${name}`) ?? 0) : undefined,
      }
    })
  }
}

function byName<Row extends OfType>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [nameOf(row), row]))
}

function later(us: number | undefined, other: number | null): number | undefined {
  return other === null ? us : Math.max(other, us ?? other)
}

function usOf(time: string): number {
  return isoTimeUs(time) ?? 0
}

/** In order, with what lies between them. */
function filled(starts: readonly number[], windowUs: number): number[] {
  const sorted = [...new Set(starts)].sort((a, b) => a - b)
  return sorted.flatMap((startUs, n) => {
    const before = sorted[n - 1]
    const between = before === undefined ? 0 : Math.round((startUs - before) / windowUs) - 1
    if (before === undefined || between > MOST_EMPTY) return [startUs]
    return [
      ...Array.from({ length: between }, (_, empty) => before + (empty + 1) * windowUs),
      startUs,
    ]
  })
}

/** A window is settled when grace is over for all that was sent in it. */
function lossesOf({ windows = [], end, graceMs }: ReconcileResult) {
  const rows = new Map(
    windows.flatMap(({ start, lost }) => (start === null ? [] : [[usOf(start), lost] as const])),
  )
  return {
    starts: rows.keys(),
    knownUntilUs: end.time === null ? Number.NEGATIVE_INFINITY : usOf(end.time) - graceMs * 1_000,
    of: (startUs: number) => rows.get(startUs) ?? (rows.has(startUs) ? undefined : 0),
  }
}
