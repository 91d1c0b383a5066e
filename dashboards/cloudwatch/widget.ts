import type { JsonValue } from '../../src/event/event.js'
import { type Graph, isFormula, type Metric } from './graph.js'
import { linesOf } from './lines.js'
import { placeholder, REGION } from './placeholder.js'

/** A widget without its place. */
export interface Widget {
  readonly type: 'metric' | 'text'
  readonly width: number
  readonly height: number
  readonly properties: Readonly<Record<string, JsonValue>>
  /** How many metrics it has, hidden ones among them. */
  readonly metrics: number
}

/** A moment that is marked on every graph, such as a deployment. */
export interface Mark {
  readonly at: string
  readonly label: string
}

const GRAPH_WIDTH = 8
const GRAPH_HEIGHT = 6
export const FULL_WIDTH = 24

export function graphWidget(graph: Graph, marks: readonly Mark[]): Widget {
  const metrics = entriesOf(graph)
  const vertical = marks.map(({ at: value, label }) => ({ value, label }))
  const horizontal = linesOf(graph).map((line): JsonValue => ({ ...line }))
  const annotations = {
    ...(horizontal.length > 0 ? { horizontal } : {}),
    ...(vertical.length > 0 ? { vertical } : {}),
  }
  const isShare = graph.unit === '%'
  return {
    ...{ type: 'metric', width: GRAPH_WIDTH, height: GRAPH_HEIGHT, metrics: metrics.length },
    properties: {
      title: graph.title,
      region: placeholder(REGION),
      view: 'timeSeries',
      stacked: false,
      period: graph.periodS,
      metrics,
      // Of a share that is nearly whole, zero would hide what matters.
      yAxis: { left: { label: graph.unit, showUnits: false, ...(isShare ? {} : { min: 0 }) } },
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
      legend: { position: 'bottom' },
    },
  }
}

/** What a graph draws, and hidden what its formulas are made of. */
function entriesOf({ series, alarms }: Graph): JsonValue[] {
  const ids = new Map<string, string>()
  const entries: JsonValue[] = []
  const add = (metric: Metric, render: Record<string, JsonValue>): string => {
    const key = JSON.stringify([metric.namespace, metric.name, metric.dimensions, metric.stat])
    const known = ids.get(key)
    if (known !== undefined) return known
    const id = `m${ids.size + 1}`
    ids.set(key, id)
    entries.push(metricEntry(metric, { ...render, id }))
    return id
  }
  for (const metric of series) if (!isFormula(metric)) add(metric, labelOf(metric))
  for (const [n, formula] of series.filter(isFormula).entries()) {
    const own = formula.of.map((metric) => add(metric, { visible: false }))
    const expression = formula.expression.replace(/\bm(\d+)\b/g, (id, at) => own[at - 1] ?? id)
    entries.push([{ expression, label: formula.label, id: `e${n + 1}` }])
  }
  for (const [n, alarm] of alarms.entries()) {
    if (alarm.kind !== 'band' || isFormula(alarm.series)) continue
    const id = add(alarm.series, labelOf(alarm.series))
    const label = `expected (alarm ${alarm.what})`
    entries.push([{ expression: bandOf(id, alarm.width), label, id: `band${n + 1}` }])
  }
  return entries
}

export function bandOf(id: string, width: number): string {
  return `ANOMALY_DETECTION_BAND(${id}, ${width})`
}

function labelOf({ label }: Metric): Record<string, JsonValue> {
  return label === undefined ? {} : { label }
}

function metricEntry(
  { namespace, name, dimensions, stat }: Metric,
  render: Record<string, JsonValue>,
): JsonValue {
  return [namespace, name, ...dimensions.flat(), { stat, ...render }]
}

/** Rows of text that a widget of this height shows. */
const LINES_A_ROW = 1.6
const COLUMNS = 150
const MOST_HEIGHT = 40

export function textWidget(lines: readonly string[], width = FULL_WIDTH): Widget {
  const columns = (COLUMNS * width) / FULL_WIDTH
  const shown = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0)
  const height = Math.min(MOST_HEIGHT, Math.max(2, Math.ceil(shown / LINES_A_ROW)))
  const properties = { markdown: lines.join('\n') }
  return { type: 'text', width, height, properties, metrics: 0 }
}
