import type { QueueAttributeName, SQSClient } from '@aws-sdk/client-sqs'
import type { ResourceAddress } from './address.js'
import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'

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

const asked: QueueAttributeName[] = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
  'MessageRetentionPeriod',
  'RedrivePolicy',
]

/**
 * Asks without a look at a message.
 *
 * @throws EvtError where the queue is not there, or not to be asked
 */
export async function queueState(
  address: ResourceAddress,
  options: AwsOptions & { signal: AbortSignal },
): Promise<QueueState> {
  const sdk = await import('@aws-sdk/client-sqs')
  const client = new sdk.SQSClient({
    ...clientSettings(options),
    // An emulator may be reached by another name than it gives its queues.
    useQueueUrlAsEndpoint: false,
  })
  const { region } = client.config
  const { signal } = options
  const on = `the queue ${address.name}`
  const failed = (action: string) => async (error: unknown) => {
    throw await awsFailure(error, { action, on, needs: queueActions, region, signal })
  }
  try {
    const url = address.url ?? (await queueUrl(sdk, client, address, signal).catch(failed(GET_URL)))
    const command = new sdk.GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: asked })
    const answer = await client.send(command, { abortSignal: signal }).catch(failed(GET_STATE))
    return stateOf(answer.Attributes ?? {})
  } finally {
    client.destroy()
  }
}

const [GET_URL, GET_STATE] = queueActions

async function queueUrl(
  sdk: typeof import('@aws-sdk/client-sqs'),
  client: SQSClient,
  { name, arn }: ResourceAddress,
  signal: AbortSignal,
): Promise<string | undefined> {
  const owner = arn?.split(':')[4]
  const input = { QueueName: name, ...(owner && { QueueOwnerAWSAccountId: owner }) }
  const { QueueUrl } = await client.send(new sdk.GetQueueUrlCommand(input), { abortSignal: signal })
  return QueueUrl
}

function stateOf(attributes: Partial<Record<string, string>>): QueueState {
  const count = (name: QueueAttributeName) => Number(attributes[name] ?? 0)
  const retentionS = attributes['MessageRetentionPeriod']
  return {
    visible: count('ApproximateNumberOfMessages'),
    inFlight: count('ApproximateNumberOfMessagesNotVisible'),
    delayed: count('ApproximateNumberOfMessagesDelayed'),
    retentionMs: retentionS === undefined ? null : Number(retentionS) * 1_000,
    redrive: redriveOf(attributes['RedrivePolicy']),
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
