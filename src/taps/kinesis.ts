import { type ResourceAddress, resourceAddress } from '../aws/address.js'
import { callerOf } from '../aws/caller.js'
import { openStream } from '../aws/kinesis.js'
import { consumerOf, openConsumers } from '../aws/stream-consumers.js'
import { EvtError } from '../errors.js'
import type { Decoded } from '../event/event.js'
import { kinesisRecord } from './kinesis-records.js'
import { type FoundStream, foundStream, whileReading } from './kinesis-stream.js'
import { OwnThings } from './own-things.js'
import { ShardPolling } from './shard-polling.js'
import { startOf } from './shard-start.js'
import { ShardSubscriptions } from './shard-subscriptions.js'
import { ShardTree } from './shard-tree.js'
import { ownConsumer } from './stream-consumer.js'
import { type ShardSource, streamReading } from './stream-reading.js'
import type { FanOut, Tap, TapOptions } from './tap.js'

const looking = ['kinesis:DescribeStreamSummary', 'kinesis:ListShards']
const polling = [...looking, 'kinesis:GetShardIterator', 'kinesis:GetRecords']
const subscribing = [...looking, 'kinesis:SubscribeToShard']
const registering = [
  'kinesis:RegisterStreamConsumer',
  'kinesis:TagResource',
  'kinesis:DescribeStreamConsumer',
  'kinesis:ListStreamConsumers',
  'kinesis:DeregisterStreamConsumer',
]

/** Streams of Kinesis, all shards of one or a single one. */
export const tap: Tap = {
  name: 'kinesis',
  reads: 'kinesis://STREAM, kinesis://STREAM/SHARD, the ARN of a stream',
  safety: 'shares',
  missed:
    'What retention removes before it is read. Of a single shard, what its children get once it ' +
    'is split or merged.',
  repeated:
    'Nothing that Kinesis has once; what a producer put twice, as after an answer that was lost, ' +
    'is there twice. Records of a key come in their order, also through splits and merges.',
  resumed:
    'None can yet: evt keeps no positions of shards. --from TIME or, in one shard, --from NUMBER ' +
    'begins where you say.',
  cost:
    'Two to three reads a second of a shard that has something, one of a shard that has nothing, ' +
    'and 1.5 MB/s at most. Kinesis gives five reads and 2 MB a second to all who poll a shard: ' +
    'one other consumer that polls it once a second is not slowed; where reads are throttled, ' +
    'evt reads less often. With --fan-out or --consumer a consumer has throughput of its own, ' +
    'and nobody else is slowed: it costs by the hour of each shard and by what it is sent. ' +
    '--fan-out registers one, named evt-tap- and removed at the end, of 20 that a stream takes. ' +
    'Where a key of KMS encrypts the stream, kms:Decrypt is needed, too.',
  heeds: ['sequence', 'fanOut'],
  iamActions: [...polling, 'kinesis:SubscribeToShard', ...registering],
  open: readStream,
}

async function* readStream(address: string, options: TapOptions): AsyncGenerator<Decoded[]> {
  const named = resourceAddress(address)
  if (named?.service !== 'kinesis') throw new EvtError(`${address} is no stream`, { code: 'usage' })
  const { signal, aws, fanOut } = options
  const start = startOf(options, named.part)
  checkConsumer(fanOut, named)
  const needs = fanOut === undefined ? polling : subscribing
  const stream = await openStream(named, { ...aws, needs, signal })
  try {
    const found = await foundStream(stream, { part: named.part, start }, options)
    if (found === undefined) return
    if (fanOut === undefined) yield* reading(found, named, polledFrom(found, options), options)
    else if (fanOut !== 'own') {
      const source = subscribedFrom(found, fanOut.consumerArn, options)
      yield* reading(found, named, source, options)
    } else yield* throughOwn(found, named, options)
  } finally {
    stream.close()
  }
}

/** @throws EvtError `usage` for the consumer of another stream */
function checkConsumer(fanOut: FanOut | undefined, { name }: ResourceAddress): void {
  if (typeof fanOut !== 'object') return
  const consumer = consumerOf(fanOut.consumerArn)
  if (consumer?.stream === name) return
  throw new EvtError(`the consumer ${consumer?.name} is of the stream ${consumer?.stream}`, {
    code: 'usage',
    hint: `name one of the stream ${name}, or --fan-out`,
  })
}

/** By a consumer that is there as long as this is read. */
async function* throughOwn(
  found: FoundStream,
  named: ResourceAddress,
  options: TapOptions,
): AsyncGenerator<Decoded[]> {
  const { onNote, signal } = options
  const aws = { ...options.aws, region: named.region ?? options.aws.region }
  const caller = await callerOf(aws, signal)
  const consumers = await openConsumers(aws, [...subscribing, ...registering])
  const things = new OwnThings(caller.arn, onNote)
  try {
    const { arn: streamArn } = found
    const consumer = await ownConsumer(consumers, things, { streamArn, signal })
    if (consumer === undefined) return
    yield* reading(found, named, subscribedFrom(found, consumer, options), options)
  } finally {
    await things.remove()
    consumers.close()
  }
}

type Source = ShardSource & Pick<ShardPolling, 'begin'>

async function* reading(
  { start, shards, place }: FoundStream,
  { part }: ResourceAddress,
  source: Source,
  options: TapOptions,
): AsyncGenerator<Decoded[]> {
  const isLatest = start.at === 'latest'
  // What is there is not read where only what comes is wanted.
  const tree = new ShardTree(shards, ({ isClosed }) => (isLatest && isClosed ? undefined : start))
  if (isLatest) {
    const open = shards.filter(({ isClosed }) => !isClosed)
    await Promise.all(open.map(({ id }) => source.begin(id, start)))
  }
  if (options.signal.aborted) return
  options.onReady?.()
  yield* streamReading(source, tree, options, part === undefined)
  if (part === undefined || options.signal.aborted || options.follow === false) return
  options.onNote(`${place}/${part} is closed: it was split or merged, and nothing comes to it`)
}

function polledFrom(found: FoundStream, options: TapOptions): Source {
  const { stream, place } = found
  return new ShardPolling(
    {
      place,
      shards: () => stream.shards(),
      iterator: (shard, from) => stream.iterator(shard, from),
      async read(iterator, shard, limit) {
        const page = await stream.read(iterator, limit)
        const at = { ...found, shard }
        return { ...page, records: page.records.map((record) => kinesisRecord(record, at)) }
      },
      nowMs: () => stream.nowMs() ?? Date.now(),
      failure: (error) => whileReading(error, found),
    },
    options,
  )
}

function subscribedFrom(found: FoundStream, consumer: string, options: TapOptions): Source {
  const { stream, place } = found
  return new ShardSubscriptions(
    {
      place,
      shards: () => stream.shards(),
      subscribe: (id, start, ended) => stream.subscribe(consumer, { id, start }, ended),
      record: (record, shard) => kinesisRecord(record, { ...found, shard }).value,
      nowMs: () => stream.nowMs() ?? Date.now(),
      failure: (error) => whileReading(error, found),
    },
    options,
  )
}
