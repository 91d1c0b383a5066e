import type { ArchiveObject, Fault, FileObject } from '../archives/object.js'
import type { RecordValue } from '../envelopes/decode.js'
import type { Undecodable } from '../event/event.js'

/** What takes in the records of an archive, in order of position: to measure them, or to keep them
 * for questions. */
export interface Taker {
  /** As stored, of the objects that were begun. */
  readonly bytes: number
  readonly objects: number
  readonly records: number
  /** How many records may wait at the same time for what is fetched for them; 1: none waits. */
  readonly waiting: number
  /** Whether so many decoded events wait that they should be flushed. */
  readonly isFull: boolean
  /** Whether the next part may begin to be read while one is taken in. */
  readonly scansAhead: boolean
  /** Begins an object; what is added next is of it. */
  begin(object: ArchiveObject): Promise<void>
  /** Takes a record in, in the order of the calls.
   * @returns how many records it is: 1, unless it is a wrapper with entries */
  add(record: RecordValue): Promise<number>
  addUndecodable(undecodable: Undecodable): void
  addFault(path: string, fault: Fault): void
  /** Fetches what these records miss, at the same time. */
  fetchFor(records: readonly RecordValue[]): Promise<void>
  /** Keeps what was added and waits: rows of SQL may follow it. */
  flush(): Promise<void>
  /** Makes room where memory has become short. */
  makeRoom(): Promise<void>
  /** Whether so many more records, of so many bytes, surely have room in memory. */
  hasRoom(records: number, bytes: number): boolean
}

export interface LinesOptions {
  firstRecord: number
  signal: AbortSignal
  endsWith?: Fault | undefined
  /** Called now and then with about how much of the file was read. */
  onRead?: ((bytes: number) => void) | undefined
}

/** Reads line-delimited files faster than record by record, into the same taker. `Scan` is what it
 * has begun to read; null where records have to be decoded one by one. */
export interface LineReader<Scan> {
  /** @param plain whether the lines are known to be read faithfully */
  start(file: FileObject, plain: boolean, signal: AbortSignal): Promise<Scan | null>
  /** @returns the number of the next record */
  read(file: FileObject, scan: Scan | null, options: LinesOptions): Promise<number>
}

/** Reads Parquet files into the same taker. */
export interface ParquetReader {
  /** @returns the number of the next record */
  read(file: FileObject, signal: AbortSignal): Promise<number>
}
