import type { Fault } from './object.js'

/** The cells of one row, as their bytes, without the quotes around them. */
export type CsvRow = readonly Buffer[]

/** How the cells of a table are written. */
export interface CsvDialect {
  readonly delimiter: ',' | '\t' | ';' | '|'
  /** Whether a quote within a quoted cell may be written `\"`, and a backslash `\\`, as Hive's
   * OpenCSVSerde and MySQL write them. */
  readonly backslashes: boolean
}

/** The bytes of a row and its line end, and those of empty lines before it. */
export interface CsvLines {
  readonly before: Buffer
  readonly row: Buffer
}

/** Where a cell stands in its row, quotes included. */
interface CellPlace {
  readonly start: number
  readonly end: number
}

const LF = 10
const CR = 13
const SPACE = 32
const QUOTE = 34
const BACKSLASH = 92

/**
 * Takes rows out of the bytes of CSV or TSV (RFC 4180): cells may be quoted, after spaces too, and
 * hold line breaks; a quote within a quoted cell is two. Lines end in LF or CRLF, and empty ones
 * are none. Quotes elsewhere are taken as they stand.
 */
export class CsvRows {
  /** Why no more rows can be read. */
  fault: Fault | undefined
  readonly #delimiter: number
  readonly #backslashes: boolean
  readonly #mostBytes: number
  /** What follows the last whole row. */
  #held: Buffer[] = []
  #heldBytes = 0
  /** A long row is looked at again when twice as much of it is there, not with each chunk. */
  #enoughBytes = 0

  /** @param lines takes what each row is cut from, where that is asked for */
  constructor(
    { delimiter, backslashes }: CsvDialect,
    mostBytes: number,
    private readonly lines?: CsvLines[],
  ) {
    this.#delimiter = delimiter.charCodeAt(0)
    this.#backslashes = backslashes
    this.#mostBytes = mostBytes
  }

  /** The rows that have ended, as far as they were not given yet; the chunk is kept. */
  push(chunk: Buffer): CsvRow[] {
    this.#held.push(chunk)
    this.#heldBytes += chunk.length
    return this.#heldBytes < this.#enoughBytes ? [] : this.#rows(false)
  }

  /** What is left, where no line break ends it. */
  end(): CsvRow[] {
    return this.#rows(true)
  }

