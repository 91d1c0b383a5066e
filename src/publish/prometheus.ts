import type { Metric, MetricType, Registry as PromRegistry } from 'prom-client'
import { EvtError } from '../errors.js'
import { isoTimeUs } from '../event/iso-time.js'
import type { StatsResult } from '../stats/result.js'
import type { Dimensions, Latencies } from './datum.js'
import { typeDimensions } from './datums.js'
import { countAbove, latenciesOf } from './latencies.js'

export interface PrometheusOptions {
  readonly namespace: string
  readonly dimensions: Dimensions
  readonly mostTypes: number
  readonly graceUs: number
  /** What was sent and never came; undefined where nobody asked. */
  readonly lost: number | undefined
  readonly loops: number | undefined
}

interface Sample {
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
  readonly metricName?: string
}

/**
 * Everything that was measured in the text format of Prometheus, for its textfile collector or a
 * push gateway. Times are in seconds, as its conventions have it. It knows no windows: what was
 * read is told as it is now.
 *
 * @throws EvtError `usage` for dimensions that Prometheus cannot tell apart
 */
export async function prometheusText(
  result: StatsResult,
  options: PrometheusOptions,
): Promise<string> {
  const { Registry } = await import('prom-client')
  const registry = new Registry()
  const { namespace, dimensions, mostTypes } = options
  const prefix = labelName(namespace).toLowerCase()
  const labels = labelsOf(dimensions)
  const add = (name: string, help: string, type: `${MetricType}`, values: readonly Sample[]) => {
    if (values.length > 0) register(registry, { name: `${prefix}_${name}`, help, type, values })
  }
  const all = latenciesOf(result.total.latencyMs, dimensions)
  for (const [name, help, value] of countersOf(result, all, options)) {
    if (value !== null && value !== undefined) add(name, help, 'counter', [{ labels, value }])
  }
  const newestUs = result.span.lastTime === null ? undefined : isoTimeUs(result.span.lastTime)
  if (newestUs !== undefined) {
    const help = 'when the newest event happened, in seconds since the epoch'
    add('newest_event_timestamp_seconds', help, 'gauge', [{ labels, value: newestUs / 1e6 }])
  }
  if (options.loops !== undefined) {
    add('loops', 'message loops that were found', 'gauge', [{ labels, value: options.loops }])
  }
  // A label may have any text, other than a dimension of CloudWatch.
  const byType = result.types.slice(0, mostTypes).flatMap(({ type, source, latencyMs }) => {
    return latenciesOf(latencyMs, [...dimensions, ...typeDimensions(type, source)]) ?? []
  })
  for (const [name, of, what] of [
    ['latency', all ? [all] : [], 'from when an event happened to when it arrived'],
    ['type_latency', byType, 'the same of a type'],
  ] as const) {
    const histogram = `${prefix}_${name}_seconds`
    add(
      `${name}_seconds`,
      what,
      'histogram',
      of.flatMap((each) => bucketsOf(each, histogram)),
    )
    const quantiles = of.flatMap((each) => quantilesOf(each, result))
    add(`${name}_quantile_seconds`, `${what}, exact to 0.1%`, 'gauge', quantiles)
  }
  const others = result.types.length - mostTypes
  const note = others > 0 ? `# types without latencies of their own (--max-types): ${others}\n` : ''
  return `${await registry.metrics()}${note}`
}

function countersOf(
  { total, read }: StatsResult,
  all: Latencies | undefined,
  { graceUs, lost }: PrometheusOptions,
): [name: string, help: string, value: number | null | undefined][] {
  const { events, distinct, duplicates, ordering, latencyMs } = total
  const isTimed = latencyMs.count + latencyMs.skewed > 0
  return [
    ['deliveries_total', 'deliveries', events],
    ['receptions_total', 'events delivered for the first time', distinct],
    ['duplicates_total', 'deliveries beyond the first of an event', duplicates.count],
    [
      'reordered_total',
      'events that came after later ones of their key',
      ordering.keys === 0 ? null : ordering.reordered,
    ],
    ['skewed_total', 'events that arrived before they happened', isTimed ? latencyMs.skewed : null],
    [
      'late_total',
      `events that took longer than ${graceUs / 1e6} s`,
      all && countAbove(all, graceUs),
    ],
    ['undecodable_total', 'records that could not be decoded', read.undecodable],
    ['lost_total', 'events that were sent and did not come', lost],
  ]
}

/** Prometheus's own client counts what it observes; these are counted already. */
function register(
  registry: PromRegistry,
  metric: { name: string; help: string; type: string; values: readonly Sample[] },
): void {
  const counted = { ...metric, aggregator: 'sum', get: async () => metric, reset: () => undefined }
  // The registry asks a metric for nothing but its name and what get() gives.
  registry.registerMetric(counted as unknown as Metric)
}

const steps = [1, 2, 5]

/** At 1, 2 and 5 of each power of ten, from the first that holds a latency to the last. */
function bucketsOf({ buckets, count, max, min, sum, dimensions }: Latencies, name: string) {
  const labels = labelsOf(dimensions)
  const samples: Sample[] = []
  let below = 0
  let n = 0
  for (let power = -6; power <= 8; power++) {
    for (const step of steps) {
      const us = step * 10 ** (power + 6)
      for (; n < buckets.length && (buckets[n]?.highest ?? 0) <= us; n++) {
        below += buckets[n]?.count ?? 0
      }
      if (us < min * 1_000 || (us > max * 10_000 && below > 0)) continue
      const le = Number(`${step}e${power}`)
      samples.push({ metricName: `${name}_bucket`, labels: { ...labels, le }, value: below })
    }
  }
  samples.push({ metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count })
  if (sum !== undefined) samples.push({ metricName: `${name}_sum`, labels, value: sum / 1_000 })
  samples.push({ metricName: `${name}_count`, labels, value: count })
  return samples
}

const quantiles = { p50: '0.5', p90: '0.9', p99: '0.99', p999: '0.999', max: '1' } as const

function quantilesOf({ dimensions }: Latencies, { total, types }: StatsResult): Sample[] {
  const of = new Map(dimensions)
  const isOne = of.has('Type')
  const row = isOne
    ? types.find(
        ({ type, source }) => type === of.get('Type') && source === (of.get('Source') ?? ''),
      )
    : total
  return Object.entries(quantiles).flatMap(([name, quantile]) => {
    const ms = row?.latencyMs[name as keyof typeof quantiles] ?? null
    return ms === null ? [] : [{ labels: { ...labelsOf(dimensions), quantile }, value: ms / 1_000 }]
  })
}

function labelsOf(dimensions: Dimensions): Record<string, string> {
  const named = dimensions.map(([name, value]) => [labelOf(name), value, name] as const)
  const labels = Object.fromEntries(named.map(([label, value]) => [label, value]))
  const taken = named.find(([label], n) => named.findIndex(([other]) => other === label) !== n)
  const own = named.find(([label]) => label === 'le' || label === 'quantile')
  if (!taken && !own) return labels
  const [label = '', , name = ''] = taken ?? own ?? []
  throw new EvtError(`--dimension ${name}: Prometheus has another label ${label}`, {
    ...{ code: 'usage', hint: 'give it another name' },
  })
}

function labelOf(name: string): string {
  return name === 'Type' || name === 'Source' ? name.toLowerCase() : labelName(name)
}

function labelName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^(?=\d)/, '_')
}
