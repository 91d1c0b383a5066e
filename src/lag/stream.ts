import type { ResourceAddress } from '../aws/address.js'
import type { Metric, MetricPoint } from '../aws/cloudwatch.js'
import { mappingActions } from '../aws/event-source-mappings.js'
import { type OpenStream, openStream } from '../aws/kinesis.js'
import { openConsumers } from '../aws/stream-consumers.js'
import { EvtError } from '../errors.js'
import { ageMetric, functionsOf } from './functions.js'
import type { Asking, LagKind, Measured } from './kind.js'
import { knownOf } from './known.js'
import { leaseActions } from './leases.js'
import { MINUTE_MS, perSecond, rateMinutes, spanOf, sumOf } from './minutes.js'
import type { StreamConsumer, StreamRow } from './result.js'
import { asksShards, shardRows } from './shard-rows.js'
import { streamFindings } from './stream-findings.js'

const HOUR_MS = 3_600_000
/** As Kinesis names them: the first five are counts. */
const names = [
  'IncomingRecords',
  'IncomingBytes',
  'GetRecords.Records',
  'ReadProvisionedThroughputExceeded',
  'WriteProvisionedThroughputExceeded',
  'GetRecords.IteratorAgeMilliseconds',
] as const
const COUNTS = 5
type StreamState = Awaited<ReturnType<OpenStream['describe']>>

const looking = ['kinesis:DescribeStreamSummary', 'kinesis:ListStreamConsumers']
/** Where shards are asked. */
const readingShards = ['kinesis:ListShards', 'kinesis:GetShardIterator', 'kinesis:GetRecords']

/** Streams of Kinesis: what is written and read, and how far behind those are who read. Which
 * record a consumer is at, only the consumer knows: ages are those that CloudWatch has of reads. */
export const stream: LagKind = {
  iamActions: [
    ...looking,
    ...readingShards,
    ...leaseActions,
    ...mappingActions,
    'cloudwatch:GetMetricData',
  ],
  async measure(address: ResourceAddress, asking): Promise<Measured> {
    const { name, part } = address
    if (part !== undefined) {
      const hint = `write kinesis://${name}`
      throw new EvtError('evt lag asks a stream as a whole', { code: 'usage', hint })
    }
    const { aws } = asking
    const open = await openStream(address, {
      ...{ ...aws, needs: asksShards(asking) ? [...looking, ...readingShards] : looking },
    })
    const state = await open.describe().catch((error) => {
      open.close()
      throw error
    })
    const retentionMs = (state.RetentionPeriodHours ?? 24) * HOUR_MS
    const byShard = await shardsIn(open, { name, state, retentionMs }, asking)
    const arn = state.StreamARN ?? ''
    const { found: known, unknown } = await consumersOf(arn, asking)
    const consumers = known ?? []
    const functions = await functionsOf([arn, ...consumers.map((one) => one.arn)], asking)
    const series = await asking.points([
      ...names.map((of, n) => metricOf(of, n < COUNTS ? 'Sum' : 'Maximum', { StreamName: name })),
      ...consumers.map(({ name: ConsumerName }) =>
        metricOf('SubscribeToShardEvent.MillisBehindLatest', 'Maximum', {
          ...{ StreamName: name, ConsumerName },
        }),
      ),
      ...functions.invoked.map(ageMetric),
    ])
    const ages = series.slice(names.length + consumers.length)
    const row: StreamRow = {
      ...{ source: asking.source, kind: 'stream', name },
      isOnDemand: state.StreamModeDetails?.StreamMode === 'ON_DEMAND',
      ...{ shards: state.OpenShardCount ?? 0 },
      ...agesOf(series[COUNTS], retentionMs, asking.nowMs),
      ...ratesOf(series.slice(0, COUNTS)),
      consumers: known?.map((one, n) => consumerRow(one.name, series[names.length + n])) ?? null,
      functions: functions.rows(ages),
      ...(byShard && { byShard }),
    }
    const found = streamFindings(row, series[COUNTS] ?? [], asking.application)
    return { row, findings: [...found, ...unknown, ...functions.unknown] }
  },
}

/** Where shards are asked, they are listed and each is read once. */
async function shardsIn(
  open: OpenStream,
  { name, state, retentionMs }: { name: string; state: StreamState; retentionMs: number },
  asking: Asking,
) {
  try {
    if (!asksShards(asking)) return undefined
    return await shardRows(
      {
        ...{ ...open, place: `kinesis://${name}`, arn: state.StreamARN ?? '', retentionMs },
        madeMs: state.StreamCreationTimestamp?.getTime() ?? null,
        shards: await open.shards(),
        writtenMs: ({ ApproximateArrivalTimestamp: at }) => at?.getTime(),
      },
      asking,
    )
  } finally {
    open.close()
  }
}

function metricOf(
  name: string,
  statistic: Metric['statistic'],
  dimensions: Metric['dimensions'],
): Metric {
  return { namespace: 'AWS/Kinesis', name, statistic, dimensions }
}

/** Those that have throughput of their own, by name. */
function consumersOf(streamArn: string, { aws, gap }: Asking) {
  const denied =
    'kinesis:ListStreamConsumers is not allowed; nor are the functions that these invoke'
  const list = async () => {
    const open = await openConsumers(aws, looking)
    const found: { name: string; arn: string }[] = []
    try {
      for await (const { ConsumerName: name = '', ConsumerARN: arn = '' } of open.of(streamArn)) {
        found.push({ name, arn })
      }
      return found
    } finally {
      open.close()
    }
  }
  return knownOf('its consumers', denied, list, gap)
}

function consumerRow(name: string, behind: readonly MetricPoint[] = []): StreamConsumer {
  return { name, behindMs: behind.at(-1)?.value ?? null }
}

function agesOf(ages: readonly MetricPoint[] | undefined, retentionMs: number, nowMs: number) {
  const newest = ages?.at(-1)
  if (newest === undefined) {
    return { behindMs: null, behindAt: null, retentionMs, lossInMs: null }
  }
  const behindMs = newest.value
  const atMs = newest.atMs + MINUTE_MS
  const behindAt = new Date(atMs).toISOString()
  // Who is behind has everything before it until retention removes it, and time goes on meanwhile.
  const lossInMs = Math.max(0, retentionMs - behindMs - (behindMs > 0 ? nowMs - atMs : 0))
  return { behindMs, behindAt, retentionMs, lossInMs: behindMs > 0 ? lossInMs : null }
}

function ratesOf(series: readonly (readonly MetricPoint[])[]) {
  const minutes = rateMinutes(series)
  const [written, bytes, read] = [0, 1, 2].map((n) =>
    minutes === undefined ? null : perSecond(series[n], minutes),
  )
  const [reads, writes] = [3, 4].map((n) =>
    minutes === undefined ? null : sumOf(series[n], minutes),
  )
  return {
    ...{ metrics: spanOf(minutes), writtenPerS: written ?? null, bytesPerS: bytes ?? null },
    ...{ readPerS: read ?? null, readsThrottled: reads ?? null, writesThrottled: writes ?? null },
  }
}
