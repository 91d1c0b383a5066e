import { setTimeout } from 'node:timers/promises'
import { isExpiredIterator, isMissing, isThrottled, isTrimmed } from '../aws/failure.js'
import type { Shard, ShardPage, ShardStart } from '../aws/shards.js'
import { Patience } from './patiently.js'
import { Permits } from './permits.js'
import { ShardPace } from './shard-pace.js'
import type { ReadPage, ReadyShard, ShardRecord, ShardSource } from './shard-source.js'
import type { TapOptions } from './tap.js'

/** Pages that are held at one time, of all shards. */
const MOST_PAGES = 8

/** The calls of a service that has shards. Each is one attempt. */
export interface PolledStream {
  /** How it is named in what is said. */
  readonly place: string
  /** Whether no shard is to come any more, as far as `shards` told. */
  readonly isFinal?: boolean
  /** Of one read. */
  readonly mostRecords: number
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

  get isFinal(): boolean {
    return this.stream.isFinal === true
  }

  shards(): Promise<Shard[] | undefined> {
    return this.#call(() => this.stream.shards())
  }

  /** Has the reading of a shard begin now, however much later it is read. */
  async begin(shard: string, start: ShardStart): Promise<void> {
    const iterator = await this.#call(() => this.stream.iterator(shard, start))
    if (iterator !== undefined) this.#begun.set(shard, this.#placeAt(start, iterator))
  }

  async *pages({ id: shard, start, isClosed }: ReadyShard): AsyncGenerator<ReadPage, boolean> {
    const { signal, follow = true, pollMs } = this.options
    const { mostRecords } = this.stream
    const pace = new ShardPace({ mostMs: pollMs, mostRecords })
    let place = this.#begun.get(shard) ?? this.#placeAt(start)
    this.#begun.delete(shard)
    while (!signal.aborted) {
      await this.#rest(pace)
      await this.#permits.take()
      try {
        const page = await this.#page(shard, place, pace)
        if (page === undefined) continue
        const { records, next, behindMs } = page
        const reachedMs = behindMs === undefined ? undefined : this.stream.nowMs() - behindMs
        const wanted = records.filter(({ isBefore }) => !isBefore)
        if (wanted.length > 0 || reachedMs !== undefined) yield { records: wanted, reachedMs }
        const sequence = records.at(-1)?.sequence
        if (next === undefined) {
          this.#throttled.delete(shard)
          return true
        }
        // Of a service that does not tell, several reads without a record are taken for the end.
        place = movedTo(place, sequence, next)
        const isAtEnd = behindMs === undefined ? place.empty >= MOST_EMPTY : behindMs === 0
        if (!follow && !isClosed && isAtEnd) return false
      } finally {
        this.#permits.give()
      }
    }
    return false
  }

  /** Undefined where it has to be tried again. */
  async #page(
    shard: string,
    place: Place,
    pace: ShardPace,
  ): Promise<ShardPage<ShardRecord> | undefined> {
    const { start } = place
    const startMs = performance.now()
    try {
      place.iterator ??= await this.#call(() => this.stream.iterator(shard, start))
      const { iterator } = place
      if (iterator === undefined) return undefined
      const page = await this.#call(() => this.#read(iterator, shard, pace))
      if (page) this.#took(shard, page, pace, startMs)
      return page
    } catch (error) {
      if (isMissing(error) && (await this.#isGone(shard))) return nothingMore
      if (isTrimmed(error) && start.at === 'after') this.#skip(shard, place, start.sequence)
      else if (!isExpiredIterator(error)) throw error
      place.iterator = undefined
      return undefined
    }
  }

  /** Whether retention has removed a shard since it was listed; says so. */
  async #isGone(shard: string): Promise<boolean> {
    const all = await this.shards()
    if (!all || all.some(({ id }) => id === shard)) return false
    this.#note(`: ${shard} is gone, and what of it was not read is missing`)
    return true
  }

  /** Goes on with what is still kept. */
  #skip(shard: string, place: Place, sequence: string): void {
    this.#note(gapText(shard, sequence))
    place.start = { at: 'beginning' }
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
      throw await this.stream.failure(error)
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

/** Said of a shard of which what came next is not kept any more. */
export function gapText(shard: string, sequence: string): string {
  return `: of ${shard} what came behind ${sequence} is not kept any more: some is missing`
}

function behindText(ms: number | undefined): string {
  return ms === undefined ? '' : `, ${Math.ceil(ms / 1_000)} s behind`
}

/** Where the reading of a shard stands. */
interface Place {
  start: ShardStart
  iterator: string | undefined
  /** Reads without a record, one after the other. */
  readonly empty: number
}

const MOST_EMPTY = 5

/** Of a shard that is not kept any more. */
const nothingMore: ShardPage<ShardRecord> = { records: [], next: undefined, behindMs: undefined }

function movedTo(place: Place, sequence: string | undefined, iterator: string): Place {
  if (sequence === undefined) return { ...place, iterator, empty: place.empty + 1 }
  return { start: { at: 'after', sequence }, iterator, empty: 0 }
}
