import { setTimeout } from 'node:timers/promises'
import { isExpiredIterator, isThrottled } from '../aws/failure.js'
import type { Shard, ShardPage, ShardStart } from '../aws/shards.js'
import type { RecordValue } from '../envelopes/decode.js'
import { Patience } from './patiently.js'
import { Permits } from './permits.js'
import { ShardPace } from './shard-pace.js'
import type { ShardSource } from './stream-reading.js'
import type { TapOptions } from './tap.js'

/** Pages that are held at one time, of all shards. */
const MOST_PAGES = 8

/** A record of a shard, and its number there. */
export interface ShardRecord {
  readonly sequence: string
  readonly value: RecordValue
}

/** The calls of a service that has shards. Each is one attempt. */
export interface PolledStream {
  /** How it is named in what is said. */
  readonly place: string
  shards(): Promise<Shard[]>
  iterator(shard: string, start: ShardStart): Promise<string>
  read(iterator: string, shard: string, limit: number): Promise<ShardPage<ShardRecord>>
  /** By the service's clock. */
  nowMs(): number
  /** What a failure means that came while it was read. */
  failure(error: unknown): Promise<unknown>
}

/** The shards of a stream, asked again and again. */
export class ShardPolling implements ShardSource {
  readonly #patience: Patience
  readonly #permits = new Permits(MOST_PAGES)
  readonly #begun = new Map<string, Place>()
  readonly #throttled = new Set<string>()

  constructor(
    private readonly stream: PolledStream,
    private readonly options: Pick<TapOptions, 'signal' | 'onNote' | 'follow' | 'pollMs'>,
  ) {
    this.#patience = new Patience(stream.place, options)
  }

  shards(): Promise<Shard[] | undefined> {
    return this.#call(() => this.stream.shards())
  }

  /** Has the reading of a shard begin now, however much later it is read. */
  async begin(shard: string, start: ShardStart): Promise<void> {
    const iterator = await this.#call(() => this.stream.iterator(shard, start))
    if (iterator !== undefined) this.#begun.set(shard, this.#placeAt(start, iterator))
  }

  async *pages(shard: string, start: ShardStart): AsyncGenerator<readonly RecordValue[]> {
    const { signal, follow = true, pollMs } = this.options
    const pace = new ShardPace(pollMs)
    let place = this.#begun.get(shard) ?? this.#placeAt(start)
    this.#begun.delete(shard)
    while (!signal.aborted) {
      await this.#rest(pace)
      await this.#permits.take()
      try {
        const page = await this.#page(shard, place, pace)
        if (page === undefined) continue
        const { records, next, behindMs } = page
        if (records.length > 0) yield records.map(({ value }) => value)
        const sequence = records.at(-1)?.sequence
        if (next === undefined) {
          this.#throttled.delete(shard)
          return
        }
        // Of a service that does not tell, several reads without a record are taken for the end.
        place = movedTo(place, sequence, next)
        const isAtEnd = behindMs === undefined ? place.empty >= MOST_EMPTY : behindMs === 0
        if (!follow && isAtEnd) return
      } finally {
        this.#permits.give()
      }
    }
  }

  /** Undefined where it has to be tried again. */
  async #page(
    shard: string,
    place: Place,
    pace: ShardPace,
  ): Promise<ShardPage<ShardRecord> | undefined> {
    const { start } = place
    const startMs = performance.now()
    place.iterator ??= await this.#call(() => this.stream.iterator(shard, start))
    const { iterator } = place
    if (iterator === undefined) return undefined
    try {
      const page = await this.#call(() => this.#read(iterator, shard, pace))
      if (page) this.#took(shard, page, pace, startMs)
      return page
    } catch (error) {
      if (!isExpiredIterator(error)) throw error
      place.iterator = undefined
      return undefined
    }
  }

  /** Undefined where it was throttled, which is waited out by the pace of this shard alone. */
  async #read(iterator: string, shard: string, pace: ShardPace) {
    try {
      return await this.stream.read(iterator, shard, pace.limit)
    } catch (error) {
      if (!isThrottled(error)) throw error
      pace.throttled(performance.now())
      if (this.#throttled.size === 0) {
        const behind = behindText(pace.behindMs)
        this.#note(`: reads of ${shard} are throttled${behind}; evt reads less often`)
      }
      this.#throttled.add(shard)
      return undefined
    }
  }

  #took(
    shard: string,
    { records, behindMs }: ShardPage<ShardRecord>,
    pace: ShardPace,
    startMs: number,
  ): void {
    const bytes = records.reduce((sum, { value }) => sum + value.sizeBytes, 0)
    const isAtEnd = behindMs === undefined ? records.length === 0 : behindMs === 0
    pace.took({ count: records.length, bytes, isAtEnd, behindMs }, startMs)
    if (pace.isThrottled || !this.#throttled.delete(shard) || this.#throttled.size > 0) return
    this.#note(` is read at its usual pace again${behindText(behindMs)}`)
  }

  #note(text: string): void {
    this.options.onNote(`${this.stream.place}${text}`)
  }

  /** Calls until it succeeds; undefined where the signal aborted meanwhile. */
  async #call<T>(call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#patience.call(call)
    } catch (error) {
      throw isExpiredIterator(error) ? error : await this.stream.failure(error)
    }
  }

  async #rest(pace: ShardPace): Promise<void> {
    const { signal } = this.options
    const waitMs = pace.waitMs(performance.now())
    if (waitMs > 0) await setTimeout(waitMs, undefined, { signal }).catch(() => {})
  }

  /** Before there is a record to go on behind, an iterator that expired is made by the time. */
  #placeAt(start: ShardStart, iterator?: string): Place {
    const isLatest = start.at === 'latest' && iterator !== undefined
    const from: ShardStart = isLatest ? { at: 'time', ms: this.stream.nowMs() } : start
    return { start: from, iterator, empty: 0 }
  }
}

function behindText(ms: number | undefined): string {
  return ms === undefined ? '' : `, ${Math.ceil(ms / 1_000)} s behind`
}

/** Where the reading of a shard stands. */
interface Place {
  readonly start: ShardStart
  iterator: string | undefined
  /** Reads without a record, one after the other. */
  readonly empty: number
}

const MOST_EMPTY = 3

function movedTo(place: Place, sequence: string | undefined, iterator: string): Place {
  if (sequence === undefined) return { ...place, iterator, empty: place.empty + 1 }
  return { start: { at: 'after', sequence }, iterator, empty: 0 }
}
