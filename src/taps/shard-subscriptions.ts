import { setTimeout } from 'node:timers/promises'
import type { SubscribeToShardEvent } from '@aws-sdk/client-kinesis'
import { isTemporary, isTrimmed, ofSdk } from '../aws/failure.js'
import type { KinesisRecord, SubscriptionEvents } from '../aws/kinesis.js'
import type { Shard, ShardStart } from '../aws/shards.js'
import { Patience } from './patiently.js'
import { gapText } from './shard-polling.js'
import type { ReadPage, ReadyShard, ShardRecord, ShardSource } from './shard-source.js'
import type { TapOptions } from './tap.js'

/** A subscription lives for five minutes. */
const RENEWED_MS = 285_000
/** An event comes every few seconds, with or without records. */
const SILENT_MS = 60_000
/** Kinesis takes one call a second for a shard of a consumer. */
const CALLED_EVERY_MS = 1_000

/** The calls of a consumer. Each is one attempt. */
export interface SubscribedStream {
  readonly place: string
  shards(): Promise<Shard[]>
  subscribe(shard: string, start: ShardStart, signal: AbortSignal): Promise<SubscriptionEvents>
  record(record: KinesisRecord, shard: string): ShardRecord
  /** By the service's clock. */
  nowMs(): number
  /** What a failure means that came while it was read. */
  failure(error: unknown): Promise<unknown>
}

interface Times {
  readonly renewedMs: number
  readonly silentMs: number
}

/** The shards of a stream, sent to a consumer. */
export class ShardSubscriptions implements ShardSource {
  readonly #patience: Patience
  readonly #begun = new Map<string, Subscription>()
  /** When each shard was last subscribed to. */
  readonly #calledMs = new Map<string, number>()
  /** What ended a subscription before its time. */
  readonly #cuts = new WeakSet<object>()

  constructor(
    private readonly stream: SubscribedStream,
    private readonly options: Pick<TapOptions, 'signal' | 'onNote' | 'follow' | 'pollMs'>,
    private readonly times: Times = { renewedMs: RENEWED_MS, silentMs: SILENT_MS },
  ) {
    this.#patience = new Patience(stream.place, options, (error) => this.#mayPass(error))
  }

  shards(): Promise<Shard[] | undefined> {
    return this.#call(() => this.stream.shards())
  }

  /** Has the reading of a shard begin now, however much later it is read. */
  async begin(shard: string, start: ShardStart): Promise<void> {
    const begun = await this.#subscribed(shard, start)
    if (begun) this.#begun.set(shard, begun)
  }

  async *pages({ id: shard, start, isClosed }: ReadyShard): AsyncGenerator<ReadPage, boolean> {
    const { signal, follow = true } = this.options
    let place = start
    let cut: unknown
    for (let begun = this.#begun.get(shard); !signal.aborted; begun = undefined) {
      const subscription = begun ?? (await this.#subscribedOrTrimmed(shard, place, cut))
      cut = undefined
      if (subscription === 'trimmed') {
        place = { at: 'beginning' }
        continue
      }
      if (subscription === undefined) return false
      // Before the first event there is no number to go on behind.
      if (place.at === 'latest') place = { at: 'time', ms: this.stream.nowMs() }
      try {
        for (let event = await subscription.next(); event; event = await subscription.next()) {
          const { Records = [], ContinuationSequenceNumber: sequence, ChildShards } = event
          const { MillisBehindLatest: behindMs } = event
          const reachedMs = behindMs === undefined ? undefined : this.stream.nowMs() - behindMs
          yield { records: Records.map((one) => this.stream.record(one, shard)), reachedMs }
          if (!sequence || (ChildShards?.length ?? 0) > 0) return true
          place = { at: 'after', sequence }
          if (!follow && !isClosed && behindMs === 0) return false
        }
      } catch (error) {
        if (isFinal(error)) throw await this.stream.failure(error)
        if (typeof error === 'object' && error !== null) this.#cuts.add(error)
        cut = error
      } finally {
        subscription.end()
      }
    }
    return false
  }

  /** `trimmed`: what comes next is not kept any more, which is said. */
  async #subscribedOrTrimmed(shard: string, start: ShardStart, cut: unknown) {
    try {
      return await this.#subscribed(shard, start, cut)
    } catch (error) {
      if (!isTrimmed(error) || start.at !== 'after') throw error
      this.options.onNote(`${this.stream.place}${gapText(shard, start.sequence)}`)
      return 'trimmed' as const
    }
  }

