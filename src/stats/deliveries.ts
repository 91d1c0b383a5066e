import { claimFlag } from '../engines/narrow.js'
import type { EventRecord, HopTimes, SequenceKind } from '../event/event.js'
import { HashTable } from './hash-table.js'
import { HopColumns } from './hop-columns.js'
import { OrderedPlaces, type Standing } from './ordered-places.js'

/** Bits of {@link Deliveries.flags}; the first are those of the narrow relation. */
export const deliveryFlags = {
  noId: 2,
  replay: 4,
  retried: 8,
  noKey: 16,
  again: 32,
  claim: claimFlag,
} as const

/** What events are counted by beside their types; null: by nothing. */
export type LabelOf = (event: EventRecord) => string | null

/** What is told of an event with a field that cannot be used. */
export type FaultyEvent = Pick<
  EventRecord,
  'source' | 'type' | 'id' | 'key' | 'position' | 'faults'
>

/** What stays allocated once deliveries are kept elsewhere. */
const KEPT_CAPACITY = 500_000

/** Deliveries of one source and type whose order is checked in one way. */
export interface Group {
  source: string
  type: string
  /** What {@link LabelOf} says of them; absent where nobody asked. */
  label?: string
  /** What a mapped sequence is; `time` where the type maps none. */
  order: SequenceKind
  perSource: boolean
}

export interface ReadObject {
  path: string
  /** The position of the first delivery that it holds. */
  first: number
  /** Some of its records are entries of wrappers: its records are numbered by the decoder alone. */
  hasWrappers?: boolean
}

/** One delivery, apart from the columns it is kept in. Hashes are halves of 64 bits. */
export interface Row {
  group: number
  identityLow: number
  identityHigh: number
  key: number
  transport: number
  /** NaN for none, also for a sequence that a double cannot hold. */
  sequence: number
  timeUs: number
  receivedAtUs: number
  flags: number
  record: number
  /** Where it stands in an ordered place; null for none. */
  standing: Standing | null
  /** Kept where hops are asked for. */
  hops?: HopTimes | undefined
}

/**
 * The deliveries of an archive in order of position, 49 bytes each: what the figures need and no
 * more, and as much again as they need where they are of ordered places. Keys and groups are
 * numbered; ids are 64-bit hashes; times are µs, NaN where there is none.
 */
export class Deliveries {
  count = 0
  identities: Uint32Array
  groupOf: Uint32Array
  keyOf: Uint32Array
  transports: Uint32Array
  sequences: Float64Array
  timesUs: Float64Array
  receivedUs: Float64Array
  flags: Uint8Array
  /** Record number within its object. */
  records: Uint32Array
  /** Objects by the position of the first delivery they hold, ascending. */
  readonly objects: ReadObject[]
  readonly groups: Group[]
  /** By which {@link keyOf} numbers keys. */
  keys = new HashTable()
  /** Sequences that are text, or integers beyond 2^53, by delivery. */
  readonly textSequences = new Map<number, string>()
  /** Null until one delivery is of a place with a sequence of its own. */
  orderedPlaces: OrderedPlaces | null = null
  /** Null where hops are not asked for. */
  hopTimes: HopColumns | null = null
  /** Events with a field that cannot be used, by delivery, ascending, until it is known whether the
   * delivery is selected. */
  readonly faulty = new Map<number, FaultyEvent>()

  /** @param of whose objects and groups these deliveries are of */
  constructor(expected: number, of?: Pick<Deliveries, 'objects' | 'groups'>) {
    this.objects = of?.objects ?? []
    this.groups = of?.groups ?? []
    const columns = columnsOf(Math.max(1024, expected))
    this.identities = columns.identities
    this.groupOf = columns.groupOf
    this.keyOf = columns.keyOf
    this.transports = columns.transports
    this.sequences = columns.sequences
    this.timesUs = columns.timesUs
    this.receivedUs = columns.receivedUs
    this.flags = columns.flags
    this.records = columns.records
  }

  /** Makes room for more deliveries. */
  reserve(more: number): void {
    const needed = this.count + more
    const old = this.flags.length
    if (needed <= old) return
    const larger = columnsOf(Math.max(needed, Math.ceil(old * 1.5)))
    larger.identities.set(this.identities)
    larger.groupOf.set(this.groupOf)
    larger.keyOf.set(this.keyOf)
    larger.transports.set(this.transports)
    larger.sequences.set(this.sequences)
    larger.timesUs.set(this.timesUs)
    larger.receivedUs.set(this.receivedUs)
    larger.flags.set(this.flags)
    larger.records.set(this.records)
    Object.assign(this, larger)
    this.orderedPlaces?.resize(this.flags.length)
    this.hopTimes?.resize(this.flags.length)
  }

