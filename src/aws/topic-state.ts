import type { ResourceAddress } from './address.js'
import { callerOf } from './caller.js'
import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'

export const topicActions = ['sns:GetTopicAttributes'] as const

export interface TopicState {
  /** Confirmed ones. */
  readonly subscriptions: number
}

/** What SNS says of a topic.
 *
 * @throws EvtError where it is not there, or not to be asked */
export async function topicState(
  { name, arn }: ResourceAddress,
  options: AwsOptions & { signal: AbortSignal },
): Promise<TopicState> {
  const sdk = await import('@aws-sdk/client-sns')
  const topic = arn ?? (await topicArn(name, options))
  const client = new sdk.SNSClient(clientSettings(options))
  const { region } = client.config
  const { signal } = options
  try {
    const command = new sdk.GetTopicAttributesCommand({ TopicArn: topic })
    const { Attributes = {} } = await client.send(command, { abortSignal: signal })
    return { subscriptions: Number(Attributes['SubscriptionsConfirmed'] ?? 0) }
  } catch (error) {
    const [action] = topicActions
    throw await awsFailure(error, { action, on: `the topic ${name}`, region, signal })
  } finally {
    client.destroy()
  }
}

async function topicArn(
  name: string,
  options: AwsOptions & { signal: AbortSignal },
): Promise<string> {
  const { partition, region, account } = await callerOf(options, options.signal)
  return `arn:${partition}:sns:${region}:${account}:${name}`
}
