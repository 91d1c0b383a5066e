import type {
  GetMetricDataCommandInput,
  GetMetricDataCommandOutput,
  MetricDataQuery,
  MetricDataResult,
} from '@aws-sdk/client-cloudwatch'
import { EvtError } from '../errors.js'
import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'

/** A figure that CloudWatch keeps of a resource. */
export interface Metric {
  /** Such as AWS/SQS. */
  readonly namespace: string
  readonly name: string
  readonly dimensions: Readonly<Record<string, string>>
  readonly statistic: 'Sum' | 'Maximum'
}

/** What CloudWatch has of one period, which begins at `atMs`. */
export interface MetricPoint {
  readonly atMs: number
  readonly value: number
}

export interface MetricRange {
  readonly fromMs: number
  readonly toMs: number
  readonly periodMs: number
}

const ACTION = 'cloudwatch:GetMetricData'
/** GetMetricData takes no more at once. */
const MOST_QUERIES = 500

/**
 * What CloudWatch has of each metric, oldest first; nothing of a period without a figure.
 *
 * @throws EvtError that says what failed
 */
export async function readMetrics(
  metrics: readonly Metric[],
  range: MetricRange,
  options: AwsOptions & { signal: AbortSignal },
): Promise<MetricPoint[][]> {
  const sdk = await import('@aws-sdk/client-cloudwatch')
  const client = new sdk.CloudWatchClient(clientSettings(options))
  const send = (input: GetMetricDataCommandInput) =>
    client.send(new sdk.GetMetricDataCommand(input), { abortSignal: options.signal })
  try {
    const points: MetricPoint[][] = []
    for (let at = 0; at < metrics.length; at += MOST_QUERIES) {
      const part = metrics.slice(at, at + MOST_QUERIES)
      points.push(...(await pointsOf(part, range, send)))
    }
    return points
  } catch (error) {
    const { region } = client.config
    throw await awsFailure(error, {
      ...{ action: ACTION, on: 'CloudWatch', region, signal: options.signal },
    })
  } finally {
    client.destroy()
  }
}

async function pointsOf(
  metrics: readonly Metric[],
  { fromMs, toMs, periodMs }: MetricRange,
  send: (input: GetMetricDataCommandInput) => Promise<GetMetricDataCommandOutput>,
): Promise<MetricPoint[][]> {
  const points = metrics.map((): MetricPoint[] => [])
  let token: string | undefined
  do {
    const answer = await send({
      MetricDataQueries: metrics.map((metric, n) => queryOf(metric, n, periodMs)),
      StartTime: new Date(fromMs),
      EndTime: new Date(toMs),
      ScanBy: 'TimestampAscending',
      ...(token !== undefined && { NextToken: token }),
    })
    for (const result of answer.MetricDataResults ?? []) {
      points[Number(result.Id?.slice(1))]?.push(...resultPoints(result))
    }
    token = answer.NextToken
  } while (token !== undefined)
  return points.map((each) => each.sort((a, b) => a.atMs - b.atMs))
}

function queryOf(metric: Metric, n: number, periodMs: number): MetricDataQuery {
  const { namespace, name, dimensions, statistic } = metric
  return {
    Id: `m${n}`,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: name,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: periodMs / 1_000,
      Stat: statistic,
    },
  }
}

function resultPoints({ StatusCode, Timestamps = [], Values = [] }: MetricDataResult) {
  if (StatusCode === 'Forbidden' || StatusCode === 'InternalError') {
    throw new EvtError(`${ACTION} gives no figures (${StatusCode})`, { code: 'outside' })
  }
  return Timestamps.flatMap((at, n) => {
    const value = Values[n]
    return value === undefined ? [] : [{ atMs: at.getTime(), value }]
  })
}
