import type { ArchiveObject, Fault } from '../archives/object.js'
import type { PeekedStream } from '../archives/peeked-stream.js'
import type { EventTables } from '../engines/events-table.js'
import type { RecordValue } from '../envelopes/decode.js'
import { complete } from '../envelopes/missing.js'
import type { Decoded, EventRecord, Undecodable } from '../event/event.js'
import type { Taker } from '../reading/taker.js'

const MAX_PENDING_BYTES = 8 * 1024 * 1024
const MAX_PENDING = 20_000

interface EventsTakerOptions {
  waiting?: number
  scansAhead?: boolean
  /** Which of all objects one is, from 1; by default they are counted. */
  placeOf?(object: ArchiveObject): number
}

/** Keeps the events of an archive in tables, for questions. */
export class EventsTaker implements Taker {
  objects = 0
  readonly objectFaults: { path: string; fault: Fault }[] = []
  private fileBytes = 0
  private readonly streams: PeekedStream[] = []
  private pending: Decoded[] = []
  private pendingBytes = 0
  private left = 0

  constructor(
    private readonly tables: EventTables,
    private readonly decode: (record: RecordValue) => Decoded[],
    private readonly isChosen: ((event: EventRecord) => boolean) | undefined,
    options: EventsTakerOptions = {},
  ) {
    const { waiting = 1, scansAhead = false } = options
    this.waiting = waiting
    this.scansAhead = scansAhead
    this.placeOf = options.placeOf
  }

  private readonly placeOf: EventsTakerOptions['placeOf']

  readonly waiting: number
  readonly scansAhead: boolean

  async begin(object: ArchiveObject): Promise<void> {
    await this.flush()
    this.tables.beginObject(this.placeOf?.(object))
    this.objects += 1
    if (object.kind !== 'stream') this.fileBytes += object.sizeBytes
    else this.streams.push(object.stream)
  }

  get bytes(): number {
    return this.streams.reduce((sum, { bytes }) => sum + bytes, this.fileBytes)
  }

  get records(): number {
    return this.events + this.tables.undecodable + this.pending.length
  }

  /** Events before the selection, but for those that wait. */
  get events(): number {
    return this.tables.events + this.left
  }

  async fetchFor(records: readonly RecordValue[]): Promise<void> {
    await Promise.all(records.map((record) => complete(() => this.decode(record))))
  }

  async add(record: RecordValue): Promise<number> {
    const all = await complete(() => this.decode(record))
    for (const decoded of all) this.addDecoded(decoded)
    return all.length
  }

  /** Decodes a record; null where it is a wrapper that has not one entry. */
  async decodeOne(record: RecordValue): Promise<Decoded | null> {
    const [decoded, more] = await complete(() => this.decode(record))
    return decoded && !more ? decoded : null
  }

  addDecoded(decoded: Decoded): void {
    const isEvent = decoded.kind === 'event'
    // Rows cost more to make than to leave out.
    if (isEvent && this.isChosen?.(decoded.event) === false) this.left += 1
    else this.pending.push(decoded)
    this.pendingBytes += isEvent ? decoded.event.sizeBytes : decoded.undecodable.head.length
  }

  addUndecodable(undecodable: Undecodable): void {
    this.addDecoded({ kind: 'undecodable', undecodable })
  }

  addFault(path: string, fault: Fault): void {
    this.objectFaults.push({ path, fault })
  }

  get isFull(): boolean {
    return this.pending.length >= MAX_PENDING || this.pendingBytes >= MAX_PENDING_BYTES
  }

  async flush(): Promise<void> {
    const decoded = this.pending
    this.dropPending()
    if (decoded.length > 0) await this.tables.add(decoded)
  }

  /** Forgets what waits. */
  dropPending(): void {
    this.pending = []
    this.pendingBytes = 0
  }

  /** DuckDB keeps on disk what it has no room for. */
  async makeRoom(): Promise<void> {}

  hasRoom(_records: number, _bytes: number): boolean {
    return true
  }
}
