import { type ResourceAddress, resourceAddress } from '../aws/address.js'
import { openTable } from '../aws/dynamodb.js'
import type { ShardStart } from '../aws/shards.js'
import { openTableStream } from '../aws/table-stream.js'
import { EvtError } from '../errors.js'
import type { Decoded } from '../event/event.js'
import { patiently } from './patiently.js'
import { type PolledStream, ShardPolling } from './shard-polling.js'
import { readShards } from './shard-reading.js'
import { startOf } from './shard-start.js'
import { tableChange } from './table-changes.js'
import {
  askedShards,
  checkComing,
  type FoundTable,
  RETENTION_HOURS,
  streamArnOf,
  whileReading,
} from './table-stream.js'
import type { Tap, TapOptions } from './tap.js'

/** Of one read. */
const MOST_RECORDS = 1_000
const needs = [
  'dynamodb:DescribeTable',
  'dynamodb:DescribeStream',
  'dynamodb:GetShardIterator',
  'dynamodb:GetRecords',
]

/** Streams of tables of DynamoDB: every change of an item. */
export const tap: Tap = {
  name: 'dynamodb',
  reads: 'dynamodb://TABLE, dynamodb://TABLE/SHARD, the ARN of a table or of its stream',
  safety: 'shares',
  missed:
    'What is older than the 24 hours that a stream keeps when it is read. Of a change, the ' +
    'images that the stream is not made to hold. With --no-follow, what is in an open shard ' +
    'behind five reads of nothing: DynamoDB does not tell where its end is.',
  repeated:
    'Nothing that the stream has once. Changes of an item come in their order, also through ' +
    'shards that follow one another.',
  resumed:
    'Nothing twice and nothing missed, through shards that follow one another, as long as the ' +
    'stream keeps what was not read; what it does not keep any more is said.',
  cost:
    'Two to three reads a second of a shard that has something, one of a shard that has nothing. ' +
    'DynamoDB lets two read a shard at one time, and each Lambda function is one: where there ' +
    'are more, all of them may be throttled, and evt then reads less often. ' +
    'Reads cost by the call.',
  heeds: ['sequence'],
  iamActions: needs,
  checkpointVersion: () => 1,
  open: readTable,
}

async function* readTable(address: string, options: TapOptions): AsyncGenerator<Decoded[]> {
  const named = resourceAddress(address)
  if (named?.service !== 'dynamodb') {
    throw new EvtError(`${address} is no table`, { code: 'usage' })
  }
  const asked = startOf(options, named.part)
  const start: ShardStart = options.resume === undefined ? asked : { at: 'beginning' }
  const { signal } = options
  const aws = { ...options.aws, region: named.region ?? options.aws.region, signal, needs }
  const place = `dynamodb://${named.name}`
  const table = await openTable(named.name, aws)
  try {
    const arn = await patiently(() => streamArnOf(table, named), place, options)
    if (arn === undefined) return
    const stream = await openTableStream(arn, { ...aws, table: named.name })
    try {
      yield* changes({ table, stream, place, arn, start }, named, options)
    } finally {
      stream.close()
    }
  } finally {
    table.close()
  }
}

async function* changes(
  found: FoundTable,
  named: ResourceAddress,
  options: TapOptions,
): AsyncGenerator<Decoded[]> {
  const { stream, place, start } = found
  const state = await patiently(() => stream.describe(), place, options)
  if (state === undefined) return
  checkComing(state, named, { start, place, onNote: options.onNote })
  const polled = polledOf(found, state.isOff)
  yield* readShards(
    new ShardPolling(polled, options),
    {
      ...{ ...found, part: named.part, shards: askedShards(state.shards, named) },
      // The ARN of a stream has the time at which it was turned on.
      ...{ madeMs: null, retentionHours: RETENTION_HOURS, nowMs: polled.nowMs },
    },
    options,
  )
  if (!polled.isFinal || named.part !== undefined || options.signal.aborted) return
  options.onNote(`the stream of ${place} was turned off: all that it has was read`)
}

function polledOf(found: FoundTable, isOff: boolean): PolledStream {
  const { stream, place } = found
  let isFinal = isOff
  const fromMs = new Map<string, number>()
  let { start } = found
  return {
    ...{ place, mostRecords: MOST_RECORDS },
    get isFinal() {
      return isFinal
    },
    async shards() {
      const state = await stream.describe()
      isFinal = state.isOff
      return state.shards
    },
    iterator(shard, start) {
      fromMs.set(shard, start.at === 'time' ? start.ms : 0)
      return stream.iterator(shard, start)
    },
    async read(iterator, shard, limit) {
      const page = await stream.read(iterator, limit)
      start = { at: 'beginning' }
      const at = { ...found, shard, fromMs: fromMs.get(shard) ?? 0 }
      return { ...page, records: page.records.map((change) => tableChange(change, at)) }
    },
    nowMs: () => stream.nowMs() ?? Date.now(),
    failure: (error) => whileReading(error, { ...found, start }),
  }
}
