import { createHash } from 'node:crypto'

/** A record as the API gives it in JSON. */
export interface ModelRecord {
  readonly SequenceNumber: string
  /** In seconds. */
  readonly ApproximateArrivalTimestamp: number
  readonly Data: string
  readonly PartitionKey: string
}

export interface ModelShard {
  readonly id: string
  readonly parents: readonly string[]
  readonly from: bigint
  readonly to: bigint
  readonly firstSequence: bigint
  readonly records: ModelRecord[]
  /** How many of them retention has removed. */
  trimmed: number
  lastSequence?: bigint
}

/** As StartingPosition and GetShardIterator say it. */
export interface ModelStart {
  readonly Type: string
  readonly SequenceNumber?: string | undefined
  /** In seconds. */
  readonly Timestamp?: number | undefined
}

const MOST_HASH = 2n ** 128n - 1n
const FIRST = 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898n

/** A refusal of the service, by its name. */
export class Refusal extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message)
  }
}

/** A stream in memory: records by the hash of their keys, shards that are split and merged. */
export class StreamModel {
  shards: ModelShard[] = []
  madeMs = 1_700_000_000_000
  strategy: 'AUTO' | undefined
  retentionHours = 24
  /** How far its clock is ahead of this machine's. */
  clockAheadMs = 0
  #sequence = FIRST
  #serial = 0
  #listeners = new Set<() => void>()

  constructor(
    readonly name: string,
    count: number,
  ) {
    const width = (MOST_HASH + 1n) / BigInt(count)
    for (let n = 0; n < count; n++) {
      const from = BigInt(n) * width
      this.#make([], from, n === count - 1 ? MOST_HASH : from + width - 1n)
    }
  }

  get nowMs(): number {
    return Date.now() + this.clockAheadMs
  }

  get arn(): string {
    return `arn:aws:kinesis:eu-west-1:123456789012:stream/${this.name}`
  }

  get open(): ModelShard[] {
    return this.shards.filter(({ lastSequence }) => lastSequence === undefined)
  }

  put(key: string, data: string | Buffer, atMs = this.nowMs): { shard: string; sequence: string } {
    const hash = BigInt(`0x${createHash('md5').update(key).digest('hex')}`)
    const shard = this.open.find(({ from, to }) => hash >= from && hash <= to)
    if (!shard) throw new Error('no shard takes this key')
    const sequence = this.#next()
    shard.records.push({
      SequenceNumber: `${sequence}`,
      ApproximateArrivalTimestamp: atMs / 1_000,
      ...{ Data: Buffer.from(data).toString('base64'), PartitionKey: key },
    })
    this.#tell()
    return { shard: shard.id, sequence: `${sequence}` }
  }

  split(id: string): void {
    const parent = this.shard(id)
    const middle = (parent.from + parent.to) / 2n
    this.#close(parent)
    this.#make([id], parent.from, middle)
    this.#make([id], middle + 1n, parent.to)
    this.#tell()
  }

  /** Closes one, and has another follow it, as DynamoDB does every few hours. */
  roll(id: string): void {
    const { from, to } = this.shard(id)
    this.#close(this.shard(id))
    this.#make([id], from, to)
    this.#tell()
  }

  /** Closes all of them. */
  close(): void {
    for (const shard of this.open) this.#close(shard)
    this.#tell()
  }

  /** Of two whose keys are neighbours. */
  merge(one: string, other: string): void {
    const pair = [this.shard(one), this.shard(other)].sort((a, b) => (a.from < b.from ? -1 : 1))
    const [first, second] = pair
    if (!first || !second || first.to + 1n !== second.from) throw new Error('no neighbours')
    for (const shard of pair) this.#close(shard)
    this.#make([one, other], first.from, second.to)
    this.#tell()
  }

  /** A pair of open shards that can be merged. */
  neighbours(): [string, string] {
    const open = this.open.sort((a, b) => (a.from < b.from ? -1 : 1))
    return [open[0]?.id ?? '', open[1]?.id ?? '']
  }

  shard(id: string): ModelShard {
    const shard = this.shards.find((each) => each.id === id)
    if (shard) return shard
    throw new Refusal('ResourceNotFoundException', `Shard ${id} does not exist`)
  }

  /** Of the first record from there on, its number in the shard. */
  indexOf(id: string, { Type, SequenceNumber, Timestamp = 0 }: ModelStart): number {
    const { records, trimmed, firstSequence } = this.shard(id)
    if (Type === 'LATEST') return records.length
    if (Type === 'TRIM_HORIZON') return trimmed
    const isThere = (record: ModelRecord) =>
      Type === 'AT_TIMESTAMP'
        ? record.ApproximateArrivalTimestamp >= Timestamp
        : this.#isFrom(record, BigInt(SequenceNumber ?? 0), Type === 'AT_SEQUENCE_NUMBER')
    if (Type !== 'AT_TIMESTAMP' && BigInt(SequenceNumber ?? 0) < firstSequence) {
      const told = `StartingSequenceNumber ${SequenceNumber} is not of shard ${id}`
      throw new Refusal('InvalidArgumentException', told)
    }
    const index = records.findIndex(isThere)
    return Math.max(trimmed, index < 0 ? records.length : index)
  }

  /** Up to so many records from there on, and whether the shard ends behind them. */
  slice(id: string, index: number, most: number) {
    const shard = this.shard(id)
    const from = Math.max(index, shard.trimmed)
    const records = shard.records.slice(from, from + most)
    const next = from + records.length
    const waiting = shard.records[next]
    const isEnd = shard.lastSequence !== undefined && waiting === undefined
    const behindMs = waiting ? this.nowMs - waiting.ApproximateArrivalTimestamp * 1_000 : 0
    return { records, next, isEnd, behindMs: Math.max(waiting ? 1 : 0, Math.round(behindMs)) }
  }

  childrenOf(id: string): ModelShard[] {
    return this.shards.filter(({ parents }) => parents.includes(id))
  }

  /** Called at every change; gives what ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #isFrom({ SequenceNumber }: ModelRecord, sequence: bigint, isAt: boolean): boolean {
    const own = BigInt(SequenceNumber)
    return isAt ? own >= sequence : own > sequence
  }

  #make(parents: readonly string[], from: bigint, to: bigint): void {
    const id = `shardId-${String(this.#serial++).padStart(12, '0')}`
    const firstSequence = this.#next()
    this.shards.push({ id, parents, from, to, firstSequence, records: [], trimmed: 0 })
  }

  #close(shard: ModelShard): void {
    shard.lastSequence = this.#next()
  }

  #next(): bigint {
    this.#sequence += 16n
    return this.#sequence
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
