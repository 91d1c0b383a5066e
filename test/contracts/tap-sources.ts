import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { createDecoder } from '../../src/envelopes/decode.js'
import { createMapping } from '../../src/event/mapping.js'
import type { Consent, TapOptions } from '../../src/taps/tap.js'
import { listing } from '../testbed/account.js'
import type { Moto } from '../testbed/moto.js'

/** Something that a tap reads, and a test writes to. */
export interface Source {
  readonly address: string
  /** Writes an event for each id, in this order. */
  add(ids: readonly number[]): Promise<void>
  /** How it is opened. */
  readonly options?: Partial<TapOptions>
  /** In which of the ordered places of the source an event is; left out, it has one of them. */
  placeOf?(id: number): unknown
  /** More than a tap reads before somebody asks for it. */
  readonly many: number
  /** What of the outside must be after a tap as it was before. */
  inventory?(): Promise<unknown>
}

interface Where {
  /** An empty folder. */
  readonly cwd: string
  /** Its URL can be cut off from the tap. */
  readonly moto: Moto
}

/** A kind of source; those of `moto` are skipped where there is none. */
export interface SourceKind {
  readonly needs?: 'moto'
  make(where: Where): Promise<Source> | Source
}

export const line = (id: number | string) => `${JSON.stringify({ id: `${id}` })}\n`

/** For each tap: what it reads. Add one: an entry here. */
export const sources: Readonly<Record<string, Readonly<Record<string, SourceKind>>>> = {
  stdin: {
    'standard input': {
      make: () => {
        const stdin = new PassThrough()
        const add = async (ids: readonly number[]) => {
          for (const id of ids) stdin.write(line(id))
        }
        return { address: '-', options: { stdin }, add, many: 40_000 }
      },
    },
  },
  files: {
    'a file of lines': {
      make: ({ cwd }) => {
        const file = join(cwd, 'a.ndjson')
        writeFileSync(file, '')
        const add = async (ids: readonly number[]) => appendFileSync(file, ids.map(line).join(''))
        return { address: 'a.ndjson', add, many: 40_000 }
      },
    },
  },
  sqs: {
    'a standard queue': { needs: 'moto', make: ({ moto }) => queue(moto, ['intrusive']) },
    'a queue that is consumed': {
      needs: 'moto',
      // Received by several calls at once, it has no order.
      make: async ({ moto }) => ({
        ...(await queue(moto, ['intrusive', 'consume'])),
        placeOf: (id) => id,
      }),
    },
    'a FIFO queue': {
      needs: 'moto',
      // Of a group, nothing is received behind what was received and not deleted.
      make: ({ moto }) => queue(moto, ['intrusive', 'fifo'], 1_000),
    },
    'a FIFO queue that is consumed': {
      needs: 'moto',
      make: ({ moto }) => queue(moto, ['intrusive', 'fifo', 'consume'], 3),
    },
  },
  logs: {
    'a log group': { needs: 'moto', make: ({ moto }) => logGroup(moto) },
  },
  kinesis: {
    'a stream': { needs: 'moto', make: ({ moto }) => stream(moto, 3) },
    'a shard': { needs: 'moto', make: ({ moto }) => stream(moto, 1) },
  },
  dynamodb: {
    'a table': { needs: 'moto', make: ({ moto }) => table(moto) },
  },
  s3: {
    'a prefix': { needs: 'moto', make: ({ moto }) => prefix(moto) },
  },
  sns: {
    'a standard topic': { needs: 'moto', make: ({ moto }) => topic(moto) },
    'a FIFO topic': { needs: 'moto', make: ({ moto }) => topic(moto, 3) },
  },
  eventbridge: {
    'a bus': { needs: 'moto', make: ({ moto }) => bus(moto, 'eventbridge://shop') },
    'a rule': { needs: 'moto', make: ({ moto }) => bus(moto, 'eventbridge://shop/placed') },
  },
}

async function logGroup({ call }: Moto): Promise<Source> {
  const stream = { logGroupName: '/shop/orders', logStreamName: 'a' }
  await call('logs', 'create_log_group', { logGroupName: stream.logGroupName })
  await call('logs', 'create_log_stream', stream)
  let lastMs = 0
  return {
    address: 'logs:///shop/orders',
    many: 3_000,
    async add(ids) {
      lastMs = Math.max(lastMs, Date.now() - ids.length)
      const logEvents = ids.map((id) => {
        lastMs += 1
        return { timestamp: lastMs, message: line(id) }
      })
      await call('logs', 'put_log_events', { ...stream, logEvents })
    },
  }
}

async function stream({ call }: Moto, shards: number): Promise<Source> {
  const StreamName = 'orders'
  await call('kinesis', 'create_stream', { StreamName, ShardCount: shards })
  const placeOf = (id: number) => `customer ${id % 7}`
  return {
    address: shards === 1 ? 'kinesis://orders/shardId-000000000000' : 'kinesis://orders',
    ...{ many: 2_000, placeOf },
    async add(ids) {
      const Records = ids.map((id) => ({ Data: line(id), PartitionKey: placeOf(id) }))
      for (let at = 0; at < Records.length; at += 500) {
        await call('kinesis', 'put_records', { StreamName, Records: Records.slice(at, at + 500) })
      }
    },
    async inventory() {
      const { Shards } = await call('kinesis', 'list_shards', { StreamName })
      return (Shards as { ShardId: string }[]).map(({ ShardId }) => ShardId)
    },
  }
}

