import type { SNSClient, Subscription } from '@aws-sdk/client-sns'
import { type Described, type Inquiry, type Inventory, jsonOf } from './inquiry.js'

type Sdk = typeof import('@aws-sdk/client-sns')

interface Asked {
  readonly inquiry: Inquiry
  readonly sdk: Sdk
  readonly client: SNSClient
}

/** Topics with their policies and subscriptions. */
export const topics: Inventory = {
  service: 'sns',
  actions: [
    ...['sns:ListTopics', 'sns:GetTopicAttributes', 'sns:ListSubscriptions'],
    'sns:GetSubscriptionAttributes',
  ],
  async find(inquiry) {
    const sdk = await import('@aws-sdk/client-sns')
    return inquiry.using(new sdk.SNSClient(inquiry.settings()), async (client) => {
      const asked = { inquiry, sdk, client }
      const listed = await inquiry.all(
        'sns:ListTopics',
        'the topics',
        (token) => client.send(new sdk.ListTopicsCommand({ NextToken: token }), inquiry.sent),
        ({ Topics = [], NextToken }) => ({ found: Topics, next: NextToken }),
      )
      const found = await inquiry.each(listed, ({ TopicArn }) => ofTopic(asked, TopicArn ?? ''))
      const subscriptions = await inquiry.all(
        'sns:ListSubscriptions',
        'the subscriptions',
        (token) =>
          client.send(new sdk.ListSubscriptionsCommand({ NextToken: token }), inquiry.sent),
        ({ Subscriptions = [], NextToken }) => ({ found: Subscriptions, next: NextToken }),
      )
      return [...found, ...(await inquiry.each(subscriptions, (one) => subscribed(asked, one)))]
    })
  },
}

async function ofTopic({ inquiry, sdk, client }: Asked, arn: string): Promise<Described[]> {
  const TopicName = arn.split(':').at(-1) ?? ''
  const answer = await inquiry.ask('sns:GetTopicAttributes', `the topic ${TopicName}`, () =>
    client.send(new sdk.GetTopicAttributesCommand({ TopicArn: arn }), inquiry.sent),
  )
  const { FifoTopic, KmsMasterKeyId, Policy: PolicyDocument } = answer?.Attributes ?? {}
  const topic = jsonOf({ TopicName, FifoTopic, KmsMasterKeyId })
  const policy = jsonOf({ TopicArn: arn, PolicyDocument })
  return [
    { type: 'AWS::SNS::Topic', arn, properties: topic },
    ...(PolicyDocument === undefined
      ? []
      : [{ type: 'AWS::SNS::TopicInlinePolicy', arn, properties: policy }]),
  ]
}

/** What nobody has confirmed has no ARN, and gets nothing. */
const isArn = /^arn:/

async function subscribed(
  { inquiry, sdk, client }: Asked,
  { SubscriptionArn: arn = '', TopicArn = '', Protocol, Endpoint }: Subscription,
): Promise<Described[]> {
  if (!isArn.test(arn)) return []
  const on = `a subscription of the topic ${TopicArn.split(':').at(-1)}`
  const answer = await inquiry.ask('sns:GetSubscriptionAttributes', on, () => {
    const command = new sdk.GetSubscriptionAttributesCommand({ SubscriptionArn: arn })
    return client.send(command, inquiry.sent)
  })
  const { FilterPolicy, FilterPolicyScope, RawMessageDelivery, RedrivePolicy } =
    answer?.Attributes ?? {}
  const given = { TopicArn, Protocol, Endpoint, FilterPolicy, FilterPolicyScope }
  const more = { RawMessageDelivery, RedrivePolicy }
  return [{ type: 'AWS::SNS::Subscription', arn, properties: jsonOf({ ...given, ...more }) }]
}
