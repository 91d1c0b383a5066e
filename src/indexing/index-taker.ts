import type { IndexedObject } from '../archive-index/manifest.js'
import {
  type ArchiveObject,
  type Fault,
  identityOf,
  type StoredObject,
} from '../archives/object.js'
import type { EventTables } from '../engines/events-table.js'
import type { RecordValue } from '../envelopes/decode.js'
import type { Decoded } from '../event/event.js'
import { EventsTaker } from '../questions/events-taker.js'
import type { IndexWriter } from './index-writer.js'

/** So many rows are written at once. */
const ROWS_AT_ONCE = 200_000
/** Larger files are read in parts, which costs a copy of each. */
const WHOLE_BYTES = 512e6

interface Options {
  tables: EventTables
  writer: IndexWriter
  decode: (record: RecordValue) => Decoded[]
  /** Of the first object. */
  firstNumber: number
  scansAhead: boolean
  /** Called with each object that was read to its end, when its rows may not be written yet. */
  onObject(object: IndexedObject): void
  /** Called when a part of the archive was taken in. */
  onPart(): Promise<void>
}

/** Takes in the records of an archive for an index; as they become many, their rows are written. */
export class IndexTaker extends EventsTaker {
  private number: number
  private current: { file: StoredObject; before: Counts; hasWrappers: boolean } | null = null

  constructor(private readonly options: Options) {
    const { tables, decode, scansAhead } = options
    super(tables, decode, undefined, { scansAhead })
    this.number = options.firstNumber - 1
  }

  override async begin(object: ArchiveObject): Promise<void> {
    await this.end()
    await super.begin(object)
    if (object.kind === 'stream') return
    const { tables, writer } = this.options
    this.number += 1
    tables.beginObject(this.number)
    await writer.beginObject(object.path, this.number)
    this.current = { file: object, before: this.counts, hasWrappers: false }
  }

  /** The number that the next object would have. */
  get nextNumber(): number {
    return this.number + 1
  }

  /** Ends the object that was begun last: it was read whole, as far as it can be. */
  async end(): Promise<void> {
    await this.flush()
    const { current } = this
    if (!current) return
    this.current = null
    const { file, before, hasWrappers } = current
    const faults = this.faultsOf(file.path)
    // It is another one now.
    if (faults.some(({ reason }) => reason === 'changed')) return
    const events = this.counts.events - before.events
    const undecodable = this.counts.undecodable - before.undecodable
    this.options.onObject({
      number: this.number,
      file: identityOf(file),
      sizeBytes: file.sizeBytes,
      mtimeMs: file.mtimeMs,
      records: events + undecodable,
      ...{ events, undecodable, hasWrappers, faults },
    })
  }

  /** Forgets the object that was begun last: it was not read to its end. */
  drop(): void {
    this.current = null
  }

  override async add(record: RecordValue): Promise<number> {
    const count = await super.add(record)
    if (count !== 1 && this.current) this.current.hasWrappers = true
    return count
  }

  /** What is unpacked ahead is told of before its object begins. */
  private faultsOf(path: string): Fault[] {
    return this.objectFaults.flatMap((each) => (each.path === path ? [each.fault] : []))
  }

  override async makeRoom(): Promise<void> {
    const { tables, writer, onPart } = this.options
    if (tables.held >= ROWS_AT_ONCE) await writer.writeTables(tables)
    await onPart()
  }

  /** What is read as one part is written as one, which takes memory. */
  override hasRoom(_records: number, bytes: number): boolean {
    return bytes <= WHOLE_BYTES
  }

  private get counts(): Counts {
    const { events, undecodable } = this.options.tables
    return { events, undecodable }
  }
}

interface Counts {
  events: number
  undecodable: number
}
