import { isUtf8 } from 'node:buffer'
import { type JsonReading, parseBytes } from '../event/json.js'
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  isSpace,
  JsonScanner,
  OPEN_ARRAY,
  OPEN_OBJECT,
} from './json-scanner.js'
import type { Fault, RawRecord } from './object.js'
import { isPointerArray } from './pointer-array.js'
import { HEAD_BYTES, type ReaderSettings, RecordMaker, type RecordReader } from './record-maker.js'

const LF = 10
const VERTICAL_TAB = 11
const FORM_FEED = 12
const RETURN = 13
const COMMA = 44
/** Where one document of a line may end and the next begin. */
const seam = /[}\]][ \t\r]*[{[]/

export interface LineSettings extends ReaderSettings {
  utf16: boolean
  /** Only records of these numbers are parsed and given. */
  wanted?: ReadonlySet<number> | undefined
  /** Called for a line that is not one record: an array, or several documents. */
  onSeveral?: (() => void) | undefined
}

/** Line-delimited JSON: a bad line is one undecodable, and reading goes on at the next. */
export class LineReader implements RecordReader {
  readonly #make: RecordMaker
  readonly #settings: LineSettings
  /** The start of a line whose end has not come, and its size. */
  #parts: Buffer[] = []
  #partsBytes = 0
  #endsInReturn = false
  #found: RawRecord[] = []

  constructor(settings: LineSettings) {
    this.#settings = settings
    this.#make = new RecordMaker(settings)
  }

  push(chunk: Buffer): RawRecord[] {
    let from = 0
    for (let lf = chunk.indexOf(LF); lf >= 0; lf = chunk.indexOf(LF, from)) {
      if (this.#partsBytes > 0) {
        this.#keep(chunk.subarray(0, lf))
        this.#endLine()
      } else {
        this.#line(chunk, from, lf)
      }
      from = lf + 1
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from))
    return this.#take()
  }

  /** How many bytes of what was pushed belong to no record so far. */
  get pendingBytes(): number {
    return this.#partsBytes
  }

  /** Ends a line that has begun where its documents are whole, so that nothing that may follow can
   * belong to them: for what is read while it is written. */
  endIfWhole(): RawRecord[] {
    const last = this.#parts.at(-1)?.at(-1)
    if (last !== CLOSE_OBJECT && last !== CLOSE_ARRAY && last !== RETURN) return []
    if (this.#partsBytes > this.#settings.maxRecordBytes) return []
    const line = Buffer.concat(this.#parts)
    this.#parts = [line]
    if (documentsOf(trimmed(line, 0, line.length))) this.#endLine()
    return this.#take()
  }

  end(fault: Fault | undefined): RawRecord[] {
    if (!fault) {
      this.#endLine()
      return this.#take()
    }
    const rest = trimmed(Buffer.concat(this.#parts), 0, Number.POSITIVE_INFINITY)
    const isAll = this.#partsBytes <= this.#settings.maxRecordBytes
    const documents = isAll && isUtf8(rest) ? documentsOf(rest) : undefined
    if (documents) this.#documents(documents)
    const cut = documents ? Buffer.alloc(0) : rest
    this.#found.push(
      this.#make.bad('cut', fault.detail, cut, isAll ? cut.length : this.#partsBytes),
    )
    return this.#take()
  }

  #take(): RawRecord[] {
    const found = this.#found
    this.#found = []
    const { wanted } = this.#settings
    return wanted ? found.filter(({ record }) => wanted.has(record)) : found
  }

  /** Of a line over the limit no more than its head is kept. */
  #keep(part: Buffer): void {
    const mostBytes = this.#settings.maxRecordBytes + 1
    if (this.#partsBytes <= mostBytes) this.#parts.push(part)
    this.#partsBytes += part.length
    if (part.length > 0) this.#endsInReturn = part[part.length - 1] === RETURN
    if (this.#partsBytes > mostBytes && this.#parts.length > 1)
      this.#parts = [firstBytes(this.#parts)]
  }

  /** The line that began in an earlier chunk is complete. */
  #endLine(): void {
    const line = Buffer.concat(this.#parts)
    const sizeBytes = this.#partsBytes
    this.#parts = []
    this.#partsBytes = 0
    if (line.length === sizeBytes) this.#line(line, 0, sizeBytes)
    else this.#found.push(this.#make.overLimit(line, sizeBytes - (this.#endsInReturn ? 1 : 0)))
  }

  #line(chunk: Buffer, start: number, end: number): void {
    const sizeBytes = end - start - (end > start && chunk[end - 1] === RETURN ? 1 : 0)
    if (sizeBytes > this.#settings.maxRecordBytes) {
      this.#found.push(this.#make.overLimit(chunk.subarray(start, end), sizeBytes))
      return
    }
    const line = trimmed(chunk, start, end)
    if (line.length === 0) return
    if (this.#isUnwanted(line)) this.#make.next++
    else this.#record(line)
  }

  /** Whether this is exactly one record, and one that nobody asked for. */
  #isUnwanted(line: Buffer): boolean {
    const { wanted, utf16 } = this.#settings
    if (!wanted || wanted.has(this.#make.next) || utf16) return false
    return line[0] !== OPEN_ARRAY && !seam.test(line.toString('latin1'))
  }

  #record(line: Buffer): void {
    const isArray = line[0] === OPEN_ARRAY
    const reading = this.#settings.utf16 || isArray ? undefined : parseBytes(line)
    if (reading?.ok) this.#found.push(this.#make.value(reading.value, line))
    else if (this.#settings.utf16) this.#utf16Line(line)
    else this.#severalOrBad(line, reading ?? notJson)
  }

  #severalOrBad(line: Buffer, fault: JsonFault): void {
    const documents = isUtf8(line) ? documentsOf(line) : undefined
    if (documents) {
      this.#documents(documents)
      return
    }
    const reading = fault === notJson ? parseBytes(line) : fault
    const { reason, detail } = reading.ok ? notJson : reading
    this.#found.push(this.#make.bad(reason, detail, line))
  }

  #documents(documents: readonly Buffer[]): void {
    const isOne = documents.length === 1 && !isList(documents[0])
    if (!isOne) this.#settings.onSeveral?.()
    for (const document of documents) {
      const values = isList(document) ? entriesOf(document) : [document]
      for (const bytes of values) {
        const reading = parseBytes(bytes)
        const record = reading.ok
          ? this.#make.value(reading.value, bytes)
          : this.#make.bad(reading.reason, reading.detail, bytes)
        this.#found.push(record)
      }
    }
  }

  #utf16Line(line: Buffer): void {
    if (line.every((byte) => byte === 0 || isSpace(byte))) return
    this.#found.push(this.#make.bad('not UTF-8', 'is UTF-16', line))
  }
}

type JsonFault = Extract<JsonReading, { ok: false }>

const notJson: JsonFault = { ok: false, reason: 'not JSON', detail: 'is not JSON' }

/** The objects and arrays that a text consists of, or undefined where it consists of more. */
function documentsOf(text: Buffer): Buffer[] | undefined {
  const found: Buffer[] = []
  const scanner = new JsonScanner()
  for (let at = 0; at < text.length; ) {
    const byte = text[at] ?? 0
    if (isSpace(byte)) {
      at++
      continue
    }
    if (byte !== OPEN_OBJECT && byte !== OPEN_ARRAY) return undefined
    scanner.restart()
    if (scanner.scan(text, at, 0) !== 'end') return undefined
    found.push(text.subarray(at, scanner.offset))
    at = scanner.offset
  }
  return found.length === 0 ? undefined : found
}

/** Whether its entries are the records. */
function isList(document: Buffer | undefined): boolean {
  return document?.[0] === OPEN_ARRAY && isPointerArray(document, true) !== true
}

/** The values in an array that is known to be JSON. */
function entriesOf(array: Buffer): Buffer[] {
  const found: Buffer[] = []
  const scanner = new JsonScanner()
  for (let at = 1; at < array.length; ) {
    const byte = array[at] ?? 0
    if (isSpace(byte) || byte === COMMA || byte === CLOSE_ARRAY) {
      at++
      continue
    }
    scanner.restart()
    scanner.scan(array, at, 0)
    found.push(array.subarray(at, scanner.offset))
    at = scanner.offset
  }
  return found
}

function trimmed(bytes: Buffer, start: number, end: number): Buffer {
  let from = start
  let to = Math.min(end, bytes.length)
  while (from < to && isAroundLine(bytes[to - 1] ?? 0)) to--
  while (from < to && isAroundLine(bytes[from] ?? 0)) from++
  return bytes.subarray(from, to)
}

/** DuckDB takes vertical tabs and form feeds around a line for spaces, too. */
function isAroundLine(byte: number): boolean {
  return isSpace(byte) || byte === VERTICAL_TAB || byte === FORM_FEED
}

/** A copy of the head of what the parts are together. */
function firstBytes(parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts.map((part) => part.subarray(0, HEAD_BYTES))).subarray(0, HEAD_BYTES)
}
