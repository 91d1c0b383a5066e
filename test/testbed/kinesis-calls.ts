import { Refusal, type StreamModel } from './stream-model.js'

export type Answer = Record<string, unknown>

interface Consumer {
  readonly name: string
  readonly arn: string
  tags: Record<string, string>
}

/** What answers the calls that are no subscription. */
export interface Calls {
  readonly model: StreamModel
  iteratorLifeMs: number
  /** Records of an answer. */
  pageSize: number
  readonly consumers: Map<string, Consumer>
  /** Whether the stream is there. */
  isGone?: boolean
  /** Of a table: what its stream holds, and since when, if any. */
  view?: string
  label?: string | undefined
  /** Whether it is turned off. */
  isOff?: boolean
  /** Items of other tables, by their names. */
  tables?: Readonly<Record<string, readonly object[]>>
}

export type Body = Record<string, unknown>

/** @throws Refusal */
export function answerOf(calls: Calls, operation: string, body: Body): Answer {
  if (calls.isGone) throw new Refusal('ResourceNotFoundException', 'Stream orders is not found')
  const answer = answers[operation]
  if (!answer) throw new Refusal('UnknownOperationException', operation)
  return answer(calls, body)
}

const answers: Readonly<Record<string, (calls: Calls, body: Body) => Answer>> = {
  DescribeStreamSummary: ({ model, consumers }) => ({
    StreamDescriptionSummary: {
      ...{ StreamName: model.name, StreamARN: model.arn, StreamStatus: 'ACTIVE' },
      ...{ RetentionPeriodHours: model.retentionHours, EnhancedMonitoring: [] },
      ...{ StreamCreationTimestamp: model.madeMs / 1_000, OpenShardCount: model.open.length },
      ...{ ConsumerCount: consumers.size },
      ...(model.strategy && { RecordDistributionStrategy: model.strategy }),
    },
  }),
  ListShards: ({ model }) => ({
    Shards: model.shards.map(({ id, parents, from, to, firstSequence, lastSequence }) => ({
      ShardId: id,
      ...(parents[0] && { ParentShardId: parents[0] }),
      ...(parents[1] && { AdjacentParentShardId: parents[1] }),
      HashKeyRange: { StartingHashKey: `${from}`, EndingHashKey: `${to}` },
      SequenceNumberRange: {
        StartingSequenceNumber: `${firstSequence}`,
        ...(lastSequence && { EndingSequenceNumber: `${lastSequence}` }),
      },
    })),
  }),
  GetShardIterator({ model }, body) {
    const { ShardId, ShardIteratorType, StartingSequenceNumber, Timestamp } = body
    const start = {
      Type: String(ShardIteratorType),
      SequenceNumber: StartingSequenceNumber as string | undefined,
      Timestamp: Timestamp as number | undefined,
    }
    return { ShardIterator: iteratorAt(String(ShardId), model.indexOf(String(ShardId), start)) }
  },
  GetRecords({ model, iteratorLifeMs, pageSize }, { ShardIterator, Limit = 10_000 }) {
    const [id = '', index, atMs] = JSON.parse(String(ShardIterator)) as [string, number, number]
    if (Date.now() - atMs > iteratorLifeMs) {
      throw new Refusal('ExpiredIteratorException', 'Iterator expired')
    }
    const page = model.slice(id, index, Math.min(Number(Limit), pageSize))
    const children = model.childrenOf(id).map(({ id: child, parents, from, to }) => ({
      ...{ ShardId: child, ParentShards: parents },
      HashKeyRange: { StartingHashKey: `${from}`, EndingHashKey: `${to}` },
    }))
    return {
      ...{ Records: page.records, MillisBehindLatest: page.behindMs },
      ...(page.isEnd
        ? { ChildShards: children }
        : { NextShardIterator: iteratorAt(id, page.next) }),
    }
  },
  RegisterStreamConsumer({ model, consumers }, { ConsumerName, Tags = {} }) {
    if (consumers.size >= 20) {
      throw new Refusal('LimitExceededException', 'Consumer limit exceeded for stream orders')
    }
    const name = String(ConsumerName)
    const arn = `${model.arn}/consumer/${name}:1700000000`
    consumers.set(arn, { name, arn, tags: Tags as Record<string, string> })
    return { Consumer: described({ name, arn, tags: {} }, 'CREATING') }
  },
  DescribeStreamConsumer: ({ consumers }, { ConsumerARN }) => ({
    ConsumerDescription: described(consumerOf(consumers, ConsumerARN), 'ACTIVE'),
  }),
  DeregisterStreamConsumer({ consumers }, { ConsumerARN }) {
    consumers.delete(consumerOf(consumers, ConsumerARN).arn)
    return {}
  },
  ListStreams: ({ model }) => ({ StreamNames: [model.name], HasMoreStreams: false }),
  ListStreamConsumers: ({ consumers }) => ({
    Consumers: [...consumers.values()].map((one) => described(one, 'ACTIVE')),
  }),
  ListTagsForResource: ({ consumers }, { ResourceARN }) => ({
    Tags: Object.entries(consumerOf(consumers, ResourceARN).tags).map(([Key, Value]) => ({
      ...{ Key, Value },
    })),
  }),
  TagResource({ consumers }, { ResourceARN, Tags }) {
    Object.assign(consumerOf(consumers, ResourceARN).tags, Tags)
    return {}
  },
}

function iteratorAt(shard: string, index: number): string {
  return JSON.stringify([shard, index, Date.now()])
}

function consumerOf(consumers: Calls['consumers'], arn: unknown): Consumer {
  const found = consumers.get(String(arn))
  if (found) return found
  throw new Refusal('ResourceNotFoundException', `Consumer ${arn} not found`)
}

function described({ name, arn }: Consumer, status: string) {
  return {
    ...{ ConsumerName: name, ConsumerARN: arn, ConsumerStatus: status },
    ...{ ConsumerCreationTimestamp: 1_700_000_000, StreamARN: arn.split('/consumer/')[0] },
  }
}
