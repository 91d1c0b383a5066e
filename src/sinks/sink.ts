import type { AwsOptions } from '../aws/options.js'

/** One event to be sent, as evt has it. */
export interface SinkEntry {
  /** The document, as JSON. */
  readonly body: string
  /** What goes beside the body, where the target has a place for it. */
  readonly attributes: Readonly<Record<string, string>>
  /** As the mapping found them: for targets that want them of an event that does not say them. */
  readonly source: string
  readonly type: string
  readonly timeUs: number | null
  /** What order is promised for. */
  readonly key: string | null
  /** What tells this sending from every other: where the same is sent once more because nobody
   * knows whether it arrived, a FIFO target drops it by this. */
  readonly sendId: string
  /** Why it can be sent to no target, as a sentence. */
  readonly fault?: string | undefined
}

/** What a call takes. Bytes are of UTF-8, attributes included. */
export interface SinkLimits {
  readonly entries: number
  readonly entryBytes: number
  readonly batchBytes: number
}

/** An entry as the service wants it. */
export interface Prepared<M> {
  readonly message: M
  readonly sizeBytes: number
  /** Whether what is sent points to a body that lies elsewhere. */
  readonly isClaim?: boolean
}

/** A rule of a bus or a subscription of a topic, which gets what the target takes. */
export interface Fan {
  readonly name: string
  /** Of a rule, as it was written. */
  readonly pattern?: string | undefined
}

/** What became of one entry of a call. */
export type Sent =
  | { readonly isSent: true; readonly messageId: string }
  | {
      readonly isSent: false
      readonly error: string
      /** Whether the same may well be taken later. */
      readonly isTemporary: boolean
      /** Whether others would fail as well, so that all had better wait: throttled, no answer. */
      readonly isOfAll: boolean
    }

/** Where a target has a place for the name of a replay. `attribute`: beside the body. `detail`: in
 * the detail of an event of EventBridge. `document`: in an event of EventBridge, as EventBridge has
 * it, and nowhere else. `line`: in a line around the document. */
export type MarkPlace = 'attribute' | 'detail' | 'document' | 'line'

/** What a service takes by its list for each call, or each entry, of so many bytes or a part. */
interface ListPrice {
  readonly per: 'call' | 'entry'
  readonly unitBytes: number
  readonly usdPerMillion: number
}

/** A target that is there and may be sent to, as far as could be found out without sending. */
export interface OpenSink<M = unknown> {
  /** In words, such as `the queue orders in eu-west-1`. */
  readonly target: string
  readonly limits: SinkLimits
  /** Whether the service keeps the order of a key. It does for those sent one after the other: no
   * two of a key may be in one batch, as one of them may fail. */
  readonly keepsOrder: boolean
  /** Whether all that is sent is there in the order of the calls, so that no key has to wait. */
  readonly isInTurn?: boolean
  readonly price?: ListPrice
  /** Whether an entry's source, type and time go beside the body. */
  readonly tellsSource?: boolean
  /** Entries that it takes a second, where that is known. */
  readonly mostPerSecond?: number
  /** Which it is, wherever and as whoever it was named: an ARN. Absent: what was typed says it. */
  readonly arn?: string
  /** Where it writes on this machine, if it does. */
  readonly path?: string
  /** Puts what was sent on the disk: before a journal there says that it was. */
  sync?(): void
  /** Who gets what it takes, as far as they are switched on.
   * @throws EvtError where that may not be asked */
  fans?(): Promise<Fan[]>
  /** Whether nothing is there that was sent before; absent where that cannot be told. */
  isEmpty?(): Promise<boolean>
  /** Gives why the target can never take an entry, as a sentence goes on after `it`. */
  prepare(entry: SinkEntry): Prepared<M> | { readonly refused: string }
  /**
   * One call. The signal gives up waiting for its answer.
   *
   * @returns what became of each entry, in their order
   * @throws EvtError where no other call would do better: not permitted, target gone
   */
  send(batch: readonly M[], signal: AbortSignal): Promise<Sent[]>
  close(): void
}

/** A kind of target. What it says of itself is shown to who uses it. */
export interface Sink {
  readonly name: string
  /** The addresses that it sends to. */
  readonly writes: string
  /** What is kept of the order of events, and what may arrive twice: sentences. */
  readonly order: string
  readonly repeated: string
  readonly cost: string
  readonly marks: MarkPlace
  /** About how long a call takes, where nothing is in its way. */
  readonly callMs: number
  /** What AWS has to permit. */
  readonly iamActions: readonly string[]
  /**
   * Looks at the target without sending anything.
   *
   * @throws EvtError `usage` where there is none, `outside` where it cannot be asked
   */
  open(address: string, options: SinkOptions): Promise<OpenSink>
}

export interface SinkOptions {
  /** Where relative paths begin; the folder that evt runs in if unsaid. */
  readonly cwd?: string
  readonly aws: AwsOptions
  readonly signal: AbortSignal
}
