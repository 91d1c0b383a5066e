import { studentQuantile } from './quantiles.js'

/** A percentile of one run, and how far it may be off. */
export interface Estimate {
  readonly value: number
  /** What it is at least and at most, each with the confidence asked for; null without an end. */
  readonly low: number | null
  readonly high: number | null
}

/** Runs from which on their spread is used: of fewer it is hardly known. */
const SPREAD_FROM_RUNS = 4

/**
 * The one-sided lower bound of the ratio of a percentile to that of a baseline, from the bounds of
 * each: on logarithms, the squares of their distances add up (MOVER: Zou & Donner, Statistics in
 * Medicine 27, 2008). So a run is not asked to be above the interval of the other, which would need
 * twice the difference. The baseline's percentile is the geometric mean of those of its runs. What
 * runs differ in beyond the error of each (DerSimonian & Laird 1986) widens the bound, by Student's
 * t: this run differs from the others by as much, for no reason.
 *
 * @returns null where one of them has no bound on that side
 */
export function ratioAtLeast(
  now: Estimate,
  baseline: readonly Estimate[],
  confidence: number,
): number | null {
  if (now.low === null || baseline.length === 0) return null
  const logs = baseline.map(({ value }) => Math.log(value))
  const errors = baseline.map(({ value, high }) => (high === null ? null : Math.log(high / value)))
  if (errors.includes(null)) return null
  const runs = baseline.length
  const mean = sum(logs) / runs
  const squares = errors.map((error) => (error ?? 0) ** 2)
  const within = Math.log(now.value / now.low) ** 2 + sum(squares) / runs ** 2
  const between = betweenRuns(logs, sum(squares) / runs, confidence)
  return Math.exp(Math.log(now.value) - mean - Math.sqrt(within + between))
}

/** What the spread of runs adds to the square of the bound. */
function betweenRuns(logs: readonly number[], square: number, confidence: number): number {
  const runs = logs.length
  if (runs < SPREAD_FROM_RUNS) return 0
  const mean = sum(logs) / runs
  const variance = logs.reduce((all, log) => all + (log - mean) ** 2, 0) / (runs - 1)
  const t = studentQuantile(confidence, runs - 1)
  const z = studentQuantile(confidence, Number.MAX_SAFE_INTEGER)
  const own = Math.max(0, variance - square / z ** 2)
  return t * t * own * (1 + 1 / runs)
}

/** The geometric mean of the runs of a baseline. */
export function typicalOf(values: readonly number[]): number {
  const [first] = values
  // Logarithms round: what is equal to all of them is to be equal to their mean.
  if (first !== undefined && values.every((value) => value === first)) return first
  return Math.exp(sum(values.map(Math.log)) / values.length)
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}
