import type { ResourceAddress } from './address.js'
import type { AwsOptions } from './options.js'
import type { QueueAttributes } from './queue.js'
import { openSqs } from './sqs.js'

export const queueActions = ['sqs:GetQueueUrl', 'sqs:GetQueueAttributes'] as const

/** What SQS says of a queue; its counts are estimates. */
export interface QueueState {
  /** To be received. */
  readonly visible: number
  /** Received and neither deleted nor given back. */
  readonly inFlight: number
  readonly delayed: number
  readonly retentionMs: number | null
  /** Where its messages go that were received in vain. */
  readonly redrive: { readonly arn: string; readonly maxReceiveCount: number } | null
}

/**
 * Asks without a look at a message.
 *
 * @throws EvtError where the queue is not there, or not to be asked
 */
export async function queueState(
  address: ResourceAddress,
  options: AwsOptions & { signal: AbortSignal },
): Promise<QueueState> {
  const sqs = await openSqs({ ...options, needs: queueActions }, address)
  const queue = await sqs.queue(address)
  return stateOf(await queue.attributes())
}

function stateOf(attributes: QueueAttributes): QueueState {
  const retentionS = attributes.MessageRetentionPeriod
  return {
    visible: Number(attributes.ApproximateNumberOfMessages ?? 0),
    inFlight: Number(attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
    delayed: Number(attributes.ApproximateNumberOfMessagesDelayed ?? 0),
    retentionMs: retentionS === undefined ? null : Number(retentionS) * 1_000,
    redrive: redriveOf(attributes.RedrivePolicy),
  }
}

function redriveOf(policy: string | undefined): QueueState['redrive'] {
  if (policy === undefined || policy === '') return null
  // SQS writes the count as a number or as text, as it was given.
  const { deadLetterTargetArn: arn, maxReceiveCount } = JSON.parse(policy) as {
    deadLetterTargetArn: string
    maxReceiveCount: number | string
  }
  return { arn, maxReceiveCount: Number(maxReceiveCount) }
}
