import type {
  _Record,
  GetShardIteratorCommandInput,
  ListShardsCommandOutput,
  StreamDescriptionSummary,
  Shard as StreamShard,
  SubscribeToShardEventStream,
  SubscribeToShardInput,
} from '@aws-sdk/client-kinesis'
import type { ResourceAddress } from './address.js'
import { openKinesis } from './kinesis-client.js'
import { kinesisFailure } from './kinesis-failure.js'
import type { AwsOptions } from './options.js'
import { answerStep, ServerClock } from './server-clock.js'
import type { Shard, ShardPage, ShardStart } from './shards.js'

const MOST_MS = 60_000

/** A record as GetRecords and subscriptions give it. */
export type KinesisRecord = _Record
export type SubscriptionEvents = AsyncIterable<SubscribeToShardEventStream>

export interface StreamOptions extends AwsOptions {
  /** Everything that IAM has to allow for what is to be done. */
  readonly needs: readonly string[]
  /** Ends every call. */
  readonly signal: AbortSignal
}

/** A stream of Kinesis. Each call is one attempt, and throws an EvtError that says what failed. */
export interface OpenStream {
  readonly name: string
  describe(): Promise<StreamDescriptionSummary>
  /** All that retention has not removed. */
  shards(): Promise<Shard[]>
  iterator(shard: string, start: ShardStart): Promise<string>
  read(iterator: string, limit: number): Promise<ShardPage<KinesisRecord>>
  /** Has the records of a shard sent, for five minutes at most. */
  subscribe(
    consumer: string,
    shard: { readonly id: string; readonly start: ShardStart },
    signal: AbortSignal,
  ): Promise<SubscriptionEvents>
  /** By AWS's clock as the last answer had it, to the second; undefined before the first. */
  nowMs(): number | undefined
  close(): void
}

/** @param address whose region counts where it says one */
export async function openStream(
  address: Pick<ResourceAddress, 'name' | 'arn' | 'region'>,
  { needs, signal, ...options }: StreamOptions,
): Promise<OpenStream> {
  const aws = { ...options, region: address.region ?? options.region }
  const { sdk, client } = await openKinesis({ ...aws, maxAttempts: 1 })
  const clock = new ServerClock()
  client.middlewareStack.add(
    (next) => async (call) => {
      const answer = await next(call)
      clock.see(answer.response)
      return answer
    },
    answerStep,
  )
  const { name, arn } = address
  const stream = arn === undefined ? { StreamName: name } : { StreamARN: arn }
  const failed = (action: string, on = `the stream ${name}`) => {
    const region = () => client.config.region()
    return async (error: unknown): Promise<never> => {
      throw await kinesisFailure(error, { action: `kinesis:${action}`, on, region, needs, signal })
    }
  }
  const cut = { abortSignal: signal }
  return {
    name,
    async describe() {
      const command = new sdk.DescribeStreamSummaryCommand(stream)
      const found = await answered(client.send(command, cut)).catch(failed('DescribeStreamSummary'))
      // The model lets it be left out; the service never does.
      return found.StreamDescriptionSummary as StreamDescriptionSummary
    },
    shards: () =>
      listed(async (token) => {
        const command = new sdk.ListShardsCommand(token ? { NextToken: token } : stream)
        return answered(client.send(command, cut)).catch(failed('ListShards'))
      }),
    async iterator(shard, start) {
      const command = new sdk.GetShardIteratorCommand({
        ...{ ...stream, ShardId: shard, ...iteratorStart(start) },
      })
      const onFailure = failed('GetShardIterator', `the shard ${shard} of the stream ${name}`)
      const found = await answered(client.send(command, cut)).catch(onFailure)
      return found.ShardIterator ?? ''
    },
    async read(iterator, limit) {
      const asked = { ShardIterator: iterator, Limit: limit, ...(arn && { StreamARN: arn }) }
      const command = new sdk.GetRecordsCommand(asked)
      const page = await answered(client.send(command, cut)).catch(failed('GetRecords'))
      const { Records = [], NextShardIterator, MillisBehindLatest } = page
      return {
        ...{ records: Records, next: NextShardIterator ?? undefined },
        behindMs: MillisBehindLatest,
      }
    },
    async subscribe(consumer, { id, start }, ended) {
      const command = new sdk.SubscribeToShardCommand({
        ...{ ConsumerARN: consumer, ShardId: id, StartingPosition: subscriptionStart(start) },
      })
      const onFailure = failed('SubscribeToShard', `the shard ${id} of the stream ${name}`)
      const answer = await client.send(command, { abortSignal: ended }).catch(onFailure)
      return eventsOf(answer.EventStream, onFailure)
    },
    nowMs: () => clock.nowMs(),
    close: () => client.destroy(),
  }
}

async function listed(
  page: (token: string | undefined) => Promise<ListShardsCommandOutput>,
): Promise<Shard[]> {
  const found: Shard[] = []
  let token: string | undefined
  do {
    const { Shards = [], NextToken } = await page(token)
    found.push(...Shards.map(shardOf))
    token = NextToken
  } while (token)
  return found
}

/** Of a connection that was cut in the midst of an answer, the SDK may wait for ever. */
async function answered<T>(sent: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const error = Object.assign(new Error('no answer in time'), { name: 'TimeoutError' })
    timer = setTimeout(() => reject(error), MOST_MS)
  })
  try {
    return await Promise.race([sent, late])
  } finally {
    clearTimeout(timer)
  }
}

async function* eventsOf(
  events: SubscriptionEvents | undefined,
  onFailure: (error: unknown) => Promise<never>,
): SubscriptionEvents {
  try {
    if (events) yield* events
  } catch (error) {
    // The SDK has no name for an event that is cut off, or whose checksum is wrong.
    const isNameless = error instanceof Error && error.name === 'Error' && !('code' in error)
    await onFailure(isNameless ? Object.assign(error, { name: 'BrokenEventStream' }) : error)
  }
}

function shardOf(shard: StreamShard): Shard {
  const { ShardId: id = '', ParentShardId, AdjacentParentShardId, SequenceNumberRange } = shard
  const parents = [ParentShardId, AdjacentParentShardId].filter((parent) => parent !== undefined)
  return { id, parents, isClosed: SequenceNumberRange?.EndingSequenceNumber !== undefined }
}

type Position = Pick<
  GetShardIteratorCommandInput,
  'ShardIteratorType' | 'StartingSequenceNumber' | 'Timestamp'
>

function iteratorStart(start: ShardStart): Position {
  switch (start.at) {
    case 'beginning':
      return { ShardIteratorType: 'TRIM_HORIZON' }
    case 'latest':
      return { ShardIteratorType: 'LATEST' }
    case 'time':
      return { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(start.ms) }
    case 'sequence':
      return {
        ...{ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: start.sequence },
      }
    case 'after':
      return {
        ...{ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: start.sequence },
      }
  }
}

function subscriptionStart(start: ShardStart): SubscribeToShardInput['StartingPosition'] {
  const { ShardIteratorType, StartingSequenceNumber, Timestamp } = iteratorStart(start)
  return {
    Type: ShardIteratorType,
    ...(StartingSequenceNumber && { SequenceNumber: StartingSequenceNumber }),
    ...(Timestamp && { Timestamp }),
  }
}
