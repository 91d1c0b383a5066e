import { CsvError, type Parser, parse } from 'csv-parse'
import type { Fault } from './object.js'

/** The cells of one row, as their bytes, without the quotes around them. */
export type CsvRow = readonly Buffer[]

export type Delimiter = ',' | '\t'

/**
 * Takes rows out of the bytes of CSV or TSV (RFC 4180): cells may be quoted and hold line breaks; a
 * quote within a cell is two. Lines end in LF or CRLF, and empty ones are none. Quotes elsewhere
 * are taken as they stand.
 */
export class CsvRows {
  /** Why no more rows can be read. */
  fault: Fault | undefined
  readonly #parser: Parser
  readonly #mostBytes: number
  #rows: CsvRow[] = []

  constructor(delimiter: Delimiter, mostBytes: number) {
    this.#mostBytes = mostBytes
    this.#parser = parse({
      delimiter,
      // A character a byte: the bytes of a cell are what has to be looked at.
      encoding: 'latin1',
      record_delimiter: ['\r\n', '\n'],
      max_record_size: mostBytes,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      on_record: (cells: string[]) => {
        this.#rows.push(cells.map((cell) => Buffer.from(cell, 'latin1')))
        return null
      },
    })
    // What is wrong is told to who writes.
    this.#parser.on('error', () => undefined)
    this.#parser.resume()
  }

  /** The rows that end in this chunk. */
  push(chunk: Buffer): Promise<CsvRow[]> {
    return this.#told((done) => this.#parser.write(chunk, done))
  }

  /** The last row, where no line break ends it. */
  end(): Promise<CsvRow[]> {
    return this.#told((done) => {
      this.#parser.once('error', done)
      this.#parser.end(() => done())
    })
  }

  async #told(act: (done: (error?: Error | null) => void) => void): Promise<CsvRow[]> {
    const error = await new Promise<Error | null | undefined>(act)
    if (error) this.fault = this.#faultOf(error)
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  #faultOf(error: Error): Fault {
    if (!(error instanceof CsvError)) throw error
    if (error.code === 'CSV_MAX_RECORD_SIZE') {
      const most = this.#mostBytes.toLocaleString('en')
      return { reason: 'corrupt', detail: `has a row of more than ${most} bytes: an open quote?` }
    }
    return { reason: 'cut', detail: 'ends before a quote is closed' }
  }
}
