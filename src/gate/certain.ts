import type { WindowRow } from '../stats/result.js'
import { quantileRanks } from './binomial.js'
import { type Grounds, judgeRules } from './judge.js'
import type { JudgedRule } from './result.js'
import { type BaselineRule, isCeiling, type LimitRule, type Rule } from './rule.js'

export type Certainty = 'pass' | 'fail'

/**
 * Whether what comes later can no longer change the verdict, but by chance: one rule is broken for
 * good, or all hold for good. Undefined where it can.
 *
 * @param chance of one rule to be told wrongly
 */
export function certainVerdict(
  rules: readonly Rule[],
  grounds: Grounds,
  chance: number,
): Certainty | undefined {
  const certainties = rules
    .filter(({ severity }) => severity === 'error')
    .map((rule) => certaintyOf(rule, grounds, chance))
  if (certainties.includes('fail')) return 'fail'
  const isPass = certainties.length > 0 && certainties.every((each) => each === 'pass')
  return isPass ? 'pass' : undefined
}

function certaintyOf(rule: Rule, grounds: Grounds, chance: number): Certainty | undefined {
  const judged = judgeRules([rule], grounds, chance)
  if (rule.kind === 'expect') return judged[0]?.verdict === 'pass' ? 'pass' : undefined
  const each = judged.map((one, n) => {
    if (rule.kind === 'baseline')
      return ofRatio(rule, one, judgedOf(turned(rule), n, grounds, chance))
    return rule.scope.kind === 'windows'
      ? ofWindow(one, grounds.windows)
      : ofLimit(rule, one, chance / judged.length)
  })
  if (each.includes('fail')) return 'fail'
  // A type that has not come yet may match too.
  const isOpen = rule.scope.kind === 'types' && /[*?[{]/.test(rule.scope.glob)
  return !isOpen && each.every((one) => one === 'pass') ? 'pass' : undefined
}

/** The bound of a ratio on its other side is that of the rule turned around. */
function turned(rule: BaselineRule): BaselineRule {
  return { ...rule, operator: isCeiling(rule.operator) ? '>' : '<' }
}

function judgedOf(rule: Rule, n: number, grounds: Grounds, chance: number): JudgedRule | undefined {
  return judgeRules([rule], grounds, chance)[n]
}

/** The ratio is surely on one side of what is allowed. */
function ofRatio(
  { operator, metric }: BaselineRule,
  { verdict, limit, baseline, numbers }: JudgedRule,
  other: JudgedRule | undefined,
): Certainty | undefined {
  const isSampled = metric.percent !== undefined || metric.shareOf !== undefined
  if (verdict === 'inconclusive' || limit === null || !baseline || !isSampled) return undefined
  const allowed = limit / baseline
  const { ratioAtLeast: near = null } = numbers
  const far = other?.numbers['ratioAtLeast'] ?? null
  const isBelow = isCeiling(operator)
  if (near !== null && (isBelow ? near > allowed : near < allowed)) return 'fail'
  return far !== null && (isBelow ? far < allowed : far > allowed) ? 'pass' : undefined
}

/** A window that is over keeps what it holds. */
function ofWindow(
  { verdict, window, numbers }: JudgedRule,
  windows: readonly WindowRow[],
): Certainty | undefined {
  const last = windows.at(-1)
  if (verdict !== 'fail' || !last || Object.keys(numbers).length > 0) return undefined
  return window === undefined || window.end <= last.start ? 'fail' : undefined
}

/** Figures that only grow. */
const growing = new Set(['ordering.maxLateMs', 'latency.max'])

function ofLimit(rule: LimitRule, judged: JudgedRule, chance: number): Certainty | undefined {
  const { metric, operator, limit } = rule
  const { value, verdict, samples } = judged
  if (value === null || verdict === 'inconclusive') return undefined
  if (metric.unit === 'count' || growing.has(metric.name)) {
    const isPast = value > limit || (operator === '<' && value >= limit)
    if (isCeiling(operator)) return isPast ? 'fail' : undefined
    if (operator === '==') return value > limit ? 'fail' : undefined
    return verdict === 'pass' ? 'pass' : undefined
  }
  if (metric.percent !== undefined) return ofBounds(rule, judged.interval ?? [null, null])
  if (metric.shareOf) return ofShare(rule, { of: samples ?? 0, share: value }, chance)
  return undefined
}

/** A percentile lies between these. */
function ofBounds(
  { operator, limit }: LimitRule,
  [low, high]: readonly [number | null, number | null],
): Certainty | undefined {
  const isAbove = low !== null && low > limit
  const isBelow = high !== null && high < limit
  if (operator === '==') return isAbove || isBelow ? 'fail' : undefined
  if (isAbove) return isCeiling(operator) ? 'fail' : 'pass'
  if (isBelow) return isCeiling(operator) ? 'pass' : 'fail'
  return undefined
}

/** So many events of so many are too many, or too few, for a share that is at its limit. */
function ofShare(
  { operator, limit }: LimitRule,
  { of, share }: { of: number; share: number },
  chance: number,
): Certainty | undefined {
  const events = Math.round(share * of)
  if (limit <= 0) return events > 0 && operator !== '>' && operator !== '>=' ? 'fail' : undefined
  if (limit >= 1) return undefined
  const { lower, upper } = quantileRanks(of, limit, 1 - chance)
  const isAbove = upper !== null && events >= upper
  const isBelow = lower !== null && events <= lower - 1
  if (operator === '==') return isAbove || isBelow ? 'fail' : undefined
  if (isAbove) return isCeiling(operator) ? 'fail' : 'pass'
  if (isBelow) return isCeiling(operator) ? 'pass' : 'fail'
  return undefined
}
