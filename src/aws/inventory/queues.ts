import { type Described, type Inventory, jsonOf } from './inquiry.js'

/** Queues with what they are set to, and their policies. */
export const queues: Inventory = {
  service: 'sqs',
  actions: ['sqs:ListQueues', 'sqs:GetQueueAttributes'],
  async find(inquiry) {
    const sdk = await import('@aws-sdk/client-sqs')
    return inquiry.using(new sdk.SQSClient(inquiry.settings()), async (client) => {
      const urls = await inquiry.all(
        'sqs:ListQueues',
        'the queues',
        (token) => {
          const input = { MaxResults: 1_000, NextToken: token }
          return client.send(new sdk.ListQueuesCommand(input), inquiry.sent)
        },
        ({ QueueUrls = [], NextToken }) => ({ found: QueueUrls, next: NextToken }),
      )
      return inquiry.each(urls, async (QueueUrl) => {
        const name = QueueUrl.split('/').at(-1) ?? ''
        const answer = await inquiry.ask('sqs:GetQueueAttributes', `the queue ${name}`, () => {
          const command = new sdk.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })
          return client.send(command, inquiry.sent)
        })
        const arn = answer?.Attributes?.QueueArn ?? inquiry.arn('sqs', name)
        return described(name, arn, answer?.Attributes)
      })
    })
  },
}

/** Without attributes, nothing but its name is known of it. */
function described(
  name: string,
  arn: string,
  attributes: Readonly<Record<string, string>> | undefined,
): Described[] {
  const { VisibilityTimeout = '', MessageRetentionPeriod = '', ...more } = attributes ?? {}
  const { RedrivePolicy, KmsMasterKeyId, Policy } = more
  const { ApproximateNumberOfMessages: MessagesWaiting } = more
  const kept = { VisibilityTimeout, MessageRetentionPeriod, MessagesWaiting }
  const queue = { QueueName: name, ...kept, RedrivePolicy, KmsMasterKeyId }
  return [
    { type: 'AWS::SQS::Queue', arn, properties: jsonOf(queue) },
    ...(Policy === undefined || Policy === ''
      ? []
      : [
          {
            ...{ type: 'AWS::SQS::QueueInlinePolicy', arn },
            properties: jsonOf({ Queue: arn, PolicyDocument: Policy }),
          },
        ]),
  ]
}
