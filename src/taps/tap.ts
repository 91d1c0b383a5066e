import type { Fault } from '../archives/object.js'
import type { AwsOptions } from '../aws/options.js'
import type { RecordValue } from '../envelopes/decode.js'
import type { Decoded, EventRecord, JsonValue } from '../event/event.js'
import type { TypedPattern } from '../event/pattern.js'

/**
 * What tapping does to others (DESIGN §5). `observe`: nothing. `shares`: it takes a part of a limit
 * that others need too. `intrusive`: they may notice it in what they receive.
 */
export type Safety = 'observe' | 'shares' | 'intrusive'

/** A way to read deliveries where they arrive. What it says of itself is shown to who uses it. */
export interface Tap {
  readonly name: string
  /** The SOURCEs that it reads. */
  readonly reads: string
  readonly safety: Safety
  /** What may not be seen, and what may be seen twice: sentences. */
  readonly missed: string
  readonly repeated: string
  readonly cost: string
  /** Which options that are not for every source are for this one. */
  readonly heeds?: readonly SpecialOption[]
  /** What AWS has to permit. */
  readonly iamActions: readonly string[]
  /** What a run that goes on where another ended shows again or misses, or why none can. */
  readonly resumed: string
  /** Of what its checkpoints say: one of another version is refused. Undefined where it makes none;
   * left out where it never does. */
  checkpointVersion?(consents: ReadonlySet<Consent>): number | undefined
  /**
   * Reads what an address leads to, in its order, a batch at a time, and no further than somebody
   * asks. It ends with the source, or soon after the signal aborts; then nothing of it is left.
   *
   * @throws EvtError `usage` where the address leads nowhere or cannot be tapped
   */
  open(address: string, options: TapOptions): AsyncGenerator<Batch>
}

/** What a tap does to others as it is asked to read. */
export function safetyOf(
  tap: Pick<Tap, 'safety'>,
  { notifications }: Pick<TapOptions, 'notifications'>,
): Safety {
  return notifications === undefined ? tap.safety : 'intrusive'
}

/** What a tap gives at once, in its order. */
export type Batch = Decoded[] & {
  /** Where `TapOptions.holdMs` asks for it: to be called when what is in the batch is kept, so that
   * the source need keep it no longer. What is not acknowledged, the source gives again.
   *
   * @returns false where the source may give some of it again all the same */
  acknowledge?: () => Promise<boolean>
  /** Nothing more of some of its groups, or not its end, comes before it is acknowledged. */
  isAwaited?: boolean
}

/** Where to begin: with what there is, with what comes, or with the last events that are there. */
export type Start = 'beginning' | 'latest' | { lastEvents: number }

/** What somebody agreed to for an intrusive tap: to receive messages; to lock the groups of a FIFO
 * queue; that a message may go to the dead-letter queue; to delete what was shown. */
export type Consent = 'intrusive' | 'fifo' | 'dead-letter' | 'consume'

/** Where to go on once so many of a batch were taken, as JSON that the tap alone understands. */
export type CheckpointAt = (taken: number) => JsonValue

export type SpecialOption = 'sequence' | 'fanOut' | 'liveTail' | 'notifications'

/** By whom a stream of Kinesis is read with throughput of its own: a consumer that evt registers
 * and removes, or one that is there. */
export type FanOut = 'own' | { readonly consumerArn: string }

export interface TapOptions {
  /** Undefined: as is usual for the source. */
  start: Start | undefined
  /** Before this nothing is wanted, where `start` is the beginning: a source may begin there. */
  fromUs?: number | undefined
  /** What a checkpoint of this tap said: to go on there, whatever `start` and `fromUs` say. */
  resume?: JsonValue | undefined
  /**
   * Called with each batch just before it is given, where its reader keeps checkpoints; and with an
   * empty one where it is known where to go on before there is anything. Once the next batch was
   * asked for, `at` is asked for the whole batch alone, until the next call.
   */
  checkpoint?: ((batch: readonly Decoded[], at: CheckpointAt) => void) | undefined
  /** Where `start` is the beginning: begin with the record of this number, in one shard. */
  sequence?: string | undefined
  /** Whether to go on at the end of what there is; undefined: as is usual for the source. */
  follow: boolean | undefined
  /** NAME → address, from evt.yaml. Relative addresses are relative to `cwd`. */
  aliases: Readonly<Record<string, string>>
  cwd: string
  stdin: AsyncIterable<unknown>
  /** A promise where something has to be fetched first. */
  decode(record: RecordValue): Decoded[] | Promise<Decoded[]>
  /** Called with all the bytes of a record that holds no JSON object, where they are held. */
  onUnread?: ((found: Decoded, bytes: Uint8Array) => void) | undefined
  /** Which events count where the last ones are wanted. */
  isWanted(event: EventRecord): boolean
  aws: AwsOptions
  consents: ReadonlySet<Consent>
  fanOut?: FanOut | undefined
  /** Whether a live tail of CloudWatch Logs says when to look. */
  liveTail?: boolean | undefined
  /** The queue in which S3 tells of new objects; undefined: they are looked for. */
  notifications?: string | undefined
  /** What its reader has taken, so that a tap that may delete it does. */
  taken?: Pick<WeakSet<Decoded>, 'has'> | undefined
  /** Batches are acknowledged by who takes them, within so long; otherwise a batch is done with
   * when the next one is asked for. */
  holdMs?: number | undefined
  /** What `--filter` says, for sources that choose themselves; checked again on arrival. */
  filter: TypedPattern | undefined
  /** Called when what arrives from now on is seen. */
  onReady?(): void
  /** Called for what keeps something from being read whole. */
  onFault(path: string, fault: Fault): void
  /** Called for what a person should know: a source is gone, or is back. */
  onNote(text: string): void
  signal: AbortSignal
  /** How long to wait at most before looking again. */
  pollMs?: number | undefined
  maxRecordBytes?: number | undefined
}
