import { readMetrics } from '../cloudwatch.js'
import type { Described, Inquiry } from './inquiry.js'

const MINUTE_MS = 60_000
/** How far back CloudWatch is asked: figures come minutes late. */
const ASKED_MS = 15 * MINUTE_MS

/**
 * Queues in which messages wait, with the age of the oldest as CloudWatch had it last, grown since;
 * one call for each 500 of them. Where CloudWatch does not tell, they are as they were.
 */
export async function withQueueAges(
  inquiry: Inquiry,
  found: readonly Described[],
): Promise<readonly Described[]> {
  const waiting = found.filter(({ type, properties: { MessagesWaiting } }) => {
    return type === 'AWS::SQS::Queue' && Number(MessagesWaiting ?? 0) > 0
  })
  if (waiting.length === 0) return found
  const nowMs = Date.now()
  const metrics = waiting.map(({ properties: { QueueName } }) => ({
    ...{ namespace: 'AWS/SQS', name: 'ApproximateAgeOfOldestMessage' },
    ...{ dimensions: { QueueName: String(QueueName) }, statistic: 'Maximum' as const },
  }))
  const toMs = Math.ceil(nowMs / MINUTE_MS) * MINUTE_MS
  const range = { fromMs: toMs - ASKED_MS, toMs, periodMs: MINUTE_MS }
  const { region } = inquiry.place
  const points = await inquiry.ask('cloudwatch:GetMetricData', 'CloudWatch', () =>
    readMetrics(metrics, range, { ...inquiry.options, region }),
  )
  const ages = new Map(
    waiting.map((queue, n) => {
      const last = points?.[n]?.at(-1)
      return [queue, last && last.value + Math.max(0, nowMs - last.atMs - MINUTE_MS) / 1_000]
    }),
  )
  return found.map((one) => {
    const ageS = ages.get(one)
    if (ageS === undefined) return one
    return { ...one, properties: { ...one.properties, OldestMessageAgeS: Math.round(ageS) } }
  })
}
