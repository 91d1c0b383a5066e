import type {
  GetShardIteratorCommandInput,
  _Record as StreamRecord,
  Shard as StreamShard,
} from '@aws-sdk/client-dynamodb-streams'
import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'
import { answerStep, ServerClock } from './server-clock.js'
import type { Shard, ShardPage, ShardStart } from './shards.js'

/** A change as GetRecords of DynamoDB Streams gives it. */
export type TableChange = StreamRecord

interface StreamOptions extends AwsOptions {
  /** How it is named in what is said. */
  readonly table: string
  /** Everything that IAM has to allow for what is to be done. */
  readonly needs: readonly string[]
  /** Ends every call. */
  readonly signal: AbortSignal
}

/** The stream of a table as it stands. */
export interface TableStreamState {
  /** Whether nothing more is written to it. */
  readonly isOff: boolean
  readonly viewType: string | undefined
  /** All that is kept. */
  readonly shards: Shard[]
}

/** A stream of a table of DynamoDB. Each call is one attempt, and throws an EvtError that says what
 * failed. */
export interface OpenTableStream {
  describe(): Promise<TableStreamState>
  /** A time is no place here: it is the beginning. */
  iterator(shard: string, start: ShardStart): Promise<string>
  read(iterator: string, limit: number): Promise<ShardPage<TableChange>>
  /** By AWS's clock as the last answer had it, to the second; undefined before the first. */
  nowMs(): number | undefined
  close(): void
}

/** @param arn of the stream */
export async function openTableStream(
  arn: string,
  { table, needs, signal, ...options }: StreamOptions,
): Promise<OpenTableStream> {
  const sdk = await import('@aws-sdk/client-dynamodb-streams')
  const client = new sdk.DynamoDBStreamsClient({ ...clientSettings(options), maxAttempts: 1 })
  const clock = new ServerClock()
  client.middlewareStack.add(
    (next) => async (call) => {
      const answer = await next(call)
      clock.see(answer.response)
      return answer
    },
    answerStep,
  )
  const cut = { abortSignal: signal }
  const failed = (action: string, on = `the stream of the table ${table}`) => {
    return async (error: unknown): Promise<never> => {
      throw await awsFailure(error, {
        ...{ action: `dynamodb:${action}`, on, needs, signal },
        region: () => client.config.region(),
      })
    }
  }
  const page = (last: string | undefined) => {
    const asked = { StreamArn: arn, ...(last && { ExclusiveStartShardId: last }) }
    return client.send(new sdk.DescribeStreamCommand(asked), cut).catch(failed('DescribeStream'))
  }
  return {
    async describe() {
      const shards: Shard[] = []
      let last: string | undefined
      for (;;) {
        const { StreamDescription: told = {} } = await page(last)
        shards.push(...(told.Shards ?? []).map(shardOf))
        last = told.LastEvaluatedShardId
        if (last) continue
        const isOff = told.StreamStatus === 'DISABLED' || told.StreamStatus === 'DISABLING'
        return { isOff, viewType: told.StreamViewType, shards }
      }
    },
    async iterator(shard, start) {
      const asked = { StreamArn: arn, ShardId: shard, ...iteratorStart(start) }
      const command = new sdk.GetShardIteratorCommand(asked)
      const onFailure = failed('GetShardIterator', `the shard ${shard} of the table ${table}`)
      const found = await client.send(command, cut).catch(onFailure)
      return found.ShardIterator ?? ''
    },
    async read(iterator, limit) {
      const command = new sdk.GetRecordsCommand({ ShardIterator: iterator, Limit: limit })
      const found = await client.send(command, cut).catch(failed('GetRecords'))
      const { Records: records = [], NextShardIterator: next } = found
      return { records, next: next ?? undefined, behindMs: undefined }
    },
    nowMs: () => clock.nowMs(),
    close: () => client.destroy(),
  }
}

function shardOf({ ShardId: id = '', ParentShardId, SequenceNumberRange }: StreamShard): Shard {
  const isClosed = SequenceNumberRange?.EndingSequenceNumber !== undefined
  return { id, parents: ParentShardId ? [ParentShardId] : [], isClosed }
}

type Position = Pick<GetShardIteratorCommandInput, 'ShardIteratorType' | 'SequenceNumber'>

function iteratorStart(start: ShardStart): Position {
  switch (start.at) {
    case 'beginning':
    case 'time':
      return { ShardIteratorType: 'TRIM_HORIZON' }
    case 'latest':
      return { ShardIteratorType: 'LATEST' }
    case 'sequence':
      return { ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber: start.sequence }
    case 'after':
      return { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: start.sequence }
  }
}