/** Of one shard, which is all that moto has. */
async function table({ call }: Moto): Promise<Source> {
  const TableName = 'orders'
  await call('dynamodb', 'create_table', {
    TableName,
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  })
  const decode = createDecoder({
    mapping: createMapping({ maps: ['id=$.dynamodb.NewImage.id.S'] }),
  })
  return {
    address: 'dynamodb://orders',
    ...{ options: { decode }, many: 2_000 },
    async add(ids) {
      for (let at = 0; at < ids.length; at += 25) {
        const puts = ids.slice(at, at + 25).map((id) => ({
          PutRequest: { Item: { id: { S: `${id}` } } },
        }))
        await call('dynamodb', 'batch_write_item', { RequestItems: { [TableName]: puts } })
      }
    },
  }
}

async function prefix(moto: Moto): Promise<Source> {
  const { call, region } = moto
  const CreateBucketConfiguration = { LocationConstraint: region }
  await call('s3', 'create_bucket', { Bucket: 'acme', CreateBucketConfiguration })
  let serial = 0
  return {
    address: 's3://acme/in/',
    many: 40_000,
    async add(ids) {
      const Key = `in/${String(serial++).padStart(9, '0')}.ndjson`
      await call('s3', 'put_object', { Bucket: 'acme', Key, Body: ids.map(line).join('') })
    },
    async inventory() {
      return (await call('s3', 'list_buckets'))['Buckets']
    },
  }
}

/** Ten at a time, which is what all services take. */
function tens(ids: readonly number[]): (readonly number[])[] {
  const batches: (readonly number[])[] = []
  for (let at = 0; at < ids.length; at += 10) batches.push(ids.slice(at, at + 10))
  return batches
}

async function topic(moto: Moto, groups?: number): Promise<Source> {
  const isFifo = groups !== undefined
  const Name = isFifo ? 'orders.fifo' : 'orders'
  const Attributes = isFifo ? { FifoTopic: 'true', ContentBasedDeduplication: 'true' } : {}
  const { TopicArn } = await moto.call('sns', 'create_topic', { Name, Attributes })
  const placeOf = (id: number) => (isFifo ? id % groups : id)
  return {
    address: `sns://${Name}`,
    // It keeps nothing: there is no beginning.
    options: { start: undefined },
    ...{ many: 100, placeOf },
    async add(ids) {
      for (const batch of tens(ids)) {
        const PublishBatchRequestEntries = batch.map((id) => ({
          ...{ Id: `${id}`, Message: line(id) },
          ...(isFifo ? { MessageGroupId: `${placeOf(id)}` } : {}),
        }))
        await moto.call('sns', 'publish_batch', { TopicArn, PublishBatchRequestEntries })
      }
    },
    inventory: () => listing(moto),
  }
}

async function bus(moto: Moto, address: string): Promise<Source> {
  const on = { EventBusName: 'shop' }
  await moto.call('events', 'create_event_bus', { Name: 'shop' })
  const EventPattern = '{"detail-type":["placed"]}'
  await moto.call('events', 'put_rule', { Name: 'placed', EventPattern, ...on })
  const decode = createDecoder({ mapping: createMapping({ maps: ['id=$.detail.id'] }) })
  return {
    address,
    options: { start: undefined, decode },
    ...{ many: 40, placeOf: (id) => id },
    async add(ids) {
      for (const batch of tens(ids)) {
        const Entries = batch.map((id) => {
          return { Source: 'shop', DetailType: 'placed', Detail: line(id), ...on }
        })
        await moto.call('events', 'put_events', { Entries })
      }
    },
    inventory: () => listing(moto),
  }
}

async function queue(moto: Moto, consents: readonly Consent[], groups?: number): Promise<Source> {
  const isFifo = groups !== undefined
  const name = isFifo ? 'orders.fifo' : 'orders'
  const { QueueUrl } = await moto.call('sqs', 'create_queue', {
    QueueName: name,
    ...(isFifo
      ? { Attributes: { FifoQueue: 'true', ContentBasedDeduplication: 'true' } }
      : { Attributes: { VisibilityTimeout: '43200' } }),
  })
  const placeOf = (id: number) => (isFifo ? id % groups : 0)
  return {
    address: `sqs://${name}`,
    options: { consents: new Set(consents) },
    ...{ many: 100, placeOf },
    async add(ids) {
      for (const batch of tens(ids)) {
        const Entries = batch.map((id) => ({
          ...{ Id: `${id}`, MessageBody: line(id) },
          ...(isFifo ? { MessageGroupId: `${placeOf(id)}` } : {}),
        }))
        await moto.call('sqs', 'send_message_batch', { QueueUrl, Entries })
      }
    },
    async inventory() {
      const { Attributes } = await moto.call('sqs', 'get_queue_attributes', {
        QueueUrl,
        AttributeNames: ['ApproximateNumberOfMessagesNotVisible'],
      })
      return Attributes
    },
  }
}
