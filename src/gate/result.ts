import type { Span } from '../stats/result.js'
import type { Unit } from './metrics.js'
import type { Severity } from './rule.js'

export type Verdict = 'pass' | 'fail' | 'inconclusive'

/** `evt.check/1` (DESIGN §7). */
export interface CheckResult {
  schema: 'evt.check/1'
  verdict: Verdict
  sources: string[]
  /** Not all was read: the verdict is never `pass`. */
  partial: boolean
  span: Span
  events: number
  /** Why nothing passes, whatever the rules say: a mapping that finds nothing, for one. */
  doubts: string[]
  /** What was compared with; null without a baseline. */
  baseline: BaselineFigures | null
  /** One for each rule and each type that it is about, in the order of the rules. */
  rules: JudgedRule[]
}

interface BaselineFigures {
  name: string
  /** The oldest first. */
  runs: BaselineRunFigures[]
}

interface BaselineRunFigures {
  /** When it was saved; null for what was never saved. */
  at: string | null
  commit: string | null
  branch: string | null
  events: number | null
  latencyMs: Record<PercentileName, number | null>
}

export const percentileNames = ['p50', 'p90', 'p95', 'p99', 'p999', 'p9999'] as const
type PercentileName = (typeof percentileNames)[number]

export interface JudgedRule {
  rule: string
  severity: Severity
  /** Null for a rule that is about all types. */
  type: string | null
  source: string | null
  /** What the figures are: milliseconds, a share, or a count. */
  unit: Unit
  /** Null: not claimed. */
  value: number | null
  /** The limit itself, or with a baseline how much may be, in the unit of the value. */
  limit: number | null
  /** How far the value is from its limit, as a share of the limit; negative where it is beyond. */
  margin: number | null
  baseline: number | null
  /** Between these the value lies, each end with the confidence of the rule; null without one. */
  interval: [number | null, number | null] | null
  samples: number | null
  verdict: Verdict
  explain: string
  change?: ChangeFigures
  /** The window that `value` is of: the worst. */
  window?: { start: string; end: string }
  /** Further numbers behind the verdict, by name. */
  numbers: Record<string, number | null>
}

/** Of the value from its baseline, as shares of the baseline: 0.24 is 24% more. */
interface ChangeFigures {
  relative: number | null
  /** The change that is sure, with the confidence of the rule; null where the samples tell none. */
  atLeast: number | null
}
