import type { ResourceAddress } from '../aws/address.js'
import { type RuleState, ruleOf, rulesOf } from '../aws/bus-rules.js'
import type { Metric, MetricPoint } from '../aws/cloudwatch.js'
import { counted, countText, times } from '../stats/findings/phrases.js'
import type { Asking, LagKind, Measured } from './kind.js'
import { askedMinutes, spanOf, sumOf } from './minutes.js'
import type { LagFinding, MetricSpan, RuleRow } from './result.js'

/** As EventBridge names them, in the order of {@link RuleRow}. */
const names = [
  'TriggeredRules',
  'Invocations',
  'FailedInvocations',
  'ThrottledRules',
  'InvocationsSentToDlq',
  'InvocationsFailedToBeSentToDlq',
] as const

/** Buses, by rule, and single rules: what matched and whether its targets took it. */
export const bus: LagKind = {
  iamActions: ['events:ListRules', 'events:DescribeRule', 'cloudwatch:GetMetricData'],
  async measure({ name, part }: ResourceAddress, asking): Promise<Measured> {
    if (part !== undefined) {
      const rules = await rowsOf(name, [await ruleOf(name, part, asking.aws)], asking)
      const [row] = rules
      if (row) return { row, findings: findingsOf(row) }
    }
    const rules = await rowsOf(name, await rulesOf(name, asking.aws), asking)
    const metrics = widest(rules.map((rule) => rule.metrics))
    const row = { source: asking.source, kind: 'bus', name, metrics, rules } as const
    const findings = rules.flatMap((rule) =>
      findingsOf(rule).map((finding) => ({
        ...finding,
        explain: `${rule.name}: ${finding.explain}`,
      })),
    )
    return { row, findings }
  },
}

async function rowsOf(
  busName: string,
  rules: readonly RuleState[],
  asking: Asking,
): Promise<RuleRow[]> {
  const metrics = rules.flatMap(({ name }) =>
    placesOf(busName, name).flatMap((dimensions) => names.map((of) => metricOf(of, dimensions))),
  )
  const series = metrics.length === 0 ? [] : [...(await asking.points(metrics))]
  return rules.map((rule) => {
    const places = placesOf(busName, rule.name).map(() => series.splice(0, names.length))
    const counted = places.find((each) => each.some((points) => points.length > 0))
    return rowOf(busName, rule, counted ?? [], asking)
  })
}

/** By which dimensions CloudWatch may have the figures of a rule. Those of rules of the default bus
 * are documented by the name of the rule alone. */
function placesOf(busName: string, RuleName: string): Metric['dimensions'][] {
  const full = { EventBusName: busName, RuleName }
  return busName === 'default' ? [full, { RuleName }] : [full]
}

function metricOf(name: string, dimensions: Metric['dimensions']): Metric {
  return { namespace: 'AWS/Events', name, dimensions, statistic: 'Sum' }
}

function rowOf(
  busName: string,
  { name, isEnabled }: RuleState,
  series: readonly (readonly MetricPoint[])[],
  { source, fromMs }: Asking,
): RuleRow {
  const minutes = askedMinutes(series, fromMs)
  const sum = (n: number) => (minutes === undefined ? null : sumOf(series[n], minutes))
  return {
    ...{ source, kind: 'rule', name, metrics: spanOf(minutes), bus: busName, isEnabled },
    ...{ matched: sum(0), invoked: sum(1), failed: sum(2), throttled: sum(3) },
    ...{ deadLettered: sum(4), lost: sum(5) },
  }
}

function widest(spans: readonly (MetricSpan | null)[]): MetricSpan | null {
  const known = spans.flatMap((span) => span ?? [])
  const to = known
    .map((span) => span.to)
    .sort()
    .at(-1)
  return known[0] && to !== undefined ? { from: known[0].from, to } : null
}

function findingsOf(row: RuleRow): Omit<LagFinding, 'source'>[] {
  const { failed, invoked, throttled, deadLettered, lost, isEnabled } = row
  const found: (Omit<LagFinding, 'source'> | false)[] = [
    !!lost && {
      ...{ kind: 'loss', severity: 'fault' },
      explain: `${counted(lost, 'event')} neither reached the target nor its dead-letter queue`,
    },
    !!failed && {
      ...{ kind: 'failed', severity: 'fault' },
      explain: `${countText(failed)} of ${counted(invoked ?? 0, 'invocation')} failed for good`,
    },
    !!deadLettered && {
      ...{ kind: 'deadLettered', severity: 'fault' },
      explain: `${counted(deadLettered, 'event')} went to a dead-letter queue`,
    },
    !!throttled && {
      ...{ kind: 'throttled', severity: 'warning' },
      explain: `throttled ${times(throttled)}`,
    },
    !isEnabled && {
      ...{ kind: 'disabled', severity: 'warning' },
      explain: 'the rule is disabled: nothing passes through it',
    },
  ]
  return found.filter((one) => one !== false)
}
