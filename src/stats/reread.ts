import { Buffer } from 'node:buffer'
import type { ArchiveObject, FileObject, Sniffed, StoredObject } from '../archives/object.js'
import { isFault, readableFile } from '../archives/readable.js'
import { readRecords, readWanted } from '../archives/records.js'
import { sniff } from '../archives/sniff.js'
import { textBytesOf } from '../archives/text-size.js'
import type { Duckdb } from '../engines/duckdb.js'
import type { RecordValue } from '../envelopes/decode.js'
import { complete } from '../envelopes/missing.js'
import { EvtError } from '../errors.js'
import type { Decoded, EventRecord, JsonValue } from '../event/event.js'
import { readJson } from '../event/json.js'
import { recordOf } from '../reading/decode-records.js'
import { isOfColumn, openRows, parquetTexts, rowsOf } from '../reading/parquet-file.js'
import type { Deliveries } from './deliveries.js'

export interface RereadOptions {
  deliveries: Deliveries
  objects: readonly ArchiveObject[]
  decode: (record: RecordValue) => Decoded[]
  duckdb: Duckdb
  signal: AbortSignal
}

/** Called with each record that was asked for. */
type Visit = (record: RecordValue) => void | Promise<void>

/** Reads deliveries a second time, for what was not kept of them. */
export class Rereader {
  private readonly byPath: Map<string, ArchiveObject>
  /** By file. */
  private readonly opened = new Set<string>()

  constructor(private readonly options: RereadOptions) {
    this.byPath = new Map(options.objects.map((object) => [object.path, object]))
  }

  /** About how much text has to be gone through to read this delivery again; Infinity where its
   * object can be read only once. */
  textBytes(at: number): number {
    const { deliveries } = this.options
    const number = deliveries.objectOf(at)
    const file = this.fileOf(number)
    if (!file) return Number.POSITIVE_INFINITY
    const next = deliveries.objects[number + 1]?.first ?? deliveries.total
    const last = deliveries.records[deliveries.atOf(next - 1)] ?? 1
    const share = Math.min(1, (deliveries.records[at] ?? 0) / Math.max(1, last))
    return isColumnar(file) ? textBytesOf(file) : textBytesOf(file) * share
  }

  /** What has to be read for all of these deliveries, whole objects: as text, and as stored. */
  wholeBytes(rows: Iterable<number>): { textBytes: number; storedBytes: number } {
    const { deliveries } = this.options
    const numbers = new Set<number>()
    for (const at of rows) numbers.add(deliveries.objectOf(at))
    return this.bytesOf(numbers)
  }

  /** The same for all objects. */
  archiveBytes(): { textBytes: number; storedBytes: number } {
    return this.bytesOf(this.options.deliveries.objects.keys())
  }

  private bytesOf(numbers: Iterable<number>): { textBytes: number; storedBytes: number } {
    let textBytes = 0
    let storedBytes = 0
    for (const number of numbers) {
      const file = this.fileOf(number)
      textBytes += file ? textBytesOf(file) : Number.POSITIVE_INFINITY
      storedBytes += file?.sizeBytes ?? 0
    }
    return { textBytes, storedBytes }
  }

  /** Reads these deliveries, object by object. What has changed since it was first read, or cannot
   * be read any more, is left out. */
  async events(
    rows: Iterable<number>,
    visit: (at: number, event: EventRecord) => void,
  ): Promise<void> {
    const { deliveries, decode } = this.options
    for (const [number, wanted] of this.byObject(rows)) {
      await this.read(number, wanted, async (record) => {
        for (const decoded of await complete(() => decode(record))) {
          if (decoded.kind !== 'event') continue
          const { timeUs, position } = decoded.event
          const at = wanted.get(position.record)
          if (at === undefined) continue
          const isSame = Object.is(timeUs ?? Number.NaN, deliveries.timesUs[at])
          if (isSame) visit(at, decoded.event)
        }
      })
    }
  }

  /** The records of these deliveries as they were found, wrappings and all. */
  async records(rows: Iterable<number>): Promise<RecordValue[]> {
    const found: RecordValue[] = []
    for (const [number, wanted] of this.byObject(rows)) {
      await this.read(number, wanted, (record) => void found.push(record))
    }
    return found
  }

  private fileOf(number: number): StoredObject | undefined {
    const object = this.byPath.get(this.options.deliveries.objects[number]?.path ?? '')
    return object?.kind === 'stream' ? undefined : object
  }

