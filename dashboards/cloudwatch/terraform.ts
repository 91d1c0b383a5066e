import type { JsonObject, JsonValue } from '../../src/event/event.js'
import type { Alarms, MetricAlarm, Query } from './alarms.js'
import { childrenOf } from './cloudformation.js'
import type { CompositeAlarm } from './composites.js'
import type { Unnamed } from './names.js'
import type { Page } from './page.js'
import { filled, placeholdersIn, REGION } from './placeholder.js'

/** Dashboards and alarms as Terraform's JSON; what is not known is a variable. */
export function terraform(
  { pages, alarms }: { readonly pages: readonly Page[]; readonly alarms: Alarms | undefined },
  unnamed: readonly Unnamed[],
): JsonObject {
  const labels = uniqueLabels()
  const addresses = new Map<string, string>()
  const dashboards = pages.map(({ name, body }): [string, JsonValue] => {
    const dashboard_body = JSON.stringify(interpolated(body as unknown as JsonValue))
    return [labels('d', name), { dashboard_name: name, dashboard_body }]
  })
  const metric = (alarms?.metric ?? []).map((alarm): [string, JsonValue] => {
    const label = labels('m', alarm.AlarmName)
    addresses.set(alarm.AlarmName, `aws_cloudwatch_metric_alarm.${label}`)
    return [label, interpolated(metricAlarm(alarm))]
  })
  const composite = (alarms?.composite ?? []).map((alarm): [string, JsonValue] => {
    const label = labels('c', alarm.AlarmName)
    addresses.set(alarm.AlarmName, `aws_cloudwatch_composite_alarm.${label}`)
    return [label, compositeAlarm(alarm, addresses)]
  })
  const used = new Set(placeholdersIn([pages, alarms ?? null] as unknown as JsonValue))
  const variables = unnamed
    .filter(({ parameter }) => used.has(parameter))
    .map(({ parameter, what, kind, at }) => {
      return [parameter, { type: 'string', description: `the ${what} of the ${kind} ${at}` }]
    })
  const region = { type: 'string', description: 'the region that the dashboards show' }
  if (used.has(REGION)) variables.push([REGION, region])
  const some = (type: string, all: [string, JsonValue][]) =>
    all.length > 0 ? { [type]: Object.fromEntries(all) } : {}
  return {
    ...(variables.length > 0 ? { variable: Object.fromEntries(variables) } : {}),
    resource: {
      ...some('aws_cloudwatch_dashboard', dashboards),
      ...some('aws_cloudwatch_metric_alarm', metric),
      ...some('aws_cloudwatch_composite_alarm', composite),
    },
  }
}

function interpolated<T extends JsonValue>(value: T): T {
  return filled(value, (parameter) => `\${var.${parameter}}`, escaped)
}

/** What Terraform leaves as it is. */
const escaped = (plain: string) => plain.replace(/[$%](?=\{)/g, (sign) => sign + sign)

function metricAlarm(alarm: MetricAlarm): JsonObject {
  return {
    ...described(alarm),
    comparison_operator: alarm.ComparisonOperator,
    evaluation_periods: alarm.EvaluationPeriods,
    datapoints_to_alarm: alarm.DatapointsToAlarm,
    treat_missing_data: alarm.TreatMissingData,
    ...given('threshold', alarm.Threshold),
    ...given('threshold_metric_id', alarm.ThresholdMetricId),
    ...given('evaluate_low_sample_count_percentiles', alarm.EvaluateLowSampleCountPercentile),
    ...('Metrics' in alarm
      ? { metric_query: alarm.Metrics.map(metricQuery) }
      : {
          namespace: alarm.Namespace,
          metric_name: alarm.MetricName,
          dimensions: dimensionsOf(alarm.Dimensions),
          period: alarm.Period,
          ...given('statistic', alarm.Statistic),
          ...given('extended_statistic', alarm.ExtendedStatistic),
        }),
  }
}

function metricQuery({ Id, Expression, Label, MetricStat, ReturnData }: Query): JsonObject {
  return {
    ...{ id: Id, return_data: ReturnData },
    ...given('expression', Expression),
    ...given('label', Label),
    ...(MetricStat
      ? {
          metric: [
            {
              namespace: MetricStat.Metric.Namespace,
              metric_name: MetricStat.Metric.MetricName,
              dimensions: dimensionsOf(MetricStat.Metric.Dimensions),
              ...{ period: MetricStat.Period, stat: MetricStat.Stat },
            },
          ],
        }
      : {}),
  }
}

function compositeAlarm(alarm: CompositeAlarm, addresses: ReadonlyMap<string, string>): JsonObject {
  const children = childrenOf(alarm.AlarmRule).flatMap((name) => addresses.get(name) ?? [])
  const { AlarmRule } = alarm
  return interpolated({ ...described(alarm), alarm_rule: AlarmRule, depends_on: children })
}

function described(alarm: MetricAlarm | CompositeAlarm): JsonObject {
  return {
    alarm_name: alarm.AlarmName,
    alarm_description: alarm.AlarmDescription,
    alarm_actions: [...alarm.AlarmActions],
    ok_actions: [...alarm.OKActions],
  }
}

function dimensionsOf(all: readonly { readonly Name: string; readonly Value: string }[]) {
  return Object.fromEntries(all.map(({ Name, Value }) => [Name, Value]))
}

function given(name: string, value: string | number | undefined): JsonObject {
  return value === undefined ? {} : { [name]: value }
}

/** Labels of Terraform: letters, digits, - and _, each once, and no digit first. */
function uniqueLabels(): (word: string, name: string) => string {
  const taken = new Set<string>()
  return (word, name) => {
    const base = `${word}_${name.replace(/[^A-Za-z0-9_-]+/g, '_')}`
    let label = base
    for (let n = 2; taken.has(label); n++) label = `${base}_${n}`
    taken.add(label)
    return label
  }
}
