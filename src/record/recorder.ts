import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { JsonObject } from '../event/event.js'
import type { Batch } from '../taps/tap.js'
import type { Capture, Captured } from './capture.js'
import { filesOf } from './format.js'
import type { Lane } from './lane.js'
import type { Resume, SourcePlace } from './last-part.js'
import { checkpointLine, positionOf, recordLine, sizeOf } from './lines.js'
import { Part } from './part.js'
import type { PartDuckdb } from './part-duckdb.js'
import type { PartFlags } from './part-flags.js'
import type { Decode } from './part-rows.js'
import { ACKNOWLEDGED, BEGUN, type Format, hourOf, type Store } from './store.js'

/** So many records wait to be acknowledged at most: a queue of SQS has 120,000 in flight. */
const MOST_WAITING = 10_000
/** So many that may come again are remembered. */
const MOST_UNSURE = 100_000
/** So long nothing comes where what came holds up what follows. */
const AWAITED_MS = 250

interface RecorderOptions {
  store: Store
  /** Of the recording. */
  id: string
  format: Format
  decode: Decode
  mapping: string
  /** Makes parts of Parquet. */
  duckdb: PartDuckdb
  /** Of what comes next. */
  flags: PartFlags
  resume: Resume
  lanes: readonly Lane[]
  capture: Capture
  rollBytes: number
  rollMs: number
  /** So many records are recorded at most; null: without end. */
  limit: number | null
  nowMs(): number
}

/** What was recorded in this run. */
export interface Recorded {
  records: number
  events: number
  undecodable: number
  /** Of the records as they were received. */
  bytes: number
  files: number
  storedBytes: number
  /** Records that came again and were recorded before. */
  repeated: number
  /** Records about somebody who was erased: left out, recorded without them, and recorded as they
   * are, since they cannot be changed. */
  erased: number
  erasedKept: number
  erasedLeft: number
  /** Between the arrival of the newest event and its recording; null where nobody says. */
  lagMs: number | null
}

/** How many records of a batch were looked at, and how many of them came for the first time. */
interface Taken {
  taken: number
  fresh: number
  isWhole: boolean
}

/**
 * Writes what comes to parts. A part is put in place whole, with where to go on behind it, and then
 * its batches are acknowledged: a source that can go on is recorded without a gap or a repeat
 * whenever evt is killed, and one that acknowledges gives again what is in no part.
 */
export class Recorder {
  readonly recorded: Recorded = {
    ...{ records: 0, events: 0, undecodable: 0, bytes: 0, files: 0, storedBytes: 0, repeated: 0 },
    ...{ erased: 0, erasedKept: 0, erasedLeft: 0 },
    lagMs: null,
  }
  /** The same of what is in place, when nothing more comes. */
  durable: Recorded = { ...this.recorded }
  readonly #unsure: Set<string>
  #part: Part | undefined
  #nextPart: number
  #nextRecord: number
  #hour: string | undefined
  /** In place, and not taken by their source: they come again. */
  readonly untaken = new Set<string>()
  #unacknowledged: { positions: string[]; acknowledge: () => Promise<boolean> }[] = []
  #waiting = 0
  /** When the first record of the part came, or the first that waits to be acknowledged. */
  #begunMs: number | undefined
  /** When the last batch came that holds up what follows. */
  #awaitedMs: number | undefined

  constructor(private readonly options: RecorderOptions) {
    const { resume } = options
    this.#unsure = new Set(resume.unsure)
    this.#nextPart = resume.nextPart
    this.#nextRecord = resume.nextRecord
    this.#hour = resume.hour
  }

  get isFull(): boolean {
    const { limit } = this.options
    return limit !== null && this.recorded.records >= limit
  }

