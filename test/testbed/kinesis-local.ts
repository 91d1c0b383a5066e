import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { freePort } from './free-port.js'

const server = createRequire(import.meta.url).resolve('kinesis-local/main.js')
const STREAM = 'orders'
const ARN = `arn:aws:kinesis:eu-west-1:123456789012:stream/${STREAM}`
const MOST_HASH = 2n ** 128n - 1n
const SOON = '50ms'

/** A record that was put, with what the service said of it. */
export interface PutRecord {
  readonly id: string
  readonly key: string
  readonly shard: string
  readonly sequence: string
}

interface Shard {
  ShardId: string
  HashKeyRange: { StartingHashKey: string; EndingHashKey: string }
}

/** kinesis-local, a Kinesis by others, as a process on this machine with the stream `orders`. */
export class KinesisLocal {
  /** What was put, in order. */
  readonly put: PutRecord[] = []
  #serial = 0

  private constructor(
    readonly url: string,
    readonly stop: () => Promise<void>,
  ) {}

  /** With a stream of so many shards. */
  static async start(shards: number): Promise<KinesisLocal> {
    const [plain, tls] = [await freePort(), await freePort()]
    const steps = ['CREATE_STREAM', 'SPLIT_SHARD', 'MERGE_SHARDS', 'DELETE_STREAM']
    const child = spawn(process.execPath, [server], {
      // It reads its certificate from there.
      cwd: dirname(server),
      stdio: 'ignore',
      env: {
        ...{ KINESIS_MOCK_PLAIN_PORT: `${plain}`, KINESIS_MOCK_TLS_PORT: `${tls}` },
        ...{ INITIALIZE_STREAMS: `${STREAM}:${shards}`, LOG_LEVEL: 'ERROR' },
        ...{ AWS_REGION: 'eu-west-1', AWS_ACCOUNT_ID: '123456789012' },
        ...Object.fromEntries(steps.map((step) => [`${step}_DURATION`, SOON])),
        REGISTER_STREAM_CONSUMER_DURATION: SOON,
      },
    })
    const local = new KinesisLocal(`http://127.0.0.1:${plain}`, async () => {
      if (child.exitCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    })
    for (let tries = 0; tries < 1_000 && child.exitCode === null; tries++) {
      if ((await local.#shardsNow().catch(() => [])).length === shards) return local
      await setTimeout(100)
    }
    await local.stop()
    throw new Error('kinesis-local does not answer')
  }

  /** @throws Error with what it says */
  async call(operation: string, body: object = {}): Promise<Record<string, unknown>> {
    const scope = 'Credential=test/20260101/eu-west-1/kinesis/aws4_request'
    const answer = await fetch(this.url, {
      method: 'POST',
      headers: {
        ...{ 'x-amz-target': `Kinesis_20131202.${operation}`, 'x-amz-date': '20260101T000000Z' },
        'content-type': 'application/x-amz-json-1.1',
        // Nobody checks the signature.
        authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=x`,
      },
      body: JSON.stringify({ StreamName: STREAM, ...body }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${operation}: ${text}`)
    return text === '' ? {} : JSON.parse(text)
  }

  /** Puts so many records, of seven keys. */
  async putMany(count: number): Promise<void> {
    const records = Array.from({ length: count }, () => {
      const id = `${this.#serial++}`
      return { id, key: `k${this.#serial % 7}` }
    })
    const { Records } = await this.call('PutRecords', {
      Records: records.map(({ id, key }) => ({
        ...{ PartitionKey: key, Data: Buffer.from(JSON.stringify({ id })).toString('base64') },
      })),
    })
    const said = Records as { ShardId: string; SequenceNumber: string }[]
    for (const [n, record] of records.entries()) {
      const { ShardId: shard = '', SequenceNumber: sequence = '' } = said[n] ?? {}
      if (sequence === '') throw new Error(`record ${record.id} was not taken`)
      this.put.push({ ...record, shard, sequence })
    }
  }

  /** The open shards by their keys. */
  async open(): Promise<Shard[]> {
    const Filter = { Type: 'AT_LATEST' }
    const { Shards } = await this.call('ListShards', { ShardFilter: Filter })
    return (Shards as Shard[]).sort((a, b) => (from(a) < from(b) ? -1 : 1))
  }

  async split({ ShardId, HashKeyRange }: Shard): Promise<void> {
    const half = (BigInt(HashKeyRange.StartingHashKey) + BigInt(HashKeyRange.EndingHashKey)) / 2n
    await this.call('SplitShard', { ShardToSplit: ShardId, NewStartingHashKey: `${half}` })
    await this.#active()
  }

  /** Of the first two, which are neighbours. */
  async merge(): Promise<void> {
    const [one, other] = await this.open()
    const pair = { ShardToMerge: one?.ShardId, AdjacentShardToMerge: other?.ShardId }
    await this.call('MergeShards', pair)
    await this.#active()
  }

  /** The ARN of a consumer that is ready. */
  async consumer(): Promise<string> {
    const { Consumer } = await this.call('RegisterStreamConsumer', {
      ...{ StreamARN: ARN, ConsumerName: 'ours' },
    })
    const { ConsumerARN } = Consumer as { ConsumerARN: string }
    for (let tries = 0; tries < 1_000; tries++) {
      const { ConsumerDescription } = await this.call('DescribeStreamConsumer', { ConsumerARN })
      if (JSON.stringify(ConsumerDescription).includes('"ACTIVE"')) return ConsumerARN
      await setTimeout(20)
    }
    throw new Error('the consumer is not made')
  }

  async #active(): Promise<void> {
    for (let tries = 0; tries < 1_000; tries++) {
      const { StreamDescriptionSummary: told } = await this.call('DescribeStreamSummary')
      const isWhole = (await this.open()).at(-1)?.HashKeyRange.EndingHashKey === `${MOST_HASH}`
      if ((told as { StreamStatus: string }).StreamStatus === 'ACTIVE' && isWhole) return
      await setTimeout(20)
    }
    throw new Error('the stream is not made anew')
  }

  async #shardsNow(): Promise<unknown[]> {
    return (await this.call('ListShards'))['Shards'] as unknown[]
  }
}

function from({ HashKeyRange }: Shard): bigint {
  return BigInt(HashKeyRange.StartingHashKey)
}
