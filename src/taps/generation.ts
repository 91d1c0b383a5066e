import { type FileHandle, open } from 'node:fs/promises'
import type { Sniffed } from '../archives/object.js'
import { codeOf, readError } from '../archives/read-error.js'
import type { Decoded } from '../event/event.js'
import type { TextPlace } from './file-places.js'
import { sniffBytes, UNNUMBERED } from './object-records.js'
import type { Start, TapOptions } from './tap.js'
import {
  firstPlace,
  fromBeginning,
  hashOf,
  MARK_BYTES,
  type TextBatch,
  TextReading,
} from './text-reading.js'

const CHUNK_BYTES = 128 * 1024
const HEAD_BYTES = 64 * 1024
const LF = 10

/** What one of the files is that stood under a name one after the other. */
export interface Identity {
  readonly dev: number
  readonly ino: number
}

export function isSame(a: Identity, b: Identity): boolean {
  return a.ino === b.ino && a.dev === b.dev
}

/**
 * One file that grows, from the beginning of its text or a later place, as far as it is written.
 * A record is given when it is whole.
 */
export class Generation {
  #reading: TextReading | undefined
  #sniffed: Sniffed | undefined
  #isRefused = false
  #place: TextPlace
  /** Told of each batch before it is given, where it matters how far was read. */
  keep: ((found: readonly Decoded[], at: TextBatch['at']) => void) | undefined

  private constructor(
    /** Its name, which may change. */
    public place: { file: string; path: string },
    readonly identity: Identity,
    private handle: FileHandle | undefined,
    private readonly options: TapOptions,
  ) {
    this.#place = firstPlace(identity)
  }

  /** Undefined where there is no such file (any more). */
  static async open(place: { file: string; path: string }, options: TapOptions) {
    const { file, path } = place
    try {
      const handle = await open(file)
      const { dev, ino } = await handle.stat()
      return new Generation({ file, path }, { dev, ino }, handle, options)
    } catch (error) {
      const code = codeOf(error)
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
      throw readError(path, error)
    }
  }

  /** How far it was read by who has taken all that was given. */
  get readTo(): TextPlace {
    return this.#place
  }

