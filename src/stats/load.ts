import type { ArchiveObject, Fault } from '../archives/object.js'
import type { PeekedStream } from '../archives/peeked-stream.js'
import type { Duckdb } from '../engines/duckdb.js'
import type { RecordValue } from '../envelopes/decode.js'
import { complete } from '../envelopes/missing.js'
import type {
  Decoded,
  EventRecord,
  FieldFault,
  JsonValue,
  Position,
  Undecodable,
} from '../event/event.js'
import { patternMatcher } from '../event/pattern-match.js'
import type { Taker } from '../reading/taker.js'
import { Deliveries, type FaultyEvent, type LabelOf, type Row } from './deliveries.js'
import { rowsOfEvents, type WaitingRow, waitingRow } from './event-rows.js'
import { GroupTable } from './group-table.js'
import { KEY_BYTES, type MemoryPlan, rowsThatFit } from './memory.js'
import { leftOut, type Selection, select } from './selection.js'
import { Spill } from './spill.js'

/** A fault of an object, or one that kept it from being read at all. */
export interface ObjectFault {
  path: string
  fault: Fault
}

/** A field of a selected event that was found and cannot be used; a few are kept to show. */
export interface FaultyField {
  group: { source: string; type: string }
  fault: FieldFault
  position: Position
  id: string | null
  key: string | null
}

export const MAX_KEPT = 1000
const MAX_PENDING = 20_000

/** What was read of an archive. Deliveries come in order of position. */
export class Loaded implements Taker {
  readonly deliveries: Deliveries
  readonly groups: GroupTable
  readonly spill: Spill
  readonly objectFaults: ObjectFault[] = []
  readonly faultyFields: FaultyField[] = []
  readonly faultyFieldCounts = new Map<string, number>()
  readonly undecodables: Undecodable[] = []
  readonly undecodableReasons = new Map<string, number>()
  undecodable = 0
  objects = 0
  private fileBytes = 0
  private readonly streams: PeekedStream[] = []
  private pending: WaitingRow[] = []
  private readonly isMatch: (document: JsonValue) => boolean

  constructor(
    private readonly duckdb: Duckdb,
    private readonly selection: Selection,
    private readonly decode: (record: RecordValue) => Decoded[],
    private readonly memory: MemoryPlan,
    /** How many records may wait at the same time for what is fetched for them; 1: none waits. */
    readonly waiting = 1,
    private readonly labelOf?: LabelOf,
  ) {
    this.deliveries = new Deliveries(memory.expected)
    this.spill = new Spill(duckdb)
    const { filter } = selection
    this.isMatch = filter ? patternMatcher(filter) : () => true
    this.groups = new GroupTable(this.deliveries.groups)
  }

  /** Begins an object; what is added next is of it. */
  async begin(object: ArchiveObject): Promise<void> {
    const { deliveries } = this
    // What waits may not be selected: then it takes no place.
    if (this.isSelective) await this.flush()
    const first = deliveries.base + deliveries.count + this.pending.length
    deliveries.objects.push({ first, path: object.path })
    this.objects += 1
    if (object.kind !== 'stream') this.fileBytes += object.sizeBytes
    else this.streams.push(object.stream)
  }

  private get isSelective(): boolean {
    const { sinceUs, untilUs, types = [], sample = null } = this.selection
    return sinceUs !== null || untilUs !== null || types.length > 0 || sample !== null
  }

  /** As stored. */
  get bytes(): number {
    return this.streams.reduce((sum, { bytes }) => sum + bytes, this.fileBytes)
  }

  addFault(path: string, fault: Fault): void {
    this.objectFaults.push({ path, fault })
  }

  get records(): number {
    return this.deliveries.base + this.deliveries.count + this.pending.length + this.undecodable
  }

  /** Fetches what these records miss, at the same time. */
  async fetchFor(records: readonly RecordValue[]): Promise<void> {
    await Promise.all(records.map((record) => complete(() => this.decode(record))))
  }

  /** Decodes a record and keeps what it is, in the order of the calls.
   * @returns how many records it is: 1, unless it is a wrapper with entries */
  async add(record: RecordValue): Promise<number> {
    const all = await complete(() => this.decode(record))
    for (const decoded of all) {
      if (decoded.kind === 'undecodable') this.addUndecodable(decoded.undecodable)
      else if (this.isMatch(decoded.event.document)) this.take(decoded.event)
      else leftOut(this.selection, decoded.event)
    }
    const object = this.deliveries.objects.at(-1)
    if (all.length !== 1 && object) object.hasWrappers = true
    return all.length
  }

  private take(event: EventRecord): void {
    this.pending.push(waitingRow(event, this.labelOf))
  }

  /** Whether so many decoded events wait that they should be flushed. */
  get isFull(): boolean {
    return this.pending.length >= MAX_PENDING
  }

