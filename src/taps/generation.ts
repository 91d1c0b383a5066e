import { type FileHandle, open } from 'node:fs/promises'
import { DocumentReader } from '../archives/document-reader.js'
import { LineReader } from '../archives/line-reader.js'
import type { Sniffed } from '../archives/object.js'
import { codeOf, readError } from '../archives/read-error.js'
import { type Decoded, MAX_RECORD_BYTES } from '../event/event.js'
import type { SavedFile, TextPlace } from './files-checkpoint.js'
import { ObjectDecoder, sniffBytes, UNNUMBERED } from './object-records.js'
import type { Start, TapOptions } from './tap.js'

const CHUNK_BYTES = 128 * 1024
const HEAD_BYTES = 64 * 1024
/** So many bytes before the place of reading tell whether the file is still what was read. */
const MARK_BYTES = 64
const BOM_BYTES = 3
const LF = 10

const none: TextPlace = { offset: 0, mark: '', record: 1, isWaiting: false }

/** What one of the files is that stood under a name one after the other. */
export interface Identity {
  readonly dev: number
  readonly ino: number
}

export function isSame(a: Identity, b: Identity): boolean {
  return a.ino === b.ino && a.dev === b.dev
}

/** What is read of a text: how, and how far. */
interface Reading {
  reader: LineReader | DocumentReader
  decoder: ObjectDecoder
  offset: number
  mark: Buffer
}

/**
 * One file that grows, from the beginning of its text or a later place, as far as it is written.
 * A record is given when it is whole.
 */
export class Generation {
  #reading: Reading | undefined
  #sniffed: Sniffed | undefined
  #isWaitingForLine = false
  #isRefused = false

  private constructor(
    /** Its name, which may change. */
    public place: { file: string; path: string },
    readonly identity: Identity,
    private handle: FileHandle | undefined,
    private readonly options: TapOptions,
  ) {}

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
    const { size } = await (await this.#open()).stat()
    if (start === 'latest') return this.#goTo(size)
    const { lastEvents } = await import('./last-events.js')
    const isLines = (await this.format())?.format !== 'concatenated'
    yield* lastEvents(start.lastEvents, size, isLines, {
      goTo: (offset) => this.#goTo(offset),
      read: () => this.read(size),
      isWanted: this.options.isWanted,
    })
  }

  /** Goes to where the reading was before, and gives nothing; false where that is not the same
   * text any more. */
  async goOn({ offset, mark, record, isWaiting }: TextPlace): Promise<boolean> {
    const before = Buffer.from(mark, 'base64')
    const now = await this.#bytesAt(offset - before.length, before.length)
    const sniffed = await this.format()
    if (!now.equals(before) || (sniffed && !isText(sniffed))) return false
    if (sniffed && offset > 0) {
      this.#reading = { ...this.#newReading(sniffed, record), offset, mark: before }
      this.#isWaitingForLine = isWaiting
    }
    return true
  }

  /** How far it was read, up to the last record that was given; undefined where it cannot be begun
   * there. */
  async saved(): Promise<SavedFile | undefined> {
    const { ino } = this.identity
    const of = { path: this.#path, ino }
    if (!this.#reading) return { ...of, text: { ...none } }
    const { reader, decoder } = this.#reading
    const pending = reader.pendingBytes
    if (pending === undefined) return undefined
    const offset = this.#reading.offset - pending
    const markBytes = Math.min(offset, MARK_BYTES)
    const mark = (await this.#bytesAt(offset - markBytes, markBytes)).toString('base64')
    const isWaiting = this.#isWaitingForLine
    return { ...of, text: { offset, mark, record: decoder.next, isWaiting } }
  }

  /** Where a line has begun there, from the next on. */
  async #goTo(offset: number): Promise<void> {
    const sniffed = await this.format()
    this.#reading = undefined
    this.#isWaitingForLine = false
    if (!sniffed || offset === 0) return
    const mark = await this.#bytesAt(Math.max(0, offset - MARK_BYTES), Math.min(offset, MARK_BYTES))
    this.#reading = { ...this.#newReading(sniffed, UNNUMBERED), offset, mark }
    this.#isWaitingForLine = sniffed.format === 'ndjson' && mark.at(-1) !== LF
  }

  #newReading(sniffed: Sniffed, firstRecord: number): Reading {
    const { maxRecordBytes = MAX_RECORD_BYTES } = this.options
    const settings = { firstRecord: 1, maxRecordBytes, report: () => {} }
    const reader =
      sniffed.format === 'concatenated'
        ? new DocumentReader(settings)
        : new LineReader({ ...settings, utf16: sniffed.utf16 })
    const decoder = new ObjectDecoder(this.#path, this.options, firstRecord)
    return { reader, decoder, offset: sniffed.bom ? BOM_BYTES : 0, mark: Buffer.alloc(0) }
  }

  /** The records that are whole by now, up to an offset. */
  async *read(end = Number.POSITIVE_INFINITY): AsyncGenerator<Decoded[]> {
    const { signal } = this.options
    const sniffed = await this.format()
    if (!sniffed || !this.#isRead(sniffed)) return
    this.#reading ??= this.#newReading(sniffed, 1)
    let hasGrown = false
    while (!signal.aborted) {
      const reading = this.#reading
      const chunk = await this.#next(reading, end)
      if (chunk === 'rewritten') {
        yield* this.#beginAgain()
        return
      }
      if (chunk.length === 0) break
      hasGrown = true
      const records = reading.reader.push(this.#fromLine(chunk))
      if (records.length > 0) yield await reading.decoder.decoded(records)
    }
    const { reader, decoder } = this.#reading
    const whole = hasGrown && reader instanceof LineReader ? reader.endIfWhole() : []
    if (whole.length > 0) yield await decoder.decoded(whole)
  }

  /** What is written after the place of reading. The bytes before it are looked at, too: a file
   * that was cut and written anew may be longer than it was. */
  async #next(reading: Reading, end: number): Promise<Buffer | 'rewritten'> {
    const { offset, mark } = reading
    const sizeBytes = Math.min(CHUNK_BYTES, end - offset)
    if (sizeBytes <= 0) return Buffer.alloc(0)
    const bytes = await this.#bytesAt(offset - mark.length, mark.length + sizeBytes)
    if (!bytes.subarray(0, mark.length).equals(mark)) return 'rewritten'
    reading.offset += bytes.length - mark.length
    reading.mark = Buffer.from(bytes.subarray(-MARK_BYTES))
    return bytes.subarray(mark.length)
  }

  async *#beginAgain(): AsyncGenerator<Decoded[]> {
    this.options.onNote(`${this.#path} was cut: reading it from its beginning`)
    yield* this.end()
    this.#reading = undefined
    this.#sniffed = undefined
    yield* this.read()
  }

  #isRead(sniffed: Sniffed): boolean {
    if (isText(sniffed)) return true
    if (!this.#isRefused) this.options.onNote(`${this.#path} is no text to follow: it is not read`)
    this.#isRefused = true
    return false
  }

  /** Of a line that had begun before, nothing. */
  #fromLine(chunk: Buffer): Buffer {
    if (!this.#isWaitingForLine) return chunk
    const end = chunk.indexOf(LF)
    if (end < 0) return Buffer.alloc(0)
    this.#isWaitingForLine = false
    return chunk.subarray(end + 1)
  }

  /** What is left where nothing will follow: a line without its end. */
  async *end(): AsyncGenerator<Decoded[]> {
    if (!this.#reading) return
    const { reader, decoder } = this.#reading
    const records = reader.end(undefined)
    if (records.length > 0) yield await decoder.decoded(records)
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
