import type { PublishBatchCommandOutput, PublishBatchRequestEntry } from '@aws-sdk/client-sns'
import type { ResourceAddress } from './address.js'
import { callerOf } from './caller.js'
import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'

/** A topic of SNS that is published to. */
export interface PublishTopic {
  readonly arn: string
  readonly attributes: Readonly<Record<string, string>>
  /** One attempt, whose failure is thrown as it is. */
  publishBatch(
    entries: readonly PublishBatchRequestEntry[],
    signal: AbortSignal,
  ): Promise<PublishBatchCommandOutput>
  close(): void
}

/** @throws EvtError that says what failed */
export async function openPublishTopic(
  address: Pick<ResourceAddress, 'name' | 'arn' | 'region'>,
  { signal, needs, ...options }: AwsOptions & { signal: AbortSignal; needs: readonly string[] },
): Promise<PublishTopic> {
  const aws = { ...options, region: options.region ?? address.region }
  const arn = address.arn ?? (await arnOf(address.name, aws, signal))
  const sdk = await import('@aws-sdk/client-sns')
  const client = new sdk.SNSClient({ ...clientSettings(aws), maxAttempts: 1 })
  const look = new sdk.GetTopicAttributesCommand({ TopicArn: arn })
  const found = await client.send(look, { abortSignal: signal }).catch(async (error) => {
    const call = { action: 'sns:GetTopicAttributes', on: `the topic ${address.name}`, needs }
    throw await awsFailure(error, { ...call, signal, region: client.config.region })
  })
  return {
    arn,
    attributes: found.Attributes ?? {},
    publishBatch(entries, abortSignal) {
      const batch = { TopicArn: arn, PublishBatchRequestEntries: [...entries] }
      return client.send(new sdk.PublishBatchCommand(batch), { abortSignal })
    },
    close: () => client.destroy(),
  }
}

async function arnOf(name: string, aws: AwsOptions, signal: AbortSignal): Promise<string> {
  const { partition, region, account } = await callerOf(aws, signal)
  return `arn:${partition}:sns:${region}:${account}:${name}`
}
