/** How a message failed, as whoever gave it up says. */
export interface LetterFailure {
  readonly code: string | null
  readonly message: string | null
  /** Why it was not tried again. */
  readonly condition: string | null
  /** The rule or schedule that sent it, and what it was sent to: ARNs. */
  readonly rule: string | null
  readonly target: string | null
}

/** Messages that failed alike. */
export interface LetterGroup {
  /** Null where they cannot be decoded. */
  readonly type: string | null
  readonly source: string | null
  readonly failure: LetterFailure
  /** The queue that they came from, as SQS says; null where it says none. */
  readonly from: string | null
  readonly messages: number
  /** How often one was received, at least and at most. */
  readonly receives: { readonly least: number; readonly most: number }
  /** When the first and the last of them was sent. */
  readonly oldest: string | null
  readonly newest: string | null
  /** Ids of messages. */
  readonly examples: readonly string[]
}

/** Dead letters of one group of a FIFO queue. */
export interface MessageGroup {
  readonly group: string
  readonly messages: number
  /** How many have later events of their key in what `against` names; null where nobody looked. */
  readonly overtaken: number | null
  /** Their keys and times are not known, so that nobody can say. */
  readonly unknown: number
  /** How many are before numbers of their producer's that are not here, while a later one is: these
   * were processed after them, or taken out since, if it counts without gaps. Null
   * where no numbers are known. */
  readonly passed: number | null
  /** Some of these numbers, such as `5` or `7–9`. */
  readonly skipped: readonly string[]
  /** How many were given up behind a later one of their key. */
  readonly disordered: number
  readonly examples: readonly string[]
}

/** Records of a stream that a function gave up. */
export interface StreamFailure {
  readonly kind: 'kinesis' | 'dynamodb'
  readonly stream: string
  readonly shard: string
  readonly function: string | null
  readonly condition: string | null
  /** Sequence numbers, both ends included. */
  readonly from: string
  readonly to: string
  /** As the function was given them. */
  readonly batch: number
  /** How many messages tell of exactly this range. */
  readonly messages: number
  /** What the function was given, where Lambda left that, else what the stream still holds of it;
   * null where nobody could look. */
  readonly records: readonly StreamRecord[] | null
  /** Where `records` are from: what Lambda left, or the stream. */
  readonly recordsFrom: 'payload' | 'stream'
  /** Why `records` is null or lacks some. */
  readonly missing: string | null
  /** The sequence number of the one record that it comes down to; null: of several, any. */
  readonly poison: string | null
}

export interface StreamRecord {
  readonly sequence: string
  readonly id: string | null
  readonly type: string | null
  readonly source: string | null
  readonly key: string | null
}

export interface Parked {
  readonly to: string
  readonly records: number
  readonly bytes: number
  /** Whether the queue has them no more. */
  readonly deleted: boolean
}

/** `evt.dlq/1`: what is in a dead-letter queue. */
export interface DlqResult {
  readonly schema: 'evt.dlq/1'
  readonly asOf: string
  /** As it was named. */
  readonly source: string
  /** Null where Lambda left what it gave up in files, or in S3. */
  readonly queue: QueueFacts | null
  /** Queues whose dead letters it gets; null where that may not be asked. */
  readonly from: readonly SourceQueue[] | null
  readonly partial: boolean
  readonly seen: number
  /** Records of files that tell of no invocation that Lambda gave up. */
  readonly others: number
  /** About how many were not seen. */
  readonly unseen: number
  /** Why not all were seen; null where all were. */
  readonly ended: string | null
  /** Until retention deletes the oldest that was seen. */
  readonly lossInMs: number | null
  readonly groups: readonly LetterGroup[]
  /** How many are so old at most; the last is of those that are older. */
  readonly ages: readonly { readonly underMs: number | null; readonly messages: number }[]
  /** Of a FIFO queue, else null. */
  readonly messageGroups: readonly MessageGroup[] | null
  readonly against: readonly string[] | null
  readonly streams: readonly StreamFailure[]
  readonly parked: Parked | null
}

/** Counts are estimates of SQS. */
export interface QueueFacts {
  readonly name: string
  readonly arn: string
  readonly fifo: boolean
  readonly visible: number
  readonly inFlight: number
  readonly delayed: number
  readonly retentionMs: number | null
  /** After so many receives its messages go on to another queue; null: to none. */
  readonly maxReceiveCount: number | null
}

export interface SourceQueue {
  readonly name: string
  readonly arn: string | null
  readonly maxReceiveCount: number | null
}
