import type { Datapoint, GetMetricStatisticsCommandInput } from '@aws-sdk/client-cloudwatch'
import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'

export interface MetricAsked {
  readonly namespace: string
  readonly name: string
  readonly dimensions: Readonly<Record<string, string>>
  readonly fromMs: number
  readonly toMs: number
}

/** What CloudWatch has of a metric over all of a range. */
export interface MetricPercentiles {
  /** As CloudWatch writes it, such as Milliseconds. */
  readonly unit: string
  readonly samples: number
  /** `p99` → its value. CloudWatch has none of figures that were published as sums. */
  readonly percentiles: Readonly<Record<string, number>>
}

const ACTION = 'cloudwatch:GetMetricStatistics'
const MINUTE_MS = 60_000
/** What is older is kept by the hour. */
const HOUR_MS = 3_600_000

/** @returns undefined where it has nothing @throws EvtError that says what failed */
export async function metricPercentiles(
  { namespace, name, dimensions, fromMs, toMs }: MetricAsked,
  percentiles: readonly string[],
  options: AwsOptions & { signal: AbortSignal },
): Promise<MetricPercentiles | undefined> {
  const sdk = await import('@aws-sdk/client-cloudwatch')
  const client = new sdk.CloudWatchClient(clientSettings(options))
  const stepMs = toMs - fromMs > HOUR_MS ? HOUR_MS : MINUTE_MS
  const periodMs = Math.ceil((toMs - fromMs) / stepMs) * stepMs
  const asked = {
    ...{ Namespace: namespace, MetricName: name, Period: periodMs / 1_000 },
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    ...{ StartTime: new Date(toMs - periodMs), EndTime: new Date(toMs) },
  }
  const send = async (what: Partial<GetMetricStatisticsCommandInput>) => {
    const command = new sdk.GetMetricStatisticsCommand({ ...asked, ...what })
    return (await client.send(command, { abortSignal: options.signal })).Datapoints ?? []
  }
  try {
    const counts = await send({ Statistics: ['SampleCount'] })
    const points = await send({ ExtendedStatistics: [...percentiles] })
    return figuresOf(counts, points)
  } catch (error) {
    const { region } = client.config
    throw await awsFailure(error, {
      ...{ action: ACTION, on: 'CloudWatch', region, signal: options.signal },
    })
  } finally {
    client.destroy()
  }
}

/** Of a metric in several units, what most samples are in. CloudWatch rounds where a range begins
 * to whole minutes: what is left at its end comes as a point of its own. */
function figuresOf(
  counts: readonly Datapoint[],
  points: readonly Datapoint[],
): MetricPercentiles | undefined {
  const samplesOf = ({ SampleCount = 0 }: Datapoint) => SampleCount
  const [most] = [...counts].sort((a, b) => samplesOf(b) - samplesOf(a))
  if (!most) return undefined
  const unit = most.Unit ?? 'None'
  const atMs = most.Timestamp?.getTime()
  const point = points.find(
    ({ Unit = 'None', Timestamp }) => Unit === unit && Timestamp?.getTime() === atMs,
  )
  return { unit, samples: samplesOf(most), percentiles: { ...point?.ExtendedStatistics } }
}
