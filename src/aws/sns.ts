import type { Subscription } from '@aws-sdk/client-sns'
import { clientSettings } from './client-settings.js'
import { awsFailure, isMissing } from './failure.js'
import type { AwsOptions } from './options.js'

type SnsAction =
  | 'sns:GetTopicAttributes'
  | 'sns:ListSubscriptions'
  | 'sns:ListSubscriptionsByTopic'
  | 'sns:Subscribe'
  | 'sns:Unsubscribe'

/** What a queue is to receive of a topic. */
export interface NewSubscription {
  readonly topicArn: string
  readonly queueArn: string
  /** By the body of a message; undefined: everything. */
  readonly filterPolicy: string | undefined
}

/** Topics and what is subscribed to them; each call throws an EvtError that says what failed. What
 * changes something is not cut short by a signal. */
export interface Topics {
  /** @throws EvtError `usage` where there is no such topic */
  check(topicArn: string, signal: AbortSignal): Promise<void>
  /** The ARN of the subscription; undefined where somebody has yet to confirm it. */
  subscribe(subscription: NewSubscription): Promise<string | undefined>
  /** What is gone already counts as done. */
  unsubscribe(arn: string): Promise<void>
  /** Of a topic, or of the whole region. */
  subscriptions(topicArn?: string): AsyncGenerator<Subscription>
}

/** @param needs what of IAM the whole takes, for who lacks a part of it */
export async function openTopics(options: AwsOptions, needs?: readonly string[]): Promise<Topics> {
  const sdk = await import('@aws-sdk/client-sns')
  const client = new sdk.SNSClient(clientSettings(options))
  const failed =
    (action: SnsAction, on: string, signal?: AbortSignal) =>
    async (error: unknown): Promise<never> => {
      const region = () => client.config.region()
      throw await awsFailure(error, { action, on, needs, signal, region })
    }
  const nameOf = (arn: string) => `the topic ${arn.split(':')[5]}`
  return {
    async check(topicArn, signal) {
      const command = new sdk.GetTopicAttributesCommand({ TopicArn: topicArn })
      const onFailure = failed('sns:GetTopicAttributes', nameOf(topicArn), signal)
      await client.send(command, { abortSignal: signal }).catch(onFailure)
    },
    async subscribe({ topicArn, queueArn, filterPolicy }) {
      const filtered =
        filterPolicy === undefined
          ? {}
          : { FilterPolicyScope: 'MessageBody', FilterPolicy: filterPolicy }
      const command = new sdk.SubscribeCommand({
        ...{ TopicArn: topicArn, Protocol: 'sqs', Endpoint: queueArn },
        Attributes: { RawMessageDelivery: 'false', ...filtered },
      })
      const made = await client.send(command).catch(failed('sns:Subscribe', nameOf(topicArn)))
      const { SubscriptionArn: arn = '' } = made
      return arn.startsWith('arn:') ? arn : undefined
    },
    async unsubscribe(arn) {
      const command = new sdk.UnsubscribeCommand({ SubscriptionArn: arn })
      await client.send(command).catch((error) => {
        if (!isMissing(error)) return failed('sns:Unsubscribe', nameOf(arn))(error)
      })
    },
    async *subscriptions(topicArn) {
      const pages = topicArn
        ? sdk.paginateListSubscriptionsByTopic({ client }, { TopicArn: topicArn })
        : sdk.paginateListSubscriptions({ client }, {})
      const action = topicArn ? 'sns:ListSubscriptionsByTopic' : 'sns:ListSubscriptions'
      const on = topicArn ? nameOf(topicArn) : 'the subscriptions'
      try {
        for await (const { Subscriptions = [] } of pages) yield* Subscriptions
      } catch (error) {
        await failed(action, on)(error)
      }
    },
  }
}
