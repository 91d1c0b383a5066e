import { samplesNeeded } from '../meters/hdr.js'
import type { BaselineRun } from './baseline.js'
import { pooled } from './dependence.js'
import type { Dependence } from './distribution.js'
import { marginOf, tooCoarse, whyNone } from './judge-limit.js'
import { type Judgement, samplesOf, undecided } from './judgement.js'
import type { GateRow } from './measured.js'
import { type Estimate, ratioAtLeast, typicalOf } from './ratio.js'
import { type Allowance, type BaselineRule, holds, isCeiling } from './rule.js'
import { shareRatioAtLeast } from './share-ratio.js'
import { changeText, confidenceText, figureText } from './words.js'

interface Compared {
  /** Null without a baseline. */
  runs: readonly (BaselineRun & { row: GateRow })[] | null
  confidence: number
}

/**
 * A figure against its baseline. It fails where the point is beyond the limit and the ratio surely
 * beyond 1; passes where the point is within the limit and both have the samples that the figure
 * needs; else it is inconclusive.
 */
export function judgeBaseline(
  rule: BaselineRule,
  row: GateRow,
  { runs, confidence }: Compared,
): Judgement {
  const { metric } = rule
  const value = metric.read(row.figures)
  const samples = samplesOf(rule, row)
  const none = (why: string) => ({ ...undecided(rule, why), value, samples })
  if (runs === null) return none('there is no baseline')
  if (runs.length === 0) return none('no run of the baseline has this type')
  if (metric.percent === undefined && runs.every((run) => run.isPercentilesAlone)) {
    return none('the baseline has percentiles alone')
  }
  if (value === null) return none(whyNone(rule, row))
  const known = runs.filter(({ row: its }) => isEnough(rule, its))
  const [first] = runs
  if (known.length === 0 && first) return none(`the baseline: ${whyNone(rule, first.row)}`)
  const rows = known.map(({ row: its }) => its)
  const values = rows.map(({ figures }) => metric.read(figures) ?? 0)
  const baseline = typicalValue(rule, rows, values)
  const limit = allowed(rule, baseline)
  // No change is within every allowance, of nothing too.
  const isWithin = value === baseline || holds(value, rule.operator, limit)
  const least = atLeast(rule, row, { rows, value, baseline, confidence })
  const isSure = least !== null && (isCeiling(rule.operator) ? least > 1 : least < 1)
  const clock = [row, ...rows].map((one) => tooCoarse(rule, one, Math.abs(limit - baseline)))
  const coarse = clock.find((reason) => reason !== null)
  const relative = baseline === 0 ? (value === 0 ? 0 : null) : value / baseline - 1
  const change = { relative, atLeast: least === null ? null : least - 1 }
  const decided = isWithin ? 'pass' : isSure ? 'fail' : 'inconclusive'
  return {
    ...{ value, limit, margin: marginOf(rule, value, limit), baseline, interval: null, samples },
    verdict: coarse === undefined ? decided : 'inconclusive',
    explain: coarse ?? explained(rule, { value, baseline, change, isWithin, isSure, confidence }),
    change,
    numbers: { ...numbersOf(rule, row, rows), ratioAtLeast: least, confidence },
  }
}

function isEnough({ metric }: BaselineRule, { figures }: GateRow): boolean {
  return metric.read(figures) !== null
}

