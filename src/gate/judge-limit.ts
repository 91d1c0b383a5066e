import { samplesNeeded } from '../meters/hdr.js'
import { countText, durationText } from '../stats/findings/phrases.js'
import { type Judgement, samplesOf, undecided } from './judgement.js'
import type { GateRow } from './measured.js'
import { LOOPS, LOSS } from './metrics.js'
import { type FigureRule, holds, type LimitRule } from './rule.js'

/** A figure against its limit: what was measured is compared as it is. */
export function judgeLimit(rule: LimitRule, row: GateRow, confidence: number): Judgement {
  const { metric, operator, limit } = rule
  const value = metric.read(row.figures)
  const samples = samplesOf(rule, row)
  if (value === null) return { ...undecided(rule, whyNone(rule, row)), samples }
  const isWithin = holds(value, operator, limit)
  const clock = tooCoarse(rule, row, Math.min(Math.abs(value - limit), limit))
  return {
    value,
    limit,
    margin: marginOf(rule, value, limit),
    baseline: null,
    interval: intervalOf(rule, row, confidence),
    samples,
    verdict: clock === null ? (isWithin ? 'pass' : 'fail') : 'inconclusive',
    explain: clock ?? '',
    numbers: dependenceNumbers(rule, row, confidence),
  }
}

/** Why a figure is not claimed. */
export function whyNone({ metric }: FigureRule, { figures }: GateRow): string {
  const { latencyMs } = figures
  const { percent, name } = metric
  if (name.startsWith('latency.') && latencyMs.count === 0) return 'no event has a latency'
  if (percent !== undefined && latencyMs.count < samplesNeeded(percent)) {
    const [needed, has] = [samplesNeeded(percent), latencyMs.count].map(countText)
    return `${name.replace('latency.', '')} needs ${needed} samples, there are ${has}`
  }
  if (name.startsWith('ordering.') && figures.ordering.checked === 0) {
    return 'no event has a key and a sequence or time'
  }
  if (name === LOOPS) return 'no event is known to cause another: evt loops says more'
  if (name === LOSS) return 'nothing tells what was lost: evt reconcile says more'
  return `${name} is not known of what was measured`
}

/** Why a difference says nothing: the clock is coarser. */
export function tooCoarse({ metric }: FigureRule, row: GateRow, byMs: number): string | null {
  const { resolutionMs } = row.figures.latencyMs
  const isTimed = metric.unit === 'ms' && metric.name.startsWith('latency.')
  if (!isTimed || resolutionMs === null || resolutionMs <= 0.001 || byMs >= resolutionMs)
    return null
  return `finer than the clock, which has steps of ${durationText(resolutionMs)}`
}

/** How far a value is from its limit, as a share of it; negative beyond. */
export function marginOf({ operator }: FigureRule, value: number, limit: number): number | null {
  if (operator === '==' || limit === 0) return null
  const margin = (limit - value) / Math.abs(limit)
  return (operator === '<' || operator === '<=' ? margin : -margin) + 0
}

function intervalOf(rule: LimitRule, row: GateRow, confidence: number): Judgement['interval'] {
  const { percent } = rule.metric
  if (percent === undefined || row.distribution === null) return null
  const dependence = row.dependence?.get(percent) ?? null
  const { low, high } = row.distribution.interval(percent, confidence, dependence)
  return [low === null ? null : low / 1_000, high === null ? null : high / 1_000]
}

function dependenceNumbers({ metric }: LimitRule, row: GateRow, confidence: number) {
  const dependence = row.dependence?.get(metric.percent ?? 0)
  if (!dependence) return {}
  const { designEffect, windows } = dependence
  return { confidence, designEffect, windows }
}