  /** What its first bytes say; undefined while there are none. */
  async format(): Promise<Sniffed | undefined> {
    if (this.#sniffed) return this.#sniffed
    const head = await this.#bytesAt(0, HEAD_BYTES)
    const sniffed = await sniffBytes(head, this.#path)
    if (sniffed.format === 'empty') return undefined
    this.#sniffed = sniffed
    return sniffed
  }

  /** Goes to where the reading begins. Of what is there, gives what `start` wants. */
  async *begin(start: Start): AsyncGenerator<Decoded[]> {
    if (start === 'beginning') return yield* this.read()
    const size = await this.#size()
    if (start === 'latest') return await this.#goTo(size)
    const { lastEvents } = await import('./last-events.js')
    const isLines = (await this.format())?.format !== 'concatenated'
    const last = lastEvents(start.lastEvents, size, isLines, {
      goTo: (offset) => this.#goTo(offset),
      read: () => this.#batches(size),
      isWanted: this.options.isWanted,
    })
    yield* this.#giving(last)
  }

  /** Whether it is still what was read so far as a place says. */
  async isAsRead({ readTo, markBytes, mark }: TextPlace): Promise<boolean> {
    const bytes = await this.#bytesAt(Math.max(0, readTo - markBytes), markBytes)
    return (await this.#size()) >= readTo && hashOf(bytes) === mark
  }

  /** Goes on where another run was; at its beginning where it is not what it was then. */
  async *resume(place: TextPlace): AsyncGenerator<Decoded[]> {
    const sniffed = await this.format()
    if (!(await this.isAsRead(place))) this.#noteCut()
    else if (sniffed) {
      const from = { ...place, given: place, mark: await this.#markBefore(place.offset) }
      this.#reading = this.#newReading(sniffed, from)
      this.#place = place
    }
    yield* this.read()
  }

  /** Where a line has begun there, from the next on. */
  async #goTo(offset: number): Promise<void> {
    const sniffed = await this.format()
    this.#reading = undefined
    if (!sniffed || offset === 0) return
    const mark = await this.#markBefore(offset)
    const inLine = sniffed.format === 'ndjson' && mark.at(-1) !== LF
    this.#reading = this.#newReading(sniffed, { offset, number: UNNUMBERED, inLine, mark })
    this.#place = this.#reading.place
  }

  #markBefore(offset: number): Promise<Buffer> {
    return this.#bytesAt(Math.max(0, offset - MARK_BYTES), Math.min(offset, MARK_BYTES))
  }

  #newReading(sniffed: Sniffed, from = fromBeginning): TextReading {
    return new TextReading({ path: this.#path, ...this.identity, sniffed }, from, this.options)
  }

  /** The records that are whole by now. */
  read(): AsyncGenerator<Decoded[]> {
    return this.#giving(this.#batches())
  }

  async *#giving(batches: AsyncIterable<TextBatch>): AsyncGenerator<Decoded[]> {
    for await (const { found, at } of batches) {
      this.keep?.(found, at)
      yield found
      this.#place = at(found.length)
    }
  }

  async *#batches(end = Number.POSITIVE_INFINITY): AsyncGenerator<TextBatch> {
    const { signal } = this.options
    const sniffed = await this.format()
    if (!sniffed || !this.#isRead(sniffed)) return
    this.#reading ??= this.#newReading(sniffed)
    const reading = this.#reading
    while (!signal.aborted) {
      const bytes = await this.#next(reading, end)
      if (bytes === 'rewritten') return yield* this.#beginAgain(reading)
      if (bytes.length === reading.mark.length) break
      yield* reading.more(bytes)
    }
    yield* reading.whole()
  }

  /** What is written after the place of reading, and the bytes before it: a file that was cut and
   * written anew may be longer than it was. */
  async #next({ offset, mark }: TextReading, end: number): Promise<Buffer | 'rewritten'> {
    const sizeBytes = Math.min(CHUNK_BYTES, end - offset)
    if (sizeBytes <= 0) return mark
    const bytes = await this.#bytesAt(offset - mark.length, mark.length + sizeBytes)
    return bytes.subarray(0, mark.length).equals(mark) ? bytes : 'rewritten'
  }

  async *#beginAgain(reading: TextReading): AsyncGenerator<TextBatch> {
    this.#noteCut()
    yield* reading.rest()
    this.#reading = undefined
    this.#sniffed = undefined
    yield* this.#batches()
  }

  #noteCut(): void {
    this.options.onNote(`${this.#path} was cut: reading it from its beginning`)
  }

  #isRead(sniffed: Sniffed): boolean {
    if (isText(sniffed)) return true
    if (!this.#isRefused) this.options.onNote(`${this.#path} is no text to follow: it is not read`)
    this.#isRefused = true
    return false
  }

  /** What is left where nothing will follow: a line without its end. */
  async *end(): AsyncGenerator<Decoded[]> {
    if (this.#reading) yield* this.#giving(this.#reading.rest())
  }

  /** Lets go of the file; it is opened again where there is more to read. */
  async close(): Promise<void> {
    const { handle } = this
    this.handle = undefined
    await handle?.close()
  }

  async #open(): Promise<FileHandle> {
    this.handle ??= await open(this.place.file)
    return this.handle
  }

  async #size(): Promise<number> {
    return (await (await this.#open()).stat()).size
  }

  get #path(): string {
    return this.place.path
  }

  async #bytesAt(offset: number, sizeBytes: number): Promise<Buffer> {
    try {
      const bytes = Buffer.allocUnsafeSlow(sizeBytes)
      const { bytesRead } = await (await this.#open()).read(bytes, 0, sizeBytes, offset)
      return bytes.subarray(0, bytesRead)
    } catch (error) {
      throw readError(this.#path, error)
    }
  }
}

/** Whether what is added to a file is read by itself. */
export function isText({ compression, format }: Sniffed): boolean {
  return compression === 'none' && (format === 'ndjson' || format === 'concatenated')
}
