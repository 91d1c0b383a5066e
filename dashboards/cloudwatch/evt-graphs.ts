import { safeText } from '../../src/ui/safe-text.js'
import type { Dimensions, Graph, Metric } from './graph.js'
import { happens, metricsOf } from './part.js'

/** What `evt metrics publish` tells CloudWatch, and what is wanted of it. */
export interface Published {
  readonly namespace: string
  /** Those that all its metrics have. */
  readonly dimensions: Dimensions
  /** Types with a latency of their own. */
  readonly types: readonly { readonly type: string; readonly source: string }[]
  readonly limits: Limits
}

/** From where on somebody is called; undefined where nobody said, and nothing was measured. */
export interface Limits {
  readonly p99Ms?: Limit | undefined
  readonly duplicatesPercent?: Limit | undefined
  readonly reorderedPercent?: Limit | undefined
}

interface Limit {
  readonly value: number
  /** `evt.yaml says latency.p99 < 500ms`. */
  readonly why: string
}

const PERIOD_S = 60
/** Fewer deliveries than CloudWatch has learnt to expect, by so many standard deviations. */
const BAND_WIDTH = 3

export function evtGraphs(published: Published): Graph[] {
  const metric = metricsOf(published.namespace, published.dimensions)
  return [
    deliveries(metric),
    latency(metric, published.limits),
    ...latencyByType(published),
    ...(['Duplicates', 'Reordered'] as const).map((name) => shareGraph(name, metric, published)),
    ...[freshness(metric), gone(metric)],
  ]
}

type MetricOf = ReturnType<typeof metricsOf>

function deliveries(metric: MetricOf): Graph {
  const all = metric('Deliveries', 'Sum', 'deliveries')
  return {
    title: 'Deliveries, and events received for the first time',
    series: [all, metric('Receptions', 'Sum', 'first receptions')],
    ...{ periodS: PERIOD_S, unit: 'events' },
    alarms: [
      {
        ...{ kind: 'band', what: 'fewer', series: all, operator: 'LessThanLowerThreshold' },
        // What is not measured yet is not published; a minute without events is, as 0.
        ...{ width: BAND_WIDTH, datapoints: 10, periods: 15, missing: 'ignore' },
        explain: 'fewer events are delivered than at other times like this',
      },
    ],
  }
}

function latency(metric: MetricOf, { p99Ms }: Limits): Graph {
  const p99 = metric('Latency', 'p99', 'p99')
  return {
    title: 'Latency',
    series: [
      metric('Latency', 'p50', 'p50'),
      metric('Latency', 'p90', 'p90'),
      ...[p99, metric('Latency', 'p99.9', 'p99.9'), metric('Latency', 'Maximum', 'max')],
    ],
    ...{ periodS: PERIOD_S, unit: 'ms' },
    alarms: p99Ms
      ? [
          {
            ...{ kind: 'static', what: 'latency', series: p99, threshold: p99Ms.value },
            ...{ operator: 'GreaterThanOrEqualToThreshold', missing: 'notBreaching' },
            ...{ datapoints: 3, periods: 5 },
            explain: `1 of 100 events takes ${p99Ms.value} ms or more (${p99Ms.why})`,
          },
        ]
      : [],
  }
}

function freshness(metric: MetricOf): Graph {
  const lateness = metric('Lateness', 'Maximum', 'the latest that was out of order')
  return {
    title: 'Age of the newest event, and how late others came',
    series: [metric('Freshness', 'Minimum', 'newest'), lateness],
    ...{ periodS: PERIOD_S, unit: 'ms', alarms: [] },
  }
}

/** Told only where somebody asked: --sent, --loops, --every. Who did not has no figures here. */
function gone(metric: MetricOf): Graph {
  const lost = metric('Lost', 'Sum', 'sent and lost')
  const undecodable = metric('Undecodable', 'Sum', 'not decoded')
  const loops = metric('Loops', 'Maximum', 'loops')
  return {
    title: 'Lost, not decoded, too late, in circles',
    series: [lost, undecodable, metric('Late', 'Sum', 'late'), loops],
    ...{ periodS: PERIOD_S, unit: 'events' },
    alarms: [
      happens('lost', lost, 'events that were sent did not come', [1, 1]),
      happens('undecodable', undecodable, 'records cannot be decoded in 3 of 5 minutes', [3, 5]),
      happens('loops', loops, 'events run in circles in 3 of 5 minutes', [3, 5]),
    ],
  }
}

const TYPES_A_GRAPH = 20

function latencyByType({ namespace, dimensions, types }: Published): Graph[] {
  const series = types.map((one): Metric => {
    const of = metricsOf(namespace, [...dimensions, ...typeDimensions(one)])
    return of('Latency', 'p99', safeText(one.source === '' ? one.type : typeText(one)))
  })
  return Array.from({ length: Math.ceil(series.length / TYPES_A_GRAPH) }, (_, n) => ({
    title: n === 0 ? 'p99 latency by type' : `p99 latency by type (${n + 1})`,
    series: series.slice(n * TYPES_A_GRAPH, (n + 1) * TYPES_A_GRAPH),
    ...{ periodS: PERIOD_S, unit: 'ms', alarms: [] },
  }))
}

type OfType = Published['types'][number]

function typeText({ source, type }: OfType): string {
  return `${source}/${type}`
}

/** As `evt metrics publish` writes them. */
export function typeDimensions({ source, type }: OfType): Dimensions {
  const own = ['Type', type] as const
  return source === '' ? [own] : [['Source', source], own]
}

const shares = {
  Duplicates: { of: 'Deliveries', title: 'Duplicates', limit: 'duplicatesPercent' },
  Reordered: { of: 'Receptions', title: 'Out of order', limit: 'reorderedPercent' },
} as const

function shareGraph(name: keyof typeof shares, metric: MetricOf, { limits }: Published): Graph {
  const { of, title, limit } = shares[name]
  const series = {
    expression: 'IF(m2 > 0, 100 * m1 / m2, 0)',
    label: `${title.toLowerCase()}, %`,
    of: [metric(name, 'Sum', name), metric(of, 'Sum', of)],
  }
  const most = limits[limit]
  return {
    ...{ title: `${title}, share of all`, series: [series], periodS: 300, unit: '%' },
    alarms: most
      ? [
          {
            ...{ kind: 'static', what: name.toLowerCase(), series, threshold: most.value },
            ...{ operator: 'GreaterThanThreshold', missing: 'notBreaching' },
            ...{ datapoints: 2, periods: 3 },
            explain: `${title.toLowerCase()}: more than ${most.value}% of events (${most.why})`,
          },
        ]
      : [],
  }
}