  set(at: number, row: Row): void {
    this.identities[at * 2] = row.identityLow
    this.identities[at * 2 + 1] = row.identityHigh
    this.groupOf[at] = row.group
    this.keyOf[at] = row.key
    this.transports[at] = row.transport
    this.sequences[at] = row.sequence
    this.timesUs[at] = row.timeUs
    this.receivedUs[at] = row.receivedAtUs
    this.flags[at] = row.flags
    this.records[at] = row.record
    this.orderedPlaces?.clear(at, at + 1)
    if (row.standing) this.stand(at, row.standing)
    this.hopTimes?.set(at, row.hops)
  }

  /** Keeps the hops of what is set from now on. */
  keepHops(): void {
    this.hopTimes = new HopColumns(this.flags.length)
  }

  /** Notes where a delivery stands that had no place before. */
  stand(at: number, standing: Standing): void {
    this.orderedPlaces ??= new OrderedPlaces(this.flags.length)
    this.orderedPlaces.set(at, standing)
  }

  /** Moves a delivery to an earlier place, to close gaps. */
  move(from: number, to: number): void {
    if (from === to) return
    this.identities[to * 2] = this.identities[from * 2] as number
    this.identities[to * 2 + 1] = this.identities[from * 2 + 1] as number
    for (const column of this.columns()) column[to] = column[from] as number
    this.orderedPlaces?.move(from, to)
    this.hopTimes?.move(from, to)
    moveEntry(this.textSequences, from, to)
    if (this.faulty.size > 0) moveEntry(this.faulty, from, to)
  }

  /** Forgets all deliveries from this one on. */
  truncate(count: number): void {
    for (const kept of [this.textSequences, this.faulty]) {
      for (const at of kept.keys()) if (at >= count) kept.delete(at)
    }
    this.count = count
  }

  /** How many were taken away before these: positions count on from there. */
  base = 0

  /** Forgets all deliveries, since they are kept elsewhere, and how keys and places were numbered:
   * what is kept of a run does not grow with their number. */
  taken(count: number): void {
    this.base += count
    this.truncate(0)
    this.keys = new HashTable()
    this.orderedPlaces?.renumber()
    if (this.flags.length <= KEPT_CAPACITY) return
    Object.assign(this, columnsOf(KEPT_CAPACITY))
    this.orderedPlaces?.resize(KEPT_CAPACITY)
    this.hopTimes?.resize(KEPT_CAPACITY)
  }

  /** How many there are, with those that were taken away. */
  get total(): number {
    return this.base + this.count
  }

  /** The position of a delivery among all. */
  posOf(at: number): number {
    return this.base + at
  }

  /** The delivery at a position; negative where it is not among these. */
  atOf(pos: number): number {
    const at = pos - this.base
    return at >= 0 && at < this.count ? at : -1
  }

  /** The object of a delivery, as a place in {@link objects}. */
  objectOf(at: number): number {
    const pos = this.posOf(at)
    let low = 0
    let high = this.objects.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((this.objects[middle]?.first ?? 0) <= pos) low = middle
      else high = middle - 1
    }
    return low
  }

  positionOf(at: number): { path: string; record: number } {
    return { path: this.objects[this.objectOf(at)]?.path ?? '', record: this.records[at] ?? 0 }
  }

  private columns(): (Uint32Array | Float64Array | Uint8Array)[] {
    const { groupOf, keyOf, transports, sequences, timesUs, receivedUs, flags, records } = this
    return [groupOf, keyOf, transports, sequences, timesUs, receivedUs, flags, records]
  }
}

function moveEntry<T>(map: Map<number, T>, from: number, to: number): void {
  const value = map.get(from)
  map.delete(from)
  // An entry that is there already would keep its place in the order of entries.
  map.delete(to)
  if (value !== undefined) map.set(to, value)
}

/** Those that are shared tell other threads which deliveries are of one identity. */
function columnsOf(capacity: number) {
  return {
    identities: new Uint32Array(new SharedArrayBuffer(capacity * 8)),
    groupOf: new Uint32Array(capacity),
    keyOf: new Uint32Array(capacity),
    transports: new Uint32Array(capacity),
    sequences: new Float64Array(capacity),
    timesUs: new Float64Array(capacity),
    receivedUs: new Float64Array(capacity),
    flags: new Uint8Array(new SharedArrayBuffer(capacity)),
    records: new Uint32Array(capacity),
  }
}
