import type { Dependence } from './distribution.js'

/** What one window of a run holds, in the order of time. */
export interface WindowCount {
  /** Samples in it. */
  readonly count: number
  /** Those of them above the percentile that the whole run has. */
  readonly above: number
}

/** Less than any count that is off by a part of an event. */
const ROUNDING = 1e-9
/** A correlation of neighbours that as many independent windows show in one of a hundred runs. */
const SEEN_BY_CHANCE = 2.326

/**
 * The design effect of a run of windows (Kish 1965; Woodruff, JASA 47, 1952, for quantiles): how
 * much more the share of samples above a percentile varies from window to window than that of
 * independent samples would. Where neighbouring windows are alike, as when a burst goes over more
 * than one, the variance of an AR(1) series is taken for them, (1 + r) / (1 − r).
 */
export function dependenceOf(windows: readonly WindowCount[]): Dependence {
  const count = windows.reduce((sum, { count }) => sum + count, 0)
  const above = windows.reduce((sum, { above }) => sum + above, 0)
  const share = above / count
  const binomial = count * share * (1 - share)
  const { length } = windows
  if (length < 2 || !(binomial > 0))
    return { designEffect: 1, windows: length, perWindow: count / length }
  const residuals = windows.map((window) => window.above - share * window.count)
  const squares = residuals.reduce((sum, residual) => sum + residual * residual, 0)
  // Each window has its share, but for rounding, as where latencies come in cycles.
  if (squares < ROUNDING) return { designEffect: 1, windows: length, perWindow: count / length }
  const neighbours = residuals.reduce(
    (sum, residual, i) => sum + residual * (residuals[i + 1] ?? 0),
    0,
  )
  const correlation = neighbours / squares
  const isAlike = correlation > SEEN_BY_CHANCE / Math.sqrt(length)
  const r = isAlike ? Math.min(correlation, MOST_ALIKE) : 0
  const variance = (squares * length) / (length - 1)
  const fourths = residuals.reduce((sum, residual) => sum + residual ** 4, 0)
  return {
    designEffect: ((variance / binomial) * (1 + r)) / (1 - r),
    windows: Math.min(length, Math.round((NORMAL_KURTOSIS * squares * squares) / fourths)),
    perWindow: count / length,
  }
}

const MOST_ALIKE = 0.9
const NORMAL_KURTOSIS = 3

/**
 * What runs of the same system tell together of the dependence of the samples of one of them: the
 * correlation within a window is taken to be the same in all. One run alone tells it badly, and
 * least where it happens to have few bursts.
 */
export function pooled(one: Dependence, all: readonly Dependence[]): Dependence {
  const correlations = all.map(({ designEffect, perWindow }) =>
    perWindow > 1 ? (designEffect - 1) / (perWindow - 1) : 0,
  )
  const mean = correlations.reduce((sum, each) => sum + each, 0) / all.length
  return {
    designEffect: Math.max(LEAST_EFFECT, 1 + (one.perWindow - 1) * mean),
    windows: all.reduce((sum, { windows }) => sum + windows - 1, 1),
    perWindow: one.perWindow,
  }
}

/** Samples never tell much more than independent ones would. */
const LEAST_EFFECT = 0.9
