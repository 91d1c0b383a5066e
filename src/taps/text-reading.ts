import { createHash } from 'node:crypto'
import { DocumentReader } from '../archives/document-reader.js'
import { LineReader } from '../archives/line-reader.js'
import type { RawRecord, Sniffed } from '../archives/object.js'
import { type Decoded, MAX_RECORD_BYTES } from '../event/event.js'
import type { TextPlace } from './file-places.js'
import { type Given, GivenCount, nothingGiven } from './given-count.js'
import { ObjectDecoder } from './object-records.js'
import type { TapOptions } from './tap.js'

/** So many bytes before the place of reading tell whether the file is still what was read. */
export const MARK_BYTES = 64
const BOM_BYTES = 3
const LF = 10

/** Where what is counted begins, as a place of reading says it. */
type Base = Pick<TextPlace, 'offset' | 'number' | 'inLine'>

/** What was found, and the place of reading once so many of it have been taken. */
export interface TextBatch {
  readonly found: Decoded[]
  at(taken: number): TextPlace
}

interface From extends Base {
  /** The bytes before it, as many as are there, up to {@link MARK_BYTES}. */
  readonly mark: Buffer
  /** What follows it and was given already. */
  readonly given?: Given
}

interface Text {
  readonly path: string
  readonly dev: number
  readonly ino: number
  readonly sniffed: Sniffed
}

export const fromBeginning: From = {
  ...{ offset: 0, number: 1, inLine: false },
  mark: Buffer.alloc(0),
}

/** What is read of a text that grows: how, and how far. */
export class TextReading {
  readonly #reader: LineReader | DocumentReader
  readonly #decoder: ObjectDecoder
  readonly #given: GivenCount
  #base: Base
  #isWaitingForLine: boolean
  #hasGrown = false
  /** The next byte to be read. */
  offset: number
  mark: Buffer

  constructor(
    private readonly text: Text,
    { offset, number, inLine, mark, given }: From,
    options: Pick<TapOptions, 'decode' | 'maxRecordBytes' | 'onUnread'>,
  ) {
    const { format, utf16, bom } = text.sniffed
    const { maxRecordBytes = MAX_RECORD_BYTES } = options
    const keepsBad = options.onUnread !== undefined
    const settings = { firstRecord: 1, maxRecordBytes, report: () => {}, keepsBad }
    this.#reader =
      format === 'concatenated'
        ? new DocumentReader(settings)
        : new LineReader({ ...settings, utf16 })
    this.#decoder = new ObjectDecoder(text.path, options, number)
    this.#given = new GivenCount(given)
    this.#isWaitingForLine = inLine
    this.offset = offset === 0 && bom ? BOM_BYTES : offset
    this.#base = { offset: this.offset, number, inLine }
    this.mark = mark
  }

  /** The whole records of what is written behind. @param bytes with the mark before it */
  async *more(bytes: Buffer): AsyncGenerator<TextBatch> {
    const chunk = bytes.subarray(this.mark.length)
    this.offset += chunk.length
    this.mark = Buffer.from(bytes.subarray(-MARK_BYTES))
    this.#hasGrown = true
    const lineEnd = this.#reader instanceof LineReader ? chunk.lastIndexOf(LF) : -1
    const records = this.#reader.push(this.#fromLine(chunk))
    yield* this.#found(records, lineEnd < 0 ? undefined : this.offset - chunk.length + lineEnd + 1)
  }

  /** The line that has no end so far, where it is whole all the same. */
  async *whole(): AsyncGenerator<TextBatch> {
    if (!this.#hasGrown || !(this.#reader instanceof LineReader)) return
    this.#hasGrown = false
    const records = this.#reader.endIfWhole()
    if (records.length > 0) yield* this.#found(records, this.offset)
  }

  /** What is left where nothing will follow: a line without its end. */
  rest(): AsyncGenerator<TextBatch> {
    return this.#found(this.#reader.end(undefined), this.offset)
  }

  /** Where nothing of the next batch has been given. */
  get place(): TextPlace {
    return this.#placeOf(this.#base, this.#given.now)
  }

  /** @param nextBase where what comes behind these records can be read from, if it is known */
  async *#found(
    records: readonly RawRecord[],
    nextBase: number | undefined,
  ): AsyncGenerator<TextBatch> {
    const base = this.#base
    const found = await this.#decoder.decoded(records)
    const { fresh, at } = this.#given.take(found, this.#decoder.sizes)
    if (nextBase !== undefined) {
      this.#base = { offset: nextBase, number: this.#decoder.next, inLine: false }
      this.#given.restart()
    }
    if (fresh.length === 0) return
    const { place } = this
    const before = (taken: number) => ({ ...place, ...base, ...at(taken) })
    yield { found: fresh, at: (taken) => (taken < fresh.length ? before(taken) : place) }
  }

  #placeOf(base: Base, given: Given): TextPlace {
    const { mark, offset } = this
    const { dev, ino } = this.text
    const read = { readTo: offset, markBytes: mark.length, mark: hashOf(mark) }
    return { dev, ino, ...base, ...given, ...read }
  }

  /** Of a line that had begun before, nothing. */
  #fromLine(chunk: Buffer): Buffer {
    if (!this.#isWaitingForLine) return chunk
    const end = chunk.indexOf(LF)
    if (end < 0) return Buffer.alloc(0)
    this.#isWaitingForLine = false
    return chunk.subarray(end + 1)
  }
}

/** The place of a file of which nothing was read. */
export function firstPlace({ dev, ino }: { dev: number; ino: number }): TextPlace {
  const { mark, ...base } = fromBeginning
  const read = { readTo: 0, markBytes: 0, mark: hashOf(mark) }
  return { dev, ino, ...base, ...nothingGiven, ...read }
}

/** The bytes before a place, as they are told from others. */
export function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url')
}
