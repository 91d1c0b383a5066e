import { type ResourceAddress, resourceAddress } from '../aws/address.js'
import { callerOf } from '../aws/caller.js'
import { openStream } from '../aws/kinesis.js'
import type { ShardStart } from '../aws/shards.js'
import { consumerOf, openConsumers } from '../aws/stream-consumers.js'
import { EvtError } from '../errors.js'
import type { Decoded } from '../event/event.js'
import { kinesisRecord } from './kinesis-records.js'
import { type FoundStream, foundStream, whileReading } from './kinesis-stream.js'
import { OwnThings } from './own-things.js'
import { ShardPolling } from './shard-polling.js'
import { readShards } from './shard-reading.js'
import type { ShardSource } from './shard-source.js'
import { startOf } from './shard-start.js'
import { ShardSubscriptions } from './shard-subscriptions.js'
import { ownConsumer } from './stream-consumer.js'
import type { FanOut, Tap, TapOptions } from './tap.js'

/** Of one read. */
const MOST_RECORDS = 10_000
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
    'Nothing twice and nothing missed, through splits and merges, as long as the stream keeps ' +
    'what was not read; what it does not keep any more is said.',
  checkpointVersion: () => 1,
  cost:
    'Two to three reads a second of a shard that has something, one of a shard that has nothing, ' +
    'and 1.5 MB/s at most. Kinesis gives five reads and 2 MB a second to all who poll a shard: ' +
    'one other consumer that polls it once a second is not slowed (measured, twice a second: ' +
    '1.03 times; four times: 1.24, with some reads throttled); where reads are throttled, ' +
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
  const asked = startOf(options, named.part)
  const start = options.resume === undefined ? asked : resumedStart
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

/** What a run that goes on has no other word for: each shard has a place of its own. */
const resumedStart: ShardStart = { at: 'beginning' }

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

function reading(
  found: FoundStream,
  { part }: ResourceAddress,
  source: ShardSource,
  options: TapOptions,
): AsyncGenerator<Decoded[]> {
  const { stream, summary } = found
  const stands = {
    ...{ ...found, part, nowMs: () => stream.nowMs() ?? Date.now() },
    madeMs: summary.StreamCreationTimestamp?.getTime() ?? null,
    retentionHours: summary.RetentionPeriodHours ?? 24,
  }
  return readShards(source, stands, options)
}

function polledFrom(found: FoundStream, options: TapOptions): ShardSource {
  const { stream, place } = found
  return new ShardPolling(
    {
      place,
      mostRecords: MOST_RECORDS,
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

function subscribedFrom(found: FoundStream, consumer: string, options: TapOptions): ShardSource {
  const { stream, place } = found
  return new ShardSubscriptions(
    {
      place,
      shards: () => stream.shards(),
      subscribe: (id, start, ended) => stream.subscribe(consumer, { id, start }, ended),
      record: (record, shard) => kinesisRecord(record, { ...found, shard }),
      nowMs: () => stream.nowMs() ?? Date.now(),
      failure: (error) => whileReading(error, found),
    },
    options,
  )
}
