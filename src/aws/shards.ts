/** A shard of a stream of Kinesis or DynamoDB, as the service lists it. */
export interface Shard {
  readonly id: string
  /** Those that it was split off or merged from, which may be gone by now. */
  readonly parents: readonly string[]
  /** Whether nothing more is written to it. */
  readonly isClosed: boolean
}

/** Where the reading of a shard begins, or goes on. */
export type ShardStart =
  | { readonly at: 'beginning' | 'latest' }
  | { readonly at: 'time'; readonly ms: number }
  /** With this record, or behind it. */
  | { readonly at: 'sequence' | 'after'; readonly sequence: string }

/** What one read of a shard gives. */
export interface ShardPage<R> {
  readonly records: readonly R[]
  /** What the next read is to be told; undefined where the shard ends here. */
  readonly next: string | undefined
  /** How far this is behind what was written last; undefined where the service does not tell. */
  readonly behindMs: number | undefined
}
