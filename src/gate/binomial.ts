import { normalQuantile } from './quantiles.js'

/** Ranks of ordered samples, from 1, between which a quantile lies; null where none does surely. */
export interface RankBounds {
  lower: number | null
  upper: number | null
}

/** Of so many samples a normal distribution tells no rank wrongly that anybody could see. */
const NORMAL_FROM = 1e10
/** Weights below this share of the greatest change no sum. */
const NEGLIGIBLE = 1e-18

/**
 * Order statistics that bound the quantile `p` of any distribution, each with this confidence
 * (David & Nagaraja, Order Statistics, 2003, 7.1): X(l) ≤ q with P(Bin(n, p) ≥ l), X(u) ≥ q with
 * P(Bin(n, p) ≤ u − 1). Walks outwards from the mode with ratios of neighbouring probabilities, so
 * that it takes about 20·√n steps and nothing overflows.
 */
export function quantileRanks(n: number, p: number, confidence: number): RankBounds {
  if (n < 1) return { lower: null, upper: null }
  if (n > NORMAL_FROM) return normalRanks(n, p, confidence)
  const mode = Math.min(n, Math.floor((n + 1) * p))
  const { from, weights } = weightsAround(n, p, mode)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const allowed = (1 - confidence) * total
  // l: as far up as P(Bin ≤ l − 1) stays within what is allowed.
  let below = 0
  let l = 0
  for (; l < weights.length && below + (weights[l] ?? 0) <= allowed; l++) below += weights[l] ?? 0
  let above = 0
  let u = weights.length - 1
  for (; u >= 0 && above + (weights[u] ?? 0) <= allowed; u--) above += weights[u] ?? 0
  const lower = from + l
  const upper = from + u + 1
  return { lower: lower >= 1 ? lower : null, upper: upper <= n ? upper : null }
}

function weightsAround(n: number, p: number, mode: number): { from: number; weights: number[] } {
  const odds = p / (1 - p)
  const down: number[] = []
  for (let k = mode, weight = 1; k > 0; k--) {
    weight *= k / ((n - k + 1) * odds)
    if (weight < NEGLIGIBLE) break
    down.push(weight)
  }
  const up: number[] = []
  for (let k = mode, weight = 1; k < n; k++) {
    weight *= ((n - k) * odds) / (k + 1)
    if (weight < NEGLIGIBLE) break
    up.push(weight)
  }
  return { from: mode - down.length, weights: [...down.reverse(), 1, ...up] }
}

function normalRanks(n: number, p: number, confidence: number): RankBounds {
  const error = normalQuantile(confidence) * Math.sqrt(n * p * (1 - p))
  return { lower: Math.floor(n * p - error), upper: Math.ceil(n * p + error) + 1 }
}