  addUndecodable(undecodable: Undecodable): void {
    this.undecodable += 1
    const { reason } = undecodable
    this.undecodableReasons.set(reason, (this.undecodableReasons.get(reason) ?? 0) + 1)
    if (this.undecodables.length < MAX_KEPT) this.undecodables.push(undecodable)
  }

  /** Appends the decoded events that wait: rows of SQL may follow them. */
  async flush(): Promise<void> {
    const events = this.pending
    if (events.length === 0) return
    this.pending = []
    const { deliveries } = this
    const first = deliveries.count
    deliveries.reserve(events.length)
    await this.setRows(events, (n) => first + n)
    deliveries.count += events.length
    this.select(first)
  }

  /** Replaces rows that SQL was not sure of, given by their place, by what the decoder says, and
   * drops those that hold no event. Places ascend.
   * @returns false, with nothing changed, where one is a wrapper with entries: then the numbers of
   * all that follow are others */
  async replace(records: ReadonlyMap<number, RecordValue | Undecodable>): Promise<boolean> {
    const places: number[] = []
    const events: WaitingRow[] = []
    const dropped: number[] = []
    const undecodables: Undecodable[] = []
    for (const [at, record] of records) {
      const [decoded, more] =
        'value' in record ? await complete(() => this.decode(record)) : [asUndecodable(record)]
      if (!decoded || more) return false
      if (decoded.kind === 'event') {
        events.push(waitingRow(decoded.event, this.labelOf))
        places.push(at)
      } else {
        undecodables.push(decoded.undecodable)
        dropped.push(at)
      }
    }
    for (const undecodable of undecodables) this.addUndecodable(undecodable)
    await this.setRows(events, (n) => places[n] as number)
    this.drop(dropped)
    return true
  }

  private drop(places: readonly number[]): void {
    const [first] = places
    if (first === undefined) return
    const gone = new Set(places)
    let kept = first
    for (let at = first; at < this.deliveries.count; at++) {
      if (gone.has(at)) continue
      this.deliveries.move(at, kept)
      kept += 1
    }
    this.deliveries.truncate(kept)
  }

  /** Whether reading has to go by parts that are small. */
  private get isSpilling(): boolean {
    return this.spill.isUsed || this.memory.expected >= this.memory.maxRows
  }

  /** Whether the scan of a file may begin while another is taken in. */
  get scansAhead(): boolean {
    return this.memory.scansAhead && !this.isSpilling
  }

  /** Whether so many more deliveries are held in memory. */
  hasRoom(rows: number): boolean {
    return !this.isSpilling && this.deliveries.count + rows <= this.maxRows
  }

  private get maxRows(): number {
    const { count, keys, orderedPlaces, hopTimes } = this.deliveries
    const tables = keys.bytes + (orderedPlaces?.names.bytes ?? 0)
    // Each may be of a key of its own, until the first have come.
    const tableBytes = count === 0 ? KEY_BYTES : tables / count
    const moreBytes = (orderedPlaces?.judgedBytes ?? 0) + (hopTimes?.bytes ?? 0)
    return rowsThatFit(this.memory.maxRows, tableBytes + moreBytes)
  }

  /** Moves the deliveries to DuckDB where they have become too many for memory. */
  async makeRoom(): Promise<void> {
    const { deliveries, spill, memory } = this
    const most = spill.isUsed ? memory.spilledRows : this.maxRows
    if (deliveries.count >= most) await this.spillAll()
  }

  async spillAll(): Promise<void> {
    if (!this.spill.isUsed) await this.duckdb.limitMemory(this.memory.spillBytes)
    await this.spill.take(this.deliveries)
  }

  /** Applies the selection to the deliveries from `first` on, and counts the faulty fields of those
   * that are left. */
  select(first: number): void {
    select(this.deliveries, this.selection, first)
    const { faulty } = this.deliveries
    for (const event of faulty.values()) {
      for (const fault of event.faults) this.addFaultyField(event, fault)
    }
    faulty.clear()
  }

  private setRows(events: readonly WaitingRow[], placeOf: (n: number) => number): Promise<void> {
    return rowsOfEvents(this.duckdb, this, events, (row, event, n) =>
      this.set(placeOf(n), row, event),
    )
  }

  private set(at: number, row: Row, { textSequence, faulty }: WaitingRow): void {
    const { deliveries } = this
    deliveries.set(at, row)
    if (textSequence === null) deliveries.textSequences.delete(at)
    else deliveries.textSequences.set(at, textSequence)
    if (faulty) deliveries.faulty.set(at, faulty)
  }

  private addFaultyField(event: FaultyEvent, fault: FieldFault): void {
    const name = JSON.stringify([event.source, event.type, fault.field, fault.reason])
    const known = this.faultyFieldCounts.get(name) ?? 0
    this.faultyFieldCounts.set(name, known + 1)
    if (known >= 3) return
    const { source, type, position, id, key } = event
    this.faultyFields.push({ group: { source, type }, fault, position, id, key })
  }
}

function asUndecodable(undecodable: Undecodable): Decoded {
  return { kind: 'undecodable', undecodable }
}
