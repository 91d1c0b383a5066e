import type { MetricDatum } from '@aws-sdk/client-cloudwatch'
import type { AwsOptions } from '../aws/options.js'
import { openMetricWriter } from '../aws/put-metrics.js'
import { callsOf } from './calls.js'
import type { Datum } from './datum.js'
import type { Target } from './target.js'

/** CloudWatch, by PutMetricData. */
export async function cloudwatchTarget(namespace: string, aws: AwsOptions): Promise<Target> {
  const writer = await openMetricWriter(namespace, aws)
  return {
    ...{ kind: 'cloudwatch', region: await writer.region(), url: null },
    batches: (windows) =>
      callsOf(windows).map(({ datums, begins, ends }) => ({
        ...{ begins, ends },
        send: (patience) => writer.put(datums.map(metricDatum), patience),
      })),
    close: () => writer.close(),
  }
}

function metricDatum({ metric, unit, dimensions, atMs, values, counts }: Datum): MetricDatum {
  return {
    MetricName: metric,
    Unit: unit,
    Timestamp: new Date(atMs),
    Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })),
    Values: [...values],
    Counts: [...counts],
  }
}
