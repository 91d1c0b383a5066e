import { metricPercentiles } from '../aws/metric-percentiles.js'
import type { AwsOptions } from '../aws/options.js'
import { EvtError } from '../errors.js'
import { samplesNeeded } from '../meters/hdr.js'
import type { BaselineRun } from './baseline.js'
import { latencyRow, percents } from './measured.js'
import { percentileNames } from './result.js'

const SCHEME = 'cloudwatch://'
const DAY_MS = 86_400_000
const MOST_DAYS = 30

/** A metric as an address names it: `cloudwatch://AWS/ApiGateway/Latency?ApiName=shop&over=7d`. */
interface MetricAddress {
  namespace: string
  name: string
  dimensions: Record<string, string>
  /** Milliseconds in one of its units; undefined: CloudWatch says it. */
  unitMs: number | undefined
  overMs: number
}

const units: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000 }
const unitsOfCloudWatch: Readonly<Record<string, number>> = {
  Microseconds: 0.001,
  Milliseconds: 1,
  Seconds: 1_000,
}

export function isMetricAddress(text: string): boolean {
  return text.startsWith(SCHEME)
}

/** @throws EvtError `usage` for what names no metric */
export function metricAddress(text: string): MetricAddress {
  const [, path = '', query = ''] = /^cloudwatch:\/\/([^?]*)(?:\?(.*))?$/s.exec(text) ?? []
  const [, namespace, name] = /^(.+)\/([^/]+)$/s.exec(path) ?? []
  if (namespace === undefined || name === undefined) {
    throw wrong(`${text} names no metric`)
  }
  const { over, unit, ...dimensions } = Object.fromEntries(new URLSearchParams(query))
  const [, days] = /^(\d{1,2})d$/.exec(over ?? '1d') ?? []
  if (days === undefined || Number(days) < 1 || Number(days) > MOST_DAYS) {
    throw wrong(`${text}: over=${over} is no time from 1d to ${MOST_DAYS}d`)
  }
  const unitMs = unit === undefined ? undefined : units[unit]
  if (unit !== undefined && unitMs === undefined) {
    throw wrong(`${text}: unit=${unit} is none of us, ms and s`)
  }
  const plain = (part: string) => {
    try {
      return decodeURIComponent(part)
    } catch {
      throw wrong(`${text} names no metric`)
    }
  }
  return {
    ...{ namespace: plain(namespace), name: plain(name), dimensions, unitMs },
    overMs: Number(days) * DAY_MS,
  }
}

function wrong(message: string): EvtError {
  return new EvtError(message, {
    code: 'usage',
    hint: `write ${SCHEME}NAMESPACE/METRIC?DIMENSION=VALUE&over=7d, and &unit=ms where it has none`,
  })
}

/**
 * The percentiles of a metric of CloudWatch, up to now; those that it has samples for.
 *
 * @throws EvtError `usage` where the metric is no time, or has nothing
 */
export async function cloudwatchRun(
  text: string,
  { aws, nowMs, signal }: { aws: AwsOptions; nowMs: number; signal: AbortSignal },
): Promise<BaselineRun> {
  const { unitMs: given, overMs, ...metric } = metricAddress(text)
  const asked = { ...metric, fromMs: nowMs - overMs, toMs: nowMs }
  const stats = percents.map((percent) => `p${percent}`)
  const found = await metricPercentiles(asked, stats, { ...aws, signal })
  if (found === undefined) {
    throw new EvtError(`CloudWatch has nothing of ${text} over the last ${overMs / DAY_MS} d`, {
      code: 'usage',
      hint: 'aws cloudwatch list-metrics shows namespaces, metrics and dimensions',
    })
  }
  const unitMs = given ?? unitsOfCloudWatch[found.unit]
  if (unitMs === undefined) {
    throw wrong(`${text} cannot be compared with: its unit is ${found.unit}, which is no time`)
  }
  const at = (percent: number) => {
    const value = found.percentiles[`p${percent}`]
    const isEnough = found.samples >= samplesNeeded(percent)
    return value === undefined || !isEnough ? null : value * unitMs
  }
  const figures = percentileNames.map((name, n) => [name, at(percents[n] ?? 0)] as const)
  const row = latencyRow({
    ...{ count: found.samples, min: null, mean: null, stddev: null, max: null },
    ...(Object.fromEntries(figures) as Record<(typeof percentileNames)[number], number | null>),
    ...{ skewed: 0, overflow: 0, resolutionMs: null, hdr: null },
  })
  const total = { figures: row, distribution: null, dependence: null }
  const from = { at: null, commit: null, branch: null }
  return { ...from, total, types: [], isPercentilesAlone: true }
}
