import { type ResourceAddress, resourceAddress } from '../aws/address.js'
import type { MetricPoint } from '../aws/cloudwatch.js'
import { type QueueState, queueActions, queueState } from '../aws/queue-state.js'
import { EvtError } from '../errors.js'
import type { Asking, LagKind, Measured } from './kind.js'
import { MINUTE_MS, perSecond, rateMinutes, spanOf } from './minutes.js'
import { queueFindings } from './queue-findings.js'
import type { DeadLetters, QueueRow } from './result.js'

/** As SQS names them: the first four are counts, in the order of {@link QueueRow}. */
const names = [
  'NumberOfMessagesSent',
  'NumberOfMessagesReceived',
  'NumberOfMessagesDeleted',
  'NumberOfEmptyReceives',
  'ApproximateAgeOfOldestMessage',
] as const

/** Queues: how much waits, for how long, whether it becomes less, and who takes it. */
export const queue: LagKind = {
  iamActions: [...queueActions, 'cloudwatch:GetMetricData'],
  async measure(address: ResourceAddress, asking): Promise<Measured> {
    const { name } = address
    const [state, series] = await Promise.all([
      queueState(address, asking.aws),
      asking.points(
        names.map((metric, n) => ({
          ...{ namespace: 'AWS/SQS', name: metric, dimensions: { QueueName: name } },
          statistic: n < 4 ? 'Sum' : 'Maximum',
        })),
      ),
    ])
    const deadLetters = state.redrive && (await deadLettersOf(state.redrive, asking))
    const row: QueueRow = {
      ...{ source: asking.source, kind: 'queue', name },
      ...{ depth: state.visible, inFlight: state.inFlight, delayed: state.delayed },
      ...agesOf(state, series[4], asking.nowMs),
      ...ratesOf(state, series.slice(0, 4)),
      deadLetters,
    }
    return { row, findings: queueFindings(row) }
  },
}

async function deadLettersOf(
  { arn, maxReceiveCount }: NonNullable<QueueState['redrive']>,
  { aws, gap }: Asking,
): Promise<DeadLetters> {
  const address = resourceAddress(arn)
  const name = address?.name ?? arn
  try {
    if (address === undefined) throw new EvtError(`${arn} is no ARN`, { code: 'outside' })
    const { visible, inFlight } = await queueState(address, { ...aws, region: address.region })
    return { queue: name, maxReceiveCount, depth: visible + inFlight }
  } catch (error) {
    if (!(error instanceof EvtError) || error.code === 'interrupted') throw error
    gap(`its dead-letter queue: ${error.message}`)
    return { queue: name, maxReceiveCount, depth: null }
  }
}

function agesOf(
  { visible, inFlight, delayed, retentionMs }: QueueState,
  ages: readonly MetricPoint[] | undefined,
  nowMs: number,
) {
  const newest = ages?.at(-1)
  const isEmpty = visible + inFlight + delayed === 0
  if (newest === undefined || isEmpty) {
    return { oldestAgeMs: null, oldestAgeAt: null, retentionMs, lossInMs: null }
  }
  const oldestAgeMs = newest.value * 1_000
  const atMs = newest.atMs + MINUTE_MS
  // Whoever is the oldest has grown older since CloudWatch looked.
  const lossInMs = retentionMs && Math.max(0, retentionMs - oldestAgeMs - (nowMs - atMs))
  return { oldestAgeMs, oldestAgeAt: new Date(atMs).toISOString(), retentionMs, lossInMs }
}

function ratesOf({ visible }: QueueState, series: readonly (readonly MetricPoint[])[]) {
  const minutes = rateMinutes(series)
  const metrics = spanOf(minutes)
  const [sent, received, deleted, empty] = names
    .slice(0, 4)
    .map((_, n) => (minutes === undefined ? null : perSecond(series[n], minutes)))
  const rates = {
    ...{ metrics, sentPerS: sent ?? null, receivedPerS: received ?? null },
    ...{ deletedPerS: deleted ?? null, emptyReceivesPerS: empty ?? null },
  }
  const { receivedPerS, emptyReceivesPerS } = rates
  const isReceived =
    receivedPerS === null || emptyReceivesPerS === null
      ? null
      : receivedPerS + emptyReceivesPerS > 0
  return { ...rates, ...trendOf(visible, rates), isReceived }
}

function trendOf(
  depth: number,
  { sentPerS, deletedPerS }: Pick<QueueRow, 'sentPerS' | 'deletedPerS'>,
): Pick<QueueRow, 'trend' | 'drainMs'> {
  if (depth === 0) return { trend: 'empty', drainMs: 0 }
  if (sentPerS === null || deletedPerS === null) return { trend: 'unknown', drainMs: null }
  const drainedPerS = deletedPerS - sentPerS
  if (drainedPerS > 0) return { trend: 'draining', drainMs: (depth / drainedPerS) * 1_000 }
  return { trend: drainedPerS < 0 ? 'growing' : 'steady', drainMs: null }
}
