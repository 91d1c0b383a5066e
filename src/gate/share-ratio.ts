import { normalQuantile, studentQuantile } from './quantiles.js'

/** So many events of so many. */
export interface Share {
  readonly events: number
  readonly of: number
}

/** Runs from which on it is seen whether they differ by more than chance. */
const SPREAD_FROM_RUNS = 4

/**
 * The ratio of a share to that of a baseline that is sure: at least this, or with `isAbove` false
 * at most. The error is that of a log ratio of binomial shares (Katz 1978), with half an event
 * added to each (Walter 1975). What is counted may come in bursts: where the runs of the baseline
 * differ by more than chance lets them, the error is wider by as much (McCullagh & Nelder 1989,
 * 4.5).
 */
export function shareRatioAtLeast(
  now: Share,
  baseline: readonly Share[],
  { confidence, isAbove }: { confidence: number; isAbove: boolean },
): number | null {
  const all = baseline.reduce(
    (sum, { events, of }) => ({ events: sum.events + events, of: sum.of + of }),
    { events: 0, of: 0 },
  )
  if (now.of === 0 || all.of === 0) return null
  const log = ({ events, of }: Share) => Math.log((events + 0.5) / (of + 0.5))
  const square = ({ events, of }: Share) => Math.max(0, 1 / (events + 0.5) - 1 / (of + 0.5))
  const runs = baseline.length
  const isSpread = runs >= SPREAD_FROM_RUNS
  const wider = isSpread ? Math.max(1, spreadOf(baseline, all.events / all.of)) : 1
  const factor = isSpread ? studentQuantile(confidence, runs - 1) : normalQuantile(confidence)
  const error = factor * Math.sqrt(wider * (square(now) + square(all)))
  return Math.exp(log(now) - log(all) + (isAbove ? -error : error))
}

/** Pearson's statistic of the runs over its expectation: 1 where chance alone makes them differ. */
function spreadOf(runs: readonly Share[], share: number): number {
  const expected = share * (1 - share)
  if (expected === 0) return 1
  const sum = runs.reduce(
    (all, { events, of }) => all + (of === 0 ? 0 : (events - share * of) ** 2 / (of * expected)),
    0,
  )
  return sum / (runs.length - 1)
}
