import { gunzipSync } from 'node:zlib'
import type { Asked } from './faulty.js'

/** A datum of PutMetricData, as it is on the wire. */
export interface SentDatum {
  readonly MetricName: string
  readonly Timestamp: number
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[]
  readonly Values: readonly number[]
  readonly Counts: readonly number[]
}

export interface MetricCall {
  readonly bytes: number
  readonly isCompressed: boolean
  readonly datums: readonly SentDatum[]
}

/** The calls of PutMetricData among these. */
export function metricCalls(asked: readonly Asked[]): MetricCall[] {
  return asked
    .filter(({ operation }) => operation === 'PutMetricData')
    .map(({ body }) => {
      const isCompressed = body[0] === 0x1f && body[1] === 0x8b
      const text = isCompressed ? gunzipSync(body) : body
      const { MetricData: datums } = JSON.parse(text.toString()) as { MetricData: SentDatum[] }
      return { bytes: text.length, isCompressed, datums }
    })
}

/** Values of one metric and how often each was sent, in any datums, by value. */
export function sentValues(
  calls: readonly MetricCall[],
  isWanted: (datum: SentDatum) => boolean,
): { value: number; count: number }[] {
  const pairs = calls.flatMap(({ datums }) =>
    datums
      .filter(isWanted)
      .flatMap(({ Values, Counts }) =>
        Values.map((value, n) => ({ value, count: Counts[n] ?? Number.NaN })),
      ),
  )
  return pairs.sort((a, b) => a.value - b.value)
}
