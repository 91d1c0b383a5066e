import { alarmNames } from './alarm-names.js'
import { anyOf, both, type CompositeAlarm } from './composites.js'
import { type Alarm, isFormula, type Metric } from './graph.js'
import type { Section } from './section.js'
import type { Watched } from './watched.js'
import { bandOf } from './widget.js'

/** As PutMetricAlarm and CloudFormation take it. */
export type MetricAlarm = Described & {
  readonly EvaluationPeriods: number
  readonly DatapointsToAlarm: number
  readonly ComparisonOperator: Alarm['operator']
  readonly TreatMissingData: Alarm['missing']
  readonly Threshold?: number
  readonly ThresholdMetricId?: string
  readonly EvaluateLowSampleCountPercentile?: 'ignore' | 'evaluate'
} & (OneMetric | { readonly Metrics: Query[] })

type Described = {
  readonly AlarmName: string
  readonly AlarmDescription: string
  readonly AlarmActions: string[]
  readonly OKActions: string[]
}

type OneMetric = NamedMetric & {
  readonly Period: number
  readonly Statistic?: 'Sum' | 'Maximum'
  readonly ExtendedStatistic?: string
}

type NamedMetric = {
  readonly Namespace: string
  readonly MetricName: string
  readonly Dimensions: { readonly Name: string; readonly Value: string }[]
}

export type Query = {
  readonly Id: string
  readonly Expression?: string
  readonly Label?: string
  readonly MetricStat?: {
    readonly Metric: NamedMetric
    readonly Period: number
    readonly Stat: string
  }
  readonly ReturnData: boolean
}

export interface Alarms {
  readonly metric: readonly MetricAlarm[]
  /** After those that they are made of. */
  readonly composite: readonly CompositeAlarm[]
}

interface AlarmOptions {
  readonly prefix: string
  /** ARNs of who is told. */
  readonly actions: readonly string[]
  readonly okActions: readonly string[]
  readonly runbook: string | undefined
  /** Without them, parts of promises call by themselves. */
  readonly composites: boolean
}

/** Every alarm of what is watched, each with the threshold whose line is on its graph. */
export function alarmsOf({ sections, evt, slos }: Watched, options: AlarmOptions): Alarms {
  const name = alarmNames(options.prefix)
  const metric: MetricAlarm[] = []
  const composite: CompositeAlarm[] = []
  const make = (id: string, alarm: Alarm, periodS: number): string => {
    const of = alarm.of === undefined ? [] : [alarm.of]
    const made = metricAlarm(name(id, ...of, alarm.what), alarm, { periodS, options, id })
    metric.push(made)
    return made.AlarmName
  }
  const tops = [...(evt ? [evt] : []), ...sections].flatMap((section) => {
    const own = madeOf(section, make)
    const all = anyOf(name(section.id), own, `something is wrong with ${section.name}`)
    composite.push(...all.made)
    return all.top
  })
  for (const { name: slo, burns, graph } of slos) {
    for (const { what, explain, long, short } of burns) {
      const parts = [long, short].map((part) => make(`slo/${slo}`, part, graph.periodS))
      const texts = { name: name(`slo/${slo}`, what), explain: described(explain, options) }
      const { actions, okActions } = options
      composite.push(both(texts, parts, { AlarmActions: actions, OKActions: okActions }))
      tops.push(texts.name)
    }
  }
  const all = anyOf(name('any'), tops, 'something that evt watches is wrong')
  composite.push(...all.made)
  return { metric, composite: options.composites ? composite : [] }
}

function madeOf(
  { id, graphs }: Section,
  make: (id: string, alarm: Alarm, periodS: number) => string,
): string[] {
  return graphs.flatMap(({ alarms, periodS }) => alarms.map((alarm) => make(id, alarm, periodS)))
}

interface Making {
  readonly periodS: number
  readonly options: AlarmOptions
  readonly id: string
}

function metricAlarm(
  AlarmName: string,
  alarm: Alarm,
  { periodS, options, id }: Making,
): MetricAlarm {
  const isSilent = alarm.isPart === true && options.composites
  return {
    AlarmName,
    AlarmDescription: described(`${id}: ${alarm.explain}`, options),
    AlarmActions: isSilent ? [] : [...options.actions],
    OKActions: isSilent ? [] : [...options.okActions],
    EvaluationPeriods: alarm.periods,
    DatapointsToAlarm: alarm.datapoints,
    ComparisonOperator: alarm.operator,
    TreatMissingData: alarm.missing,
    ...watchedBy(alarm, alarm.periodS ?? periodS),
  }
}

const MOST_DESCRIPTION = 1_024

function described(text: string, { runbook }: AlarmOptions): string {
  const all = runbook === undefined ? text : `${text}\n${runbook}`
  return all.slice(0, MOST_DESCRIPTION)
}

function watchedBy(alarm: Alarm, Period: number) {
  const { series } = alarm
  if (isFormula(series)) {
    const of = series.of.map((each, n) => query(`m${n + 1}`, each, Period, false))
    const { expression: Expression, label: Label } = series
    return {
      Metrics: [...of, { Id: 'e1', Expression, Label, ReturnData: true }],
      ...thresholdOf(alarm),
    }
  }
  if (alarm.kind === 'band') {
    const band = { Expression: bandOf('m1', alarm.width), Label: 'expected', ReturnData: true }
    return {
      Metrics: [query('m1', series, Period, true), { Id: 'band1', ...band }],
      ThresholdMetricId: 'band1',
    }
  }
  const { stat } = series
  // Of few events a percentile is no figure to call somebody for. A rank, PR, is none.
  const low = alarm.isOfFew === true ? ('evaluate' as const) : ('ignore' as const)
  const statistic =
    stat === 'Sum' || stat === 'Maximum'
      ? ({ Statistic: stat } as const)
      : {
          ExtendedStatistic: stat,
          ...(/^p\d/.test(stat) ? { EvaluateLowSampleCountPercentile: low } : {}),
        }
  return { ...named(series), Period, ...statistic, ...thresholdOf(alarm) }
}

function thresholdOf(alarm: Alarm): { Threshold?: number } {
  return alarm.kind === 'static' ? { Threshold: alarm.threshold } : {}
}

function query(Id: string, metric: Metric, Period: number, ReturnData: boolean): Query {
  return { Id, MetricStat: { Metric: named(metric), Period, Stat: metric.stat }, ReturnData }
}

function named({ namespace, name, dimensions }: Metric): NamedMetric {
  const Dimensions = dimensions.map(([Name, Value]) => ({ Name, Value }))
  return { Namespace: namespace, MetricName: name, Dimensions }
}