  #rows(isEnd: boolean): CsvRow[] {
    if (this.fault) return []
    const bytes = this.#held.length === 1 ? this.#held[0] : undefined
    const scan = new RowScan(bytes ?? Buffer.concat(this.#held), this.#delimiter, isEnd)
    const rows: CsvRow[] = []
    let last = 0
    while (scan.hasMore()) {
      const from = scan.at
      const row = scan.next(this.#backslashes)
      if ((row ? scan.at : scan.bytes.length) - from > this.#mostBytes) this.fault = this.#tooLong()
      else if (row) rows.push(row)
      else if (isEnd) this.fault = { reason: 'cut', detail: 'ends before a quote is closed' }
      if (!row || this.fault) break
      const { bytes: all } = scan
      this.lines?.push({ before: all.subarray(last, from), row: all.subarray(from, scan.at) })
      last = scan.at
    }
    const rest = scan.bytes.subarray(this.lines ? last : scan.at)
    this.#held = [rest]
    this.#heldBytes = rest.length
    this.#enoughBytes = Math.min(2 * rest.length, this.#mostBytes + 1)
    return rows
  }

  /** What follows the last row. */
  get rest(): Buffer {
    return Buffer.concat(this.#held)
  }

  #tooLong(): Fault {
    const most = this.#mostBytes.toLocaleString('en')
    return { reason: 'corrupt', detail: `has a row of more than ${most} bytes: an open quote?` }
  }
}

/** Where the cells of one row stand in its bytes. */
export function cellPlaces(row: Buffer, { delimiter, backslashes }: CsvDialect): CellPlace[] {
  const places: CellPlace[] = []
  new RowScan(row, delimiter.charCodeAt(0), true).next(backslashes, places)
  return places
}

/** Goes over bytes row by row. */
class RowScan {
  readonly bytes: Buffer
  /** Where the next row begins. */
  at = 0
  readonly #delimiter: number
  readonly #isEnd: boolean

  constructor(bytes: Buffer, delimiter: number, isEnd: boolean) {
    this.bytes = bytes
    this.#delimiter = delimiter
    this.#isEnd = isEnd
  }

  /** Whether anything but line ends follows; these are skipped. */
  hasMore(): boolean {
    const { bytes } = this
    const { length } = bytes
    while (this.at < length) {
      const byte = bytes[this.at]
      const next = this.at + 1
      if (byte === CR && (bytes[next] === LF || next === length)) this.at += 1
      else if (byte === LF) this.at += 1
      else return true
    }
    return false
  }

  /** Undefined where the row does not end in these bytes: it is the next one still. */
  next(backslashes: boolean, places?: CellPlace[]): Buffer[] | undefined {
    const { bytes } = this
    const cells: Buffer[] = []
    let at = this.at
    for (;;) {
      const quote = this.#openingQuote(at)
      const close = quote < 0 ? -1 : closingQuote(bytes, quote + 1, backslashes)
      if (quote >= 0 && close < 0) return undefined
      const end = this.#cellEnd(quote < 0 ? at : close + 1)
      if (end < 0) return undefined
      const last = this.#withoutReturn(end)
      const isQuoted = quote >= 0 && isBlank(bytes, close + 1, last)
      cells.push(
        isQuoted
          ? unescaped(bytes.subarray(quote + 1, close), backslashes)
          : bytes.subarray(at, Math.max(at, last)),
      )
      places?.push({ start: at, end: Math.max(at, last) })
      at = end + 1
      if (bytes[end] === this.#delimiter) continue
      this.at = Math.min(at, bytes.length)
      return cells
    }
  }

  /** The quote that a cell begins with; -1 where it does not. */
  #openingQuote(from: number): number {
    let at = from
    while (this.bytes[at] === SPACE) at += 1
    return this.bytes[at] === QUOTE ? at : -1
  }

  /** The delimiter or line feed after a cell, or the end of all; -1 where that is not here yet. */
  #cellEnd(from: number): number {
    const { bytes } = this
    const delimiter = this.#delimiter
    const { length } = bytes
    for (let at = from; at < length; at++) {
      const byte = bytes[at]
      if (byte === delimiter || byte === LF) return at
    }
    return this.#isEnd ? length : -1
  }

  /** The end of a cell without the CR of CRLF. */
  #withoutReturn(end: number): number {
    const isLineEnd = this.bytes[end] !== this.#delimiter
    return isLineEnd && this.bytes[end - 1] === CR ? end - 1 : end
  }
}

/** -1 where it is not closed. */
function closingQuote(bytes: Buffer, from: number, backslashes: boolean): number {
  const { length } = bytes
  for (let at = from; at < length; at++) {
    const byte = bytes[at]
    if (byte === BACKSLASH && backslashes) at += 1
    else if (byte === QUOTE) {
      if (bytes[at + 1] !== QUOTE) return at
      at += 1
    }
  }
  return -1
}

function isBlank(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== SPACE) return false
  return true
}

/** Of what is written as two the second is left. Other backslashes, as of JSON that was put between
 * quotes without a thought for them, stay. */
function unescaped(bytes: Buffer, backslashes: boolean): Buffer {
  if (!bytes.includes(QUOTE) && !(backslashes && bytes.includes(BACKSLASH))) return bytes
  const out = Buffer.allocUnsafe(bytes.length)
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    const isPair =
      byte === QUOTE || (backslashes && byte === BACKSLASH && isEscapable(bytes[at + 1]))
    if (isPair) at += 1
    out[length++] = bytes[at] ?? 0
  }
  return out.subarray(0, length)
}

/** MySQL writes a line feed after a backslash too. */
function isEscapable(byte: number | undefined): boolean {
  return byte === QUOTE || byte === BACKSLASH || byte === LF
}
