import type { Shard, ShardStart } from '../aws/shards.js'
import type { RecordValue } from '../envelopes/decode.js'

/** A record of a shard, and its number there. */
export interface ShardRecord {
  readonly sequence: string
  readonly value: RecordValue
  /** Whether it is from before where reading begins, where the service cannot begin at a time. */
  readonly isBefore?: boolean
}

/** A shard that may be read now. */
export interface ReadyShard {
  readonly id: string
  readonly start: ShardStart
  /** Whether its end has been written, and only has to be reached. */
  readonly isClosed: boolean
}

/** What one read of a shard gave. */
export interface ReadPage {
  readonly records: readonly ShardRecord[]
  /** Up to when the shard has been read now, by the service's clock; undefined where it does not
   * tell. */
  readonly reachedMs?: number | undefined
}

/** A stream whose shards are read side by side. Its calls try again where that may help. */
export interface ShardSource {
  /** Whether no shard is to come any more. */
  readonly isFinal?: boolean
  /** All shards; undefined where the signal has aborted. */
  shards(): Promise<Shard[] | undefined>
  /** Has the reading of a shard begin now, however much later it is read. */
  begin(shard: string, start: ShardStart): Promise<void>
  /**
   * What is in one, as much at a time as one read gives, in its order; with `follow` false to the
   * end of what is there.
   *
   * @returns whether the shard ends there
   */
  pages(shard: ReadyShard): AsyncGenerator<ReadPage, boolean>
}