  /** Deliveries by object, and there by record number. */
  private byObject(rows: Iterable<number>): Map<number, Map<number, number>> {
    const { deliveries } = this.options
    const found = new Map<number, Map<number, number>>()
    for (const at of [...new Set(rows)].sort((a, b) => a - b)) {
      const number = deliveries.objectOf(at)
      const wanted = found.get(number) ?? new Map<number, number>()
      found.set(number, wanted.set(deliveries.records[at] as number, at))
    }
    return found
  }

  private async read(number: number, wanted: ReadonlyMap<number, number>, visit: Visit) {
    const stored = this.fileOf(number)
    if (!stored || this.options.signal.aborted) return
    const held = await readableFile(stored)
    if (isFault(held)) return
    try {
      await this.readFile(number, held.object, wanted, visit)
    } finally {
      held.release()
    }
  }

  private async readFile(
    number: number,
    file: FileObject,
    wanted: ReadonlyMap<number, number>,
    visit: Visit,
  ): Promise<void> {
    try {
      const sniffed = await sniff(file)
      if (sniffed.format === 'parquet') await this.open(file)
      if (this.options.deliveries.objects[number]?.hasWrappers) {
        return await this.readNumbered(file, sniffed, wanted, visit)
      }
      if (sniffed.format === 'parquet') return await this.readParquet(file, sniffed, wanted, visit)
      const numbers = new Set(wanted.keys())
      let left = numbers.size
      for await (const batch of readWanted(file, sniffed, numbers)) {
        for (const raw of batch) {
          if (!numbers.has(raw.record)) continue
          left -= 1
          if ('value' in raw) await visit(recordOf(file.path, raw))
        }
        if (left === 0 || this.options.signal.aborted) break
      }
    } catch (error) {
      // It was read before. That it cannot be read now takes a witness away and nothing else.
      if (!(error instanceof EvtError)) throw error
    }
  }

  /** What an index was asked for instead has not been opened before. */
  private async open(file: FileObject): Promise<void> {
    if (this.opened.has(file.file)) return
    await openRows(file, this.options.duckdb)
    this.opened.add(file.file)
  }

  /** Where wrappers have entries, what a record's number is only the decoder tells. */
  private async readNumbered(
    file: FileObject,
    sniffed: Sniffed,
    wanted: ReadonlyMap<number, number>,
    visit: Visit,
  ): Promise<void> {
    const { decode, duckdb, signal } = this.options
    const last = Math.max(...wanted.keys())
    let next = 1
    const look = async (record: RecordValue | null) => {
      const count = record ? (await complete(() => decode(record))).length : 1
      let isWanted = false
      for (let n = next; n < next + count; n++) isWanted ||= wanted.has(n)
      if (record && isWanted) await visit(record)
      next += count
    }
    if (sniffed.format === 'parquet') {
      for await (const read of rowsOf(file, duckdb, () => next)) {
        await look('value' in read ? read : null)
        if (next > last || signal.aborted) return
      }
      return
    }
    for await (const batch of readRecords(file, sniffed)) {
      for (const raw of batch) {
        await look('value' in raw ? recordOf(file.path, raw, next) : null)
      }
      if (next > last || signal.aborted) return
    }
  }

  private async readParquet(
    file: FileObject,
    sniffed: Sniffed,
    wanted: ReadonlyMap<number, number>,
    visit: Visit,
  ): Promise<void> {
    const { duckdb } = this.options
    // A cell of a column may hold several records.
    if (await isOfColumn(file, duckdb)) return this.readNumbered(file, sniffed, wanted, visit)
    const rows = `(SELECT row_number() OVER () AS n, json FROM ${parquetTexts(file.file)})`
    const numbers = [...wanted.keys()].join(', ')
    for await (const chunk of duckdb.chunks(
      `SELECT n, json FROM ${rows} WHERE n IN (${numbers})`,
    )) {
      for (const [n, json] of chunk.getRows()) {
        const reading = readJson(String(json))
        if (reading.ok) await visit(parquetRecord(file, Number(n), String(json), reading.value))
      }
    }
  }
}

function parquetRecord(
  { path }: FileObject,
  record: number,
  json: string,
  value: JsonValue,
): RecordValue {
  const head = Buffer.from(json)
  return { value, position: { path, record }, sizeBytes: head.length, head }
}

function isColumnar({ path }: StoredObject): boolean {
  return /\.parquet$/i.test(path)
}
