import type { Metric } from './metrics.js'

export type Operator = '<' | '<=' | '>' | '>=' | '=='
export type Severity = 'error' | 'warn'

/** Which part of what was measured a rule is about. */
export type Scope =
  | { readonly kind: 'all' }
  /** Every type that the glob matches, each by itself. */
  | { readonly kind: 'types'; readonly glob: string }
  /** Every tumbling window of this width, all types together. */
  | { readonly kind: 'windows'; readonly widthUs: number; readonly text: string }
  | { readonly kind: 'flow'; readonly name: string }

/** How much a figure may differ from its baseline. */
export interface Allowance {
  /** As a share of the baseline: 0.1 for `+10%`; null where only the other is given. */
  readonly share: number | null
  /** In the unit of the metric: `+5ms`. Of the two, the one that allows more holds. */
  readonly absolute: number | null
}

interface RuleBase {
  /** As written, with single spaces. */
  readonly text: string
  readonly severity: Severity
  readonly scope: Scope
}

export interface FigureRule extends RuleBase {
  readonly metric: Metric
  readonly operator: Operator
}

/** `latency.p99 < 500ms`. The limit has the unit of the metric: ms, a share, or a count. */
export interface LimitRule extends FigureRule {
  readonly kind: 'limit'
  readonly limit: number
}

/** `latency.p99 vs baseline < +10%`. */
export interface BaselineRule extends FigureRule {
  readonly kind: 'baseline'
  readonly allowance: Allowance
}

/** `expect order.placed`: a type that has to appear. */
export interface ExpectRule extends RuleBase {
  readonly kind: 'expect'
  readonly glob: string
}

export type Rule = LimitRule | BaselineRule | ExpectRule

/** Whether a value is within a limit. */
export function holds(value: number, operator: Operator, limit: number): boolean {
  switch (operator) {
    case '<':
      return value < limit
    case '<=':
      return value <= limit
    case '>':
      return value > limit
    case '>=':
      return value >= limit
    case '==':
      return value === limit
  }
}

/** Whether the rule bounds its figure from above. `==` does from both sides. */
export function isCeiling(operator: Operator): boolean {
  return operator === '<' || operator === '<='
}
