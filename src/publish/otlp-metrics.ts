import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  DataPointType,
  type ExponentialHistogram,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import type { Datum, Dimensions, Latencies } from './datum.js'
import type { WindowDatums } from './datums.js'

/** Buckets are 1.1% wide: 64 of them double. */
const SCALE = 6

/** Figures of windows as OpenTelemetry has them: sums and histograms of what each window adds, by
 * its start and end, and gauges at its end. */
export function otlpMetrics(
  windows: readonly WindowDatums[],
  { namespace, version }: { namespace: string; version: string },
): ResourceMetrics {
  const metrics = new Map<string, MetricData>()
  for (const { startMs, endMs, datums, latencies } of windows) {
    const [startTime, endTime] = [timeOf(startMs), timeOf(endMs)]
    for (const datum of datums) {
      if (datum.metric === 'Latency') continue
      const name = nameFor(datum.metric, datum)
      const known = metrics.get(name) ?? emptyOf({ ...datum, metric: name }, namespace)
      metrics.set(name, known)
      const attributes = attributesOf(datum.dimensions)
      const value = datum.values[0] ?? 0
      // The kind is that of the metric, which emptyOf made.
      ;(known.dataPoints as object[]).push({ startTime, endTime, attributes, value })
    }
    for (const each of latencies) {
      const name = nameFor('Latency', each)
      const known = metrics.get(name) ?? emptyLatency(name, namespace)
      metrics.set(name, known)
      const attributes = attributesOf(each.dimensions)
      const value = exponential(each)
      ;(known.dataPoints as object[]).push({ startTime, endTime, attributes, value })
    }
  }
  return {
    resource: resourceFromAttributes({ 'service.name': 'evt', 'service.version': version }),
    scopeMetrics: [{ scope: { name: 'evt', version }, metrics: [...metrics.values()] }],
  }
}

/** Of all and of types: who adds up one of them does not count events twice. */
function nameFor(metric: string, { dimensions }: Pick<Datum, 'dimensions'>): string {
  const [own] = dimensions.at(-1) ?? []
  return own !== undefined && isOwn(own) ? `${metric}.by_${own.toLowerCase()}` : metric
}

/** A loop that runs through several windows is in each of them: how many there are is no sum. */
function emptyOf({ metric, unit }: Datum, namespace: string): MetricData {
  const descriptor = descriptorOf(metric, unit === 'Count' ? '1' : 'ms', namespace)
  const base = { descriptor, aggregationTemporality: AggregationTemporality.DELTA, dataPoints: [] }
  return unit === 'Count' && metric !== 'Loops'
    ? { ...base, dataPointType: DataPointType.SUM, isMonotonic: true }
    : { ...base, dataPointType: DataPointType.GAUGE }
}

function emptyLatency(name: string, namespace: string): MetricData {
  return {
    descriptor: descriptorOf(name, 'ms', namespace),
    aggregationTemporality: AggregationTemporality.DELTA,
    dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM,
    dataPoints: [],
  }
}

function descriptorOf(metric: string, unit: string, namespace: string) {
  const name = `${namespace}.${metric}`.toLowerCase().replace(/[^a-z0-9_.\-/]/g, '_')
  return { name, unit, description: '', valueType: 1 }
}

function attributesOf(dimensions: Dimensions): Record<string, string> {
  return Object.fromEntries(
    dimensions.map(([name, value]) => [
      isOwn(name) || name === 'Source' ? ofEvt(name) : name,
      value,
    ]),
  )
}

/** `--dimension` has none of these. */
function isOwn(name: string): boolean {
  return /^(Type|Key|Entity)$/.test(name)
}

function ofEvt(name: string): string {
  return `event.${name.toLowerCase()}`
}

function timeOf(ms: number): [number, number] {
  return [Math.floor(ms / 1_000), Math.round((ms % 1_000) * 1e6)]
}

/** Each bucket goes whole into that of its middle: the number stays exact. */
function exponential(latencies: Latencies): ExponentialHistogram {
  const { buckets, count, overflow, min, max, sum } = latencies
  const counts = new Map<number, number>()
  let zeroCount = 0
  const add = (ms: number, more: number) => {
    if (more === 0) return
    if (ms === 0) zeroCount += more
    else counts.set(indexOf(ms), (counts.get(indexOf(ms)) ?? 0) + more)
  }
  for (const { lowest, highest, count: more } of buckets) {
    const middle = highest === 0 ? 0 : (lowest + highest) / 2_000
    add(Math.min(max, Math.max(min, middle)), more)
  }
  add(max, overflow)
  const indexes = [...counts.keys()]
  const offset = indexes.reduce((least, index) => Math.min(least, index), indexes[0] ?? 0)
  const last = indexes.reduce((most, index) => Math.max(most, index), offset)
  const length = indexes.length === 0 ? 0 : last - offset + 1
  const bucketCounts = Array.from({ length }, (_, n) => counts.get(offset + n) ?? 0)
  return {
    ...{ count, scale: SCALE, zeroCount, positive: { offset, bucketCounts }, min, max },
    ...(sum !== undefined && { sum }),
    negative: { offset: 0, bucketCounts: [] },
  }
}

/** A bucket has what is above base^index, up to base^(index + 1), where base is 2^(2^-scale). */
function indexOf(ms: number): number {
  return Math.ceil(Math.log2(ms) * 2 ** SCALE) - 1
}