/** Counts of several runs have no typical value but their mean; percentiles the geometric one. */
function typicalValue(
  { metric }: BaselineRule,
  rows: readonly GateRow[],
  values: number[],
): number {
  if (metric.percent !== undefined) return typicalOf(values.map((ms) => Math.max(ms, LEAST_MS)))
  const shares = rows.map(({ figures }) => metric.shareOf?.(figures) ?? null)
  const of = shares.reduce((sum, share) => sum + (share?.of ?? 0), 0)
  if (of > 0) return shares.reduce((sum, share) => sum + (share?.events ?? 0), 0) / of
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The histogram's step: nothing is shorter. */
const LEAST_MS = 0.001

function allowed({ allowance, operator }: BaselineRule, baseline: number): number {
  const { share, absolute }: Allowance = allowance
  const limits = [
    ...(share === null ? [] : [baseline * (1 + share)]),
    ...(absolute === null ? [] : [baseline + absolute]),
  ]
  return isCeiling(operator) ? Math.max(...limits) : Math.min(...limits)
}

interface Point {
  rows: readonly GateRow[]
  value: number
  baseline: number
  confidence: number
}

/** The ratio that is sure: below it only by chance for a ceiling, above it for a floor. */
function atLeast(rule: BaselineRule, row: GateRow, point: Point): number | null {
  const { metric, operator } = rule
  const { rows, value, baseline, confidence } = point
  const isAbove = isCeiling(operator)
  if (metric.shareOf) {
    const share = ({ figures }: GateRow) => metric.shareOf?.(figures) ?? { events: 0, of: 0 }
    return shareRatioAtLeast(share(row), rows.map(share), { confidence, isAbove })
  }
  // A count has no error: so many came.
  if (metric.percent === undefined) return baseline === 0 ? null : value / baseline
  const { percent } = metric
  const dependences = [row, ...rows].map((one) => one.dependence?.get(percent) ?? null)
  const all = dependences.flatMap((one) => one ?? [])
  const [now, ...others] = [row, ...rows].map((one, n) =>
    estimate(one, percent, { confidence, dependence: pooledFor(dependences[n], all) }),
  )
  if (!now) return null
  const bounded = others.map((other) => (other.isBare ? bareEstimate(other, now) : other))
  if (isAbove) return ratioAtLeast(now, bounded, confidence)
  const turned = ratioAtLeast(inverse(now), bounded.map(inverse), confidence)
  return turned === null ? null : 1 / turned
}

function pooledFor(one: Dependence | null | undefined, all: readonly Dependence[]) {
  return one ? pooled(one, all) : null
}

type Known = Estimate & { isBare: boolean }

function estimate(
  { distribution, figures }: GateRow,
  percent: number,
  { confidence, dependence }: { confidence: number; dependence: Dependence | null },
): Known {
  if (distribution === null) {
    const { p50, p90, p95, p99, p999, p9999 } = figures.latencyMs
    const byPercent = new Map([
      [50, p50],
      [90, p90],
      [95, p95],
      [99, p99],
      [99.9, p999],
      [99.99, p9999],
    ])
    const us = Math.max(1, (byPercent.get(percent) ?? 0) * 1_000)
    return { value: us, low: null, high: null, isBare: true }
  }
  const stepUs = Math.max(1, Math.round((figures.latencyMs.resolutionMs ?? 0) * 1_000))
  const { low, high } = distribution.interval(percent, confidence, dependence)
  return {
    value: Math.max(1, distribution.percentile(percent)),
    low: low === null ? null : Math.max(1, low),
    // A value stands for all that would have been rounded to it.
    high: high === null ? null : Math.max(1, high + stepUs - 1),
    isBare: false,
  }
}

/** Of what gives percentiles alone the error is not known: it is taken to be that of this run. */
function bareEstimate({ value }: Estimate, now: Estimate): Estimate {
  const scaled = (bound: number | null) => (bound === null ? null : (value * bound) / now.value)
  return { value, low: scaled(now.low), high: scaled(now.high) }
}

function inverse({ value, low, high }: Estimate): Estimate {
  return {
    value: 1 / value,
    low: high === null ? null : 1 / high,
    high: low === null ? null : 1 / low,
  }
}

function explained(
  { metric }: BaselineRule,
  of: {
    value: number
    baseline: number
    change: { relative: number | null; atLeast: number | null }
    isWithin: boolean
    isSure: boolean
    confidence: number
  },
): string {
  const { value, baseline, change, isWithin, isSure, confidence } = of
  const both = `${figureText(baseline, metric.unit)} → ${figureText(value, metric.unit)}`
  if (isWithin || change.atLeast === null || metric.unit === 'count') return both
  if (!isSure) return `${both}, which may be chance`
  return `${both}, at least ${changeText(change.atLeast)} with ${confidenceText(confidence)}`
}

function numbersOf({ metric }: BaselineRule, row: GateRow, rows: readonly GateRow[]) {
  const { percent } = metric
  const baselineSamples = rows.reduce((sum, { figures }) => sum + figures.latencyMs.count, 0)
  const dependence = percent === undefined ? undefined : row.dependence?.get(percent)
  return {
    baselineRuns: rows.length,
    ...(percent === undefined ? {} : { samplesNeeded: samplesNeeded(percent), baselineSamples }),
    ...(dependence ? { designEffect: dependence.designEffect, windows: dependence.windows } : {}),
  }
}
