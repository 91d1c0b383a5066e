import type { Metric, MetricType, Registry as PromRegistry } from 'prom-client'
import { EvtError } from '../errors.js'
import { isoTimeUs } from '../event/iso-time.js'
import type { StatsResult, StatsRow } from '../stats/result.js'
import type { Dimensions, Latencies } from './datum.js'
import { countAbove, latenciesOf } from './latencies.js'
import { nameOf, type OfType, ownDimensions, rankedTypes } from './own-types.js'
import type { FoundInAll } from './run.js'
import { countedOf, emptyRow } from './window.js'

export interface PrometheusOptions {
  readonly namespace: string
  readonly dimensions: Dimensions
  readonly mostTypes: number
  readonly graceUs: number
  readonly beside: FoundInAll
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
  const { namespace, dimensions, mostTypes, beside } = options
  const prefix = labelName(namespace).toLowerCase()
  const add = (name: string, help: string, type: `${MetricType}`, values: readonly Sample[]) => {
    if (values.length > 0) register(registry, { name: `${prefix}_${name}`, help, type, values })
  }
  const total = totalOf(result, options)
  // A label may have any text, other than a dimension of CloudWatch.
  const ranked = rankedTypes(result, beside.reconciled)
  const types = typesOf(result, ranked.slice(0, mostTypes), options)
  for (const [start, what, of] of [
    ['', '', [total]],
    ['type_', ', of a type', types],
  ] as const) {
    for (const { name, help, type, figureOf } of figuresFor(options)) {
      const values = of.flatMap((told) => {
        const value = figureOf(told)
        return value === undefined ? [] : [{ labels: labelsOf(told.dimensions), value }]
      })
      add(`${start}${name}`, `${help}${what}`, type, values)
    }
  }
  if (beside.loops !== undefined) {
    const labels = labelsOf(dimensions)
    add('loops', 'message loops that were found', 'gauge', [{ labels, value: beside.loops }])
  }
  for (const [name, of, what] of [
    ['latency', [total], 'from when an event happened to when it arrived'],
    ['type_latency', types, 'the same of a type'],
  ] as const) {
    const histogram = `${prefix}_${name}_seconds`
    const buckets = of.flatMap(({ all }) => (all ? bucketsOf(all, histogram) : []))
    add(`${name}_seconds`, what, 'histogram', buckets)
    add(`${name}_quantile_seconds`, `${what}, exact to 0.1%`, 'gauge', of.flatMap(quantilesOf))
  }
  const others = ranked.length - mostTypes
  const note = others > 0 ? `# types without metrics of their own (--max-types): ${others}\n` : ''
  return `${await registry.metrics()}${note}`
}

/** What is told of everything, or of a type. */
interface Told {
  readonly dimensions: Dimensions
  readonly row: StatsRow
  readonly all: Latencies | undefined
  readonly undecodable: number | undefined
  readonly lost: number | undefined
  readonly newestUs: number | undefined
}

function totalOf({ total, read, span }: StatsResult, options: PrometheusOptions): Told {
  const { dimensions, beside } = options
  return {
    ...{ dimensions, row: total, all: latenciesOf(total.latencyMs, dimensions) },
    undecodable: read.undecodable,
    lost: beside.reconciled?.total.lost ?? undefined,
    newestUs: span.lastTime === null ? undefined : isoTimeUs(span.lastTime),
  }
}

function typesOf(
  { types }: StatsResult,
  own: readonly OfType[],
  { dimensions: ofAll, beside: { reconciled, newestUs } }: PrometheusOptions,
): Told[] {
  const rows = new Map(types.map((row) => [nameOf(row), row]))
  const sent = new Map(reconciled?.types.map((row) => [nameOf(row), row.lost]))
  // Where nobody knows how many were lost, nobody knows of which type.
  const isLostKnown = reconciled !== undefined && reconciled.total.lost !== null
  return own.map((type) => {
    const dimensions = [...ofAll, ...ownDimensions(type, 'type')]
    const row = rows.get(nameOf(type)) ?? emptyRow
    return {
      ...{ dimensions, row, all: latenciesOf(row.latencyMs, dimensions), undecodable: undefined },
      lost: isLostKnown ? (sent.get(nameOf(type)) ?? 0) : undefined,
      newestUs: newestUs(type),
    }
  })
}

interface Figure {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
  figureOf(told: Told): number | undefined
}

function figuresFor({ graceUs }: PrometheusOptions): Figure[] {
  const counter = (
    name: string,
    help: string,
    figureOf: (told: Told) => number | null | undefined,
  ): Figure => {
    return {
      name: `${name}_total`,
      help,
      type: 'counter',
      figureOf: (of) => figureOf(of) ?? undefined,
    }
  }
  const late = `events that took longer than ${graceUs / 1e6} s`
  return [
    counter('deliveries', 'deliveries', ({ row }) => row.events),
    counter('receptions', 'events delivered for the first time', ({ row }) => row.distinct),
    counter('duplicates', 'deliveries beyond the first of an event', ({ row }) => {
      return row.duplicates.count
    }),
    counter('reordered', 'events that came after later ones of their key', ({ row }) => {
      return countedOf(row).reordered
    }),
    counter('skewed', 'events that arrived before they happened', ({ row: { latencyMs } }) => {
      return latencyMs.count + latencyMs.skewed > 0 ? latencyMs.skewed : null
    }),
    counter('late', late, ({ all }) => all && countAbove(all, graceUs)),
    counter('undecodable', 'records that could not be decoded', (of) => of.undecodable),
    counter('lost', 'events that were sent and did not come', ({ lost }) => lost),
    {
      name: 'newest_event_timestamp_seconds',
      help: 'when the newest event happened, in seconds since the epoch',
      type: 'gauge',
      figureOf: ({ newestUs }) => (newestUs === undefined ? undefined : newestUs / 1e6),
    },
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

function quantilesOf({ dimensions, row, all }: Told): Sample[] {
  if (!all) return []
  return Object.entries(quantiles).flatMap(([name, quantile]) => {
    const ms = row.latencyMs[name as keyof typeof quantiles] ?? null
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