  /** When the part is to be put in place at the latest; null where nothing waits. */
  get dueMs(): number | null {
    const due = [
      ...(this.#begunMs === undefined ? [] : [this.#begunMs + this.options.rollMs]),
      ...(this.#awaitedMs === undefined ? [] : [this.#awaitedMs + AWAITED_MS]),
    ]
    return due.length === 0 ? null : Math.min(...due)
  }

  /** Keeps where sources begin, so that what comes before the first part is in place is not lost to
   * a run that goes on. */
  async begin(): Promise<void> {
    // Not where they are by now: what was taken meanwhile is in no part yet.
    const begun = this.#checkpoint((lane) => lane.begunPlace)
    await this.options.store.write(BEGUN, checkpointLine(begun))
  }

  /** Records a batch, and puts the part in place where it is large enough. */
  async take(lane: Lane, batch: Batch): Promise<void> {
    const { capture, nowMs } = this.options
    const observedAtUs = nowMs() * 1_000
    const lines: string[] = []
    let taken = 0
    let isWhole = true
    const leftBefore = lane.left
    for (const captured of capture.of(batch)) {
      if (this.isFull) {
        isWhole = false
        break
      }
      taken += 1
      if (lane.left > 0) {
        lane.left -= 1
        this.recorded.repeated += 1
      } else if (batch.acknowledge && this.#unsure.has(positionOf(captured).path)) {
        this.recorded.repeated += 1
      } else if (lane.hasBegun(captured.first)) {
        if (captured.erased === 'part') this.recorded.erasedKept += 1
        if (captured.erased === 'left') this.recorded.erasedLeft += 1
        if (captured.erased === 'all') {
          this.recorded.erased += 1
          continue
        }
        const n = this.#nextRecord++
        const of = { recording: this.options.id, n, observedAtUs, source: lane.address }
        lines.push(recordLine(captured, { ...of, isHeld: batch.acknowledge !== undefined }))
        this.#count(captured, observedAtUs)
      }
    }
    if (lines.length > 0 || batch.acknowledge) this.#begunMs ??= nowMs()
    if (lines.length > 0) await this.#write(lines)
    this.#note(lane, batch, { taken, fresh: taken - (leftBefore - lane.left), isWhole })
    const isLarge = (this.#part?.sizeBytes ?? 0) >= this.options.rollBytes
    if (isLarge || this.#waiting >= MOST_WAITING) await this.commit()
  }

  #note(lane: Lane, batch: Batch, { taken, fresh, isWhole }: Taken): void {
    const { acknowledge } = batch
    const checkpoint = lane.placeBehind(batch.length)
    if (checkpoint !== undefined && isWhole) lane.place = { at: checkpoint, behind: lane.left }
    else if (checkpoint !== undefined || lane.place) {
      const { at = null, behind = 0 } = lane.place ?? {}
      lane.place = { at, behind: behind + fresh }
    }
    if (!acknowledge || !isWhole) return
    const positions = batch.map((first) => positionOf({ first }).path)
    this.#unacknowledged.push({ positions, acknowledge })
    this.#waiting += taken
    if (batch.isAwaited) this.#awaitedMs = this.options.nowMs()
  }

  async #write(lines: readonly string[]): Promise<void> {
    const { workFolder } = this.options.store
    this.#part ??= new Part(join(workFolder, `${this.#nextPart}.part`))
    await this.#part.write(lines.join(''))
  }

  #count(captured: Captured, observedAtUs: number): void {
    const { recorded } = this
    const { first } = captured
    recorded.records += 1
    recorded.bytes += sizeOf(captured)
    if (first.kind === 'undecodable') {
      recorded.undecodable += 1
      return
    }
    recorded.events += 1
    const { receivedAtUs } = first.event
    if (receivedAtUs !== null) recorded.lagMs = (observedAtUs - receivedAtUs) / 1_000
  }

  /** Puts the part in place, then acknowledges what is in it. */
  async commit(): Promise<void> {
    const { store, nowMs, format } = this.options
    this.#awaitedMs = undefined
    this.#begunMs = undefined
    const part = this.#part
    let name: string | undefined
    if (part) {
      await part.write(checkpointLine(this.#checkpoint((lane) => lane.toldPlace)))
      await part.finish()
      this.#hour = hourOf(nowMs(), this.#hour)
      const grown = { lines: part.path, part: this.#nextPart, hour: this.#hour }
      for (const one of await filesOf(format, grown, this.options)) {
        const { size } = await stat(one.file)
        await store.checkLock()
        await store.publish(one.file, one.name)
        await rm(one.file, { force: true })
        name = one.name
        this.recorded.storedBytes += size
      }
      await rm(part.path, { force: true })
      this.#part = undefined
      this.#nextPart += 1
      this.recorded.files += 1
    }
    this.durable = { ...this.recorded }
    const all = this.#unacknowledged.splice(0)
    this.#waiting = 0
    for (const { positions, acknowledge } of all) {
      const isDone = await acknowledge()
      for (const one of positions) {
        isDone ? this.#unsure.delete(one) : this.#unsure.add(one)
        isDone ? this.untaken.delete(one) : this.untaken.add(one)
      }
    }
    if (name !== undefined && all.length > 0) await store.write(ACKNOWLEDGED, `${name}\n`)
  }

  /** Lets go of what is in no part yet. */
  async discard(): Promise<void> {
    await this.#part?.discard()
    this.#part = undefined
  }

  #checkpoint(placeIn: (lane: Lane) => SourcePlace | undefined) {
    const checkpoint: JsonObject = {}
    const { lanes, resume, id } = this.options
    // Of a source that is not recorded this time the place stays.
    const told = lanes.flatMap((lane) => {
      const place = placeIn(lane)
      return place ? [[lane.key, place] as const] : []
    })
    const places = new Map([...resume.places, ...told])
    for (const [key, { at, behind, by, fromUs }] of places) {
      const value = { at, behind, ...by, ...(fromUs !== undefined && { from: fromUs }) }
      Object.defineProperty(checkpoint, key, { value, enumerable: true })
    }
    const unsure = [...this.#unsure]
    return {
      ...{ recording: id, next: this.#nextRecord, checkpoint },
      ...(unsure.length > 0 && { unsure: unsure.slice(-MOST_UNSURE) }),
    }
  }
}
