import type { KinesisClient } from '@aws-sdk/client-kinesis'
import { openKinesis } from '../kinesis-client.js'
import { type Described, type Inquiry, type Inventory, jsonOf } from './inquiry.js'

type Sdk = typeof import('@aws-sdk/client-kinesis')

/** Streams of Kinesis with their consumers and policies. */
export const streams: Inventory = {
  service: 'kinesis',
  actions: [
    ...['kinesis:ListStreams', 'kinesis:DescribeStreamSummary', 'kinesis:ListStreamConsumers'],
    ...['kinesis:GetResourcePolicy', 'kinesis:DescribeLimits'],
  ],
  async find(inquiry) {
    const { region } = inquiry.place
    const settings = { ...inquiry.options, ...inquiry.settings(), region }
    const { sdk, client } = await openKinesis(settings)
    return inquiry.using(client, async () => {
      const listed = await inquiry.all(
        'kinesis:ListStreams',
        'the streams',
        (token) => client.send(new sdk.ListStreamsCommand({ NextToken: token }), inquiry.sent),
        ({ StreamNames = [], NextToken }) => ({ found: StreamNames, next: NextToken }),
      )
      if (listed.length === 0) return []
      const limits = await inquiry.ask('kinesis:DescribeLimits', 'the limits of streams', () =>
        client.send(new sdk.DescribeLimitsCommand({}), inquiry.sent),
      )
      const AccountShardLimit = limits?.ShardLimit
      const of = { AccountShardLimit, AccountOpenShards: limits?.OpenShardCount }
      return inquiry.each(listed, (name) => ofStream({ inquiry, sdk, client }, name, of))
    })
  },
}

interface Asked {
  readonly inquiry: Inquiry
  readonly sdk: Sdk
  readonly client: KinesisClient
}

/** @param limits of shards in the account, which every stream is told with */
async function ofStream(
  { inquiry, sdk, client }: Asked,
  name: string,
  limits: object,
): Promise<Described[]> {
  const arn = inquiry.arn('kinesis', `stream/${name}`)
  const on = `the stream ${name}`
  const summary = await inquiry.ask('kinesis:DescribeStreamSummary', on, () =>
    client.send(new sdk.DescribeStreamSummaryCommand({ StreamName: name }), inquiry.sent),
  )
  const { OpenShardCount: ShardCount, RetentionPeriodHours } =
    summary?.StreamDescriptionSummary ?? {}
  const stream = { Name: name, ShardCount, RetentionPeriodHours, ...limits }
  const consumers = await inquiry.all(
    'kinesis:ListStreamConsumers',
    on,
    (token) => {
      const input = { StreamARN: arn, NextToken: token }
      return client.send(new sdk.ListStreamConsumersCommand(input), inquiry.sent)
    },
    ({ Consumers = [], NextToken }) => ({ found: Consumers, next: NextToken }),
  )
  const policy = await inquiry.ask('kinesis:GetResourcePolicy', on, () =>
    client.send(new sdk.GetResourcePolicyCommand({ ResourceARN: arn }), inquiry.sent),
  )
  const found: Described[] = [
    { type: 'AWS::Kinesis::Stream', arn, properties: jsonOf(stream) },
    ...consumers.map(({ ConsumerName, ConsumerARN = '' }) => ({
      ...{ type: 'AWS::Kinesis::StreamConsumer', arn: ConsumerARN },
      properties: jsonOf({ ConsumerName, StreamARN: arn }),
    })),
  ]
  if (policy?.Policy === undefined || policy.Policy === '') return found
  const given = jsonOf({ ResourceArn: arn, ResourcePolicy: policy.Policy })
  return [...found, { type: 'AWS::Kinesis::ResourcePolicy', arn, properties: given }]
}
