import type { Answer, Body, Calls } from './kinesis-calls.js'
import { type ModelRecord, Refusal } from './stream-model.js'

/** What answers the calls of DynamoDB and its streams, of one table.
 * @throws Refusal */
export function tableAnswerOf(calls: Calls, operation: string, body: Body): Answer {
  const missing = `Requested resource not found: Table: ${calls.model.name} not found`
  if (calls.isGone) throw new Refusal('ResourceNotFoundException', missing)
  const answer = answers[operation]
  if (!answer) throw new Refusal('UnknownOperationException', operation)
  return answer(calls, body)
}

function arnOf({ model, label = 'a' }: Calls): string {
  return `arn:aws:dynamodb:eu-west-1:123456789012:table/${model.name}/stream/${label}`
}

const answers: Readonly<Record<string, (calls: Calls, body: Body) => Answer>> = {
  DescribeTable: (calls, { TableName }) => {
    if (TableName !== calls.model.name) {
      throw new Refusal('ResourceNotFoundException', `Table: ${TableName} not found`)
    }
    const LatestStreamArn = calls.label === 'none' ? undefined : arnOf(calls)
    return { Table: { TableName, TableStatus: 'ACTIVE', LatestStreamArn } }
  },
  // Two items a page.
  Scan: ({ tables = {} }, { TableName, ExclusiveStartKey }) => {
    const items = tables[String(TableName)]
    if (!items) throw new Refusal('ResourceNotFoundException', 'Requested resource not found')
    const begin = Number((ExclusiveStartKey as { n: { N: string } } | undefined)?.n.N ?? 0)
    const end = begin + 2
    const LastEvaluatedKey = end < items.length ? { n: { N: `${end}` } } : undefined
    return { Items: items.slice(begin, end), LastEvaluatedKey }
  },
  // Two shards a page.
  DescribeStream: (calls, { StreamArn, ExclusiveStartShardId }) => {
    if (StreamArn !== arnOf(calls)) throw new Refusal('ResourceNotFoundException', 'no stream')
    const { shards } = calls.model
    const begin = shards.findIndex(({ id }) => id === ExclusiveStartShardId) + 1
    const page = shards.slice(begin, begin + 2)
    return {
      StreamDescription: {
        ...{ StreamArn, TableName: calls.model.name, StreamViewType: viewOf(calls) },
        StreamStatus: calls.isOff ? 'DISABLED' : 'ENABLED',
        Shards: page.map(({ id, parents, firstSequence, lastSequence }) => ({
          ...{ ShardId: id, ParentShardId: parents[0] },
          SequenceNumberRange: {
            StartingSequenceNumber: `${firstSequence}`,
            ...(lastSequence && { EndingSequenceNumber: `${lastSequence}` }),
          },
        })),
        ...(begin + 2 < shards.length && { LastEvaluatedShardId: page.at(-1)?.id }),
      },
    }
  },
  GetShardIterator({ model }, { ShardId, ShardIteratorType, SequenceNumber }) {
    const [id, Type] = [String(ShardId), String(ShardIteratorType)]
    const { records, trimmed } = model.shard(id)
    const number = SequenceNumber === undefined ? undefined : String(SequenceNumber)
    const last = records[trimmed - 1]?.SequenceNumber
    if (number !== undefined && last !== undefined && BigInt(number) < BigInt(last)) {
      throw new Refusal('TrimmedDataAccessException', 'the sequence number is trimmed')
    }
    const index = model.indexOf(id, { Type, SequenceNumber: number })
    return { ShardIterator: JSON.stringify([id, index, Date.now()]) }
  },
  GetRecords(calls, { ShardIterator, Limit }) {
    const { model, iteratorLifeMs, pageSize } = calls
    if (Number(Limit) > 1_000) throw new Refusal('ValidationException', `${Limit} is too many`)
    const [id = '', index, atMs] = JSON.parse(String(ShardIterator)) as [string, number, number]
    if (Date.now() - atMs > iteratorLifeMs) {
      throw new Refusal('ExpiredIteratorException', 'Iterator expired')
    }
    if (index < model.shard(id).trimmed) {
      throw new Refusal('TrimmedDataAccessException', 'the iterator is trimmed')
    }
    const { records, next, isEnd } = model.slice(id, index, Math.min(Number(Limit), pageSize))
    return {
      Records: records.map((record) => changeOf(record, calls)),
      ...(!isEnd && { NextShardIterator: JSON.stringify([id, next, Date.now()]) }),
    }
  },
}

function viewOf({ view = 'NEW_AND_OLD_IMAGES' }: Calls): string {
  return view
}

/** Of a record of the stream: what was put is the item's new image. */
function changeOf({ SequenceNumber, PartitionKey, Data, ...record }: ModelRecord, calls: Calls) {
  const item = JSON.parse(Buffer.from(Data, 'base64').toString()) as Record<string, unknown>
  const Keys = { pk: { S: PartitionKey } }
  const fields = Object.entries(item).map(
    ([name, value]) =>
      [name, typeof value === 'number' ? { N: `${value}` } : { S: `${value}` }] as const,
  )
  return {
    ...{ eventID: `${SequenceNumber}`, eventName: 'INSERT', eventVersion: '1.1' },
    ...{ eventSource: 'aws:dynamodb', awsRegion: 'eu-west-1' },
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(record.ApproximateArrivalTimestamp),
      ...{ Keys, SequenceNumber, SizeBytes: 26, StreamViewType: viewOf(calls) },
      ...(viewOf(calls) !== 'KEYS_ONLY' && {
        NewImage: { ...Keys, ...Object.fromEntries(fields) },
      }),
    },
  }
}