  /** @param cut what ended the subscription before, before its time */
  async #subscribed(
    shard: string,
    start: ShardStart,
    cut?: unknown,
  ): Promise<Subscription | undefined> {
    const { signal, pollMs = CALLED_EVERY_MS } = this.options
    const sinceMs = performance.now() - (this.#calledMs.get(shard) ?? Number.NEGATIVE_INFINITY)
    const waitMs = Math.min(pollMs, CALLED_EVERY_MS) - sinceMs
    if (waitMs > 0) await setTimeout(waitMs, undefined, { signal }).catch(() => {})
    let isTold = cut === undefined
    return this.#call(() => {
      if (isTold) return this.#subscribe(shard, start)
      isTold = true
      return Promise.reject(cut)
    })
  }

  async #subscribe(shard: string, start: ShardStart): Promise<Subscription> {
    this.#calledMs.set(shard, performance.now())
    const ended = new AbortController()
    const signal = AbortSignal.any([this.options.signal, ended.signal])
    const events = await this.stream.subscribe(shard, start, signal)
    return new Subscription(events, ended, this.options.signal, this.times)
  }

  #mayPass(error: unknown): boolean {
    const failed = ofSdk(error)
    if (isTemporary(error) || !(failed instanceof Error)) return isTemporary(error)
    return passing.test(failed.name) || this.#cuts.has(error as object)
  }

  /** Calls until it succeeds; undefined where the signal aborted meanwhile. */
  async #call<T>(call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#patience.call(call)
    } catch (error) {
      throw await this.stream.failure(error)
    }
  }
}

/** One call of SubscribeToShard, which ends before Kinesis would end it. */
class Subscription {
  readonly #events: AsyncIterator<{ SubscribeToShardEvent?: SubscribeToShardEvent | undefined }>
  readonly #endMs: number

  constructor(
    events: SubscriptionEvents,
    private readonly ended: AbortController,
    private readonly signal: AbortSignal,
    private readonly times: Times,
  ) {
    this.#events = events[Symbol.asyncIterator]()
    this.#endMs = performance.now() + times.renewedMs
  }

  /**
   * The next event; undefined where its time is over, or the signal aborts.
   *
   * @throws what ends it otherwise; that nothing was heard for too long
   */
  async next(): Promise<SubscribeToShardEvent | undefined> {
    if (performance.now() > this.#endMs) return undefined
    const came = this.#events.next()
    // Nobody hears of what comes after the end.
    came.catch(() => {})
    const given = await this.#inTime(came)
    if (given === undefined || given.done) return undefined
    return given.value.SubscribeToShardEvent ?? this.next()
  }

  end(): void {
    this.ended.abort()
  }

  /** @returns undefined where the signal aborts first */
  async #inTime<T>(came: Promise<T>): Promise<T | undefined> {
    const { signal } = this
    const over = new AbortController()
    const stop = () => over.abort()
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    const silent = setTimeout(this.times.silentMs, 'silent' as const, { signal: over.signal })
    try {
      const first = await Promise.race([came, silent.catch(() => undefined)])
      if (first === 'silent') throw named('TimeoutError', 'nothing is heard')
      return first as T | undefined
    } finally {
      signal.removeEventListener('abort', stop)
      stop()
    }
  }
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}

/** What another try does not mend: a key that may not be used, a stream that is gone. */
function isFinal(error: unknown): boolean {
  const failed = ofSdk(error)
  return failed instanceof Error && !isTemporary(error) && final.test(failed.name)
}

const final = /^(KMS|AccessDenied|ResourceNotFound|InvalidArgument)/
/** Of a call: somebody else has the subscription, or had it just now. */
const passing = /^(InternalFailure|ResourceInUse)Exception$/
