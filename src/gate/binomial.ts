import { normalQuantile } from './quantiles.js'

/** Ranks of ordered samples, from 1, between which a quantile lies; null where none does surely. A
 * fraction leads from one rank to the next. */
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
 * P(Bin(n, p) ≤ u − 1). Between the rank that has a little more confidence and the next, which has
 * a little less, goes what is asked for (Hettmansperger & Sheather 1986). Walks outwards from the
 * mode with ratios of neighbouring probabilities, so that it takes about 20·√n steps and nothing
 * overflows.
 */
export function quantileRanks(n: number, p: number, confidence: number): RankBounds {
  if (n < 1) return { lower: null, upper: null }
  if (n > NORMAL_FROM) return normalRanks(n, p, confidence)
  const mode = Math.min(n, Math.floor((n + 1) * p))
  const { from, weights } = weightsAround(n, p, mode)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const allowed = (1 - confidence) * total
  const below = reached(weights, allowed)
  const above = reached(weights.toReversed(), allowed)
  const lower = from + below
  const upper = from + weights.length - above
  return {
    lower: lower >= 1 ? lower : null,
    upper: upper <= n ? upper : null,
  }
}

/** How many of the weights come to what is allowed, the last one in part. */
function reached(weights: readonly number[], allowed: number): number {
  let sum = 0
  for (const [n, weight] of weights.entries()) {
    if (sum + weight > allowed) return n + (allowed - sum) / weight
    sum += weight
  }
  return weights.length
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
