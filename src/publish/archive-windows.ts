import { isoTimeUs } from '../event/iso-time.js'
import type { FoundLoop } from '../loops/result.js'
import type { ReconcileResult } from '../reconcile/result.js'
import type { StatsRun } from '../stats/run.js'
import { emptyRow, type WindowFigures } from './window.js'

/** What else was found about the same events. */
export interface FoundBeside {
  readonly reconciled?: ReconcileResult | undefined
  readonly loops?: readonly FoundLoop[] | undefined
}

/** So many windows without events between two with some are told as such. A longer gap is one of
 * the archive, not of the traffic. */
const MOST_EMPTY = 1_440

/** The windows of an archive, by start. Between the first and the last, those without events are
 * there as well. */
export function archiveWindows(
  { result, intervals, newestUs }: Pick<StatsRun, 'result' | 'intervals' | 'newestUs'>,
  windowUs: number,
  { reconciled, loops }: FoundBeside,
): WindowFigures[] {
  const rows = new Map((result.windows ?? []).map((row) => [usOf(row.start), row]))
  const lost = reconciled && lossesOf(reconciled)
  const types = new Map((intervals ?? []).map(({ startUs, rows: of }) => [startUs, of]))
  const runs = loops?.map(({ first, last }) => [first, last] as const)
  const windowMs = windowUs / 1_000
  let newest: number | undefined
  return filled([...rows.keys(), ...(lost?.starts ?? [])], windowUs).map((startUs) => {
    const own = newestUs?.get(startUs)
    if (own !== undefined) newest = Math.max(own, newest ?? own)
    const endUs = startUs + windowUs
    return {
      ...{ startMs: startUs / 1_000, endMs: startUs / 1_000 + windowMs },
      ...{ row: rows.get(startUs) ?? emptyRow, types: types.get(startUs) ?? [] },
      ...(lost && endUs > lost.knownUntilUs && { isOpen: true }),
      beside: {
        freshnessMs: newest === undefined ? undefined : (endUs - newest) / 1_000,
        lost: lost?.of(startUs),
        loops: runs?.filter(
          ([first, last]) =>
            first !== null && last !== null && usOf(first) < endUs && usOf(last) >= startUs,
        ).length,
      },
    }
  })
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
