import type { GateRow } from './measured.js'
import type { JudgedRule } from './result.js'
import type { BaselineRule, FigureRule, LimitRule } from './rule.js'

/** What a rule comes to, before it is said which rule and whose figures it is. */
export type Judgement = Omit<JudgedRule, 'rule' | 'severity' | 'type' | 'source' | 'unit'>

/** Nothing can be said, for this reason. */
export function undecided(rule: LimitRule | BaselineRule, explain: string): Judgement {
  return {
    ...{ value: null, limit: rule.kind === 'limit' ? rule.limit : null, margin: null },
    ...{ baseline: null, interval: null, samples: null, verdict: 'inconclusive', explain },
    numbers: {},
  }
}

/** How many samples a figure is made of. */
export function samplesOf({ metric }: FigureRule, { figures }: Pick<GateRow, 'figures'>): number {
  if (metric.name.startsWith('latency.')) return figures.latencyMs.count
  if (metric.name.startsWith('ordering.')) return figures.ordering.checked
  return metric.shareOf?.(figures)?.of ?? figures.flow?.runs ?? figures.events
}
