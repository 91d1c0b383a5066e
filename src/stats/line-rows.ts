import type { DuckDBDataChunk } from '@duckdb/node-api'
import type { FileObject } from '../archives/object.js'
import { readRecordsAt } from '../archives/records.js'
import type { Duckdb } from '../engines/duckdb.js'
import { lineScan, miscounts } from '../engines/line-scan.js'
import { narrowSql } from '../engines/narrow.js'
import type { Projection } from '../engines/projection.js'
import type { RecordValue } from '../envelopes/decode.js'
import type { Undecodable } from '../event/event.js'
import { decodeRecords, recordOf } from '../reading/decode-records.js'
import { isUnreadable, sampleOf } from '../reading/line-sample.js'
import { plainLines } from '../reading/plain-lines.js'
import type { LineReader, LinesOptions } from '../reading/taker.js'
import type { Loaded } from './load.js'
import { appendChunk } from './narrow-rows.js'
import type { Projections } from './projections.js'

/** After so many files without a new source or type, the next are read without their names. */
const NAMED_FILES = 2
/** Above this share of uncertain rows the decoder reads everything: it reads it all anyway. */
const MAX_SUSPECT_SHARE = 0.2

/** The rows of a file, which are being made. */
export interface StartedScan {
  readonly projection: Projection
  readonly names: boolean
  /** Of a sampled record. */
  readonly meanBytes: number
  readonly chunks: AsyncGenerator<DuckDBDataChunk>
}

export interface LineRowsOptions {
  duckdb: Duckdb
  projections: Projections
  loaded: Loaded
  /** Smaller files cost more as a query than they are worth. */
  sqlFromBytes: number
}

/** Reads line-delimited JSON through SQL, and what SQL is not sure of through the decoder. */
export class LineRows implements LineReader<StartedScan> {
  /** How many files in a row brought no new source or type. */
  private familiar = 0

  constructor(private readonly options: LineRowsOptions) {}

  /** Begins to read a file by SQL; null where the decoder has to read it.
   * @param plain whether DuckDB reads the lines faithfully, as far as is known */
  async start(file: FileObject, plain: boolean, signal: AbortSignal): Promise<StartedScan | null> {
    const { projections, sqlFromBytes } = this.options
    if (!plain || file.sizeBytes < sqlFromBytes) return null
    const sample = await sampleOf(file)
    const projection = await projections.forSample(sample)
    if (!projection) return null
    const sampledBytes = sample.reduce((sum, { sizeBytes }) => sum + sizeBytes + 1, 0)
    const meanBytes = sampledBytes / sample.length
    return this.scan(file, { projection, meanBytes, names: this.familiar < NAMED_FILES }, signal)
  }

  private scan(file: FileObject, of: Omit<StartedScan, 'chunks'>, signal: AbortSignal) {
    const { projection, names } = of
    const sql = narrowSql(projection, lineScan(file.file, projection.columns), 'columns', names)
    return { ...of, chunks: this.options.duckdb.scan(sql, signal) }
  }

  /** @returns the number of the next record */
  async read(file: FileObject, scan: StartedScan | null, options: LinesOptions): Promise<number> {
    const { loaded } = this.options
    const { firstRecord, signal, endsWith } = options
    const known = loaded.deliveries.groups.length
    let next = scan && (await this.readScan(file, scan, options))
    if (next === null && scan && !scan.names) {
      // Too much of it is of a source or type that is not known yet.
      const again = this.scan(file, { ...scan, names: true }, signal)
      next = await this.readScan(file, again, options)
    }
    next ??= await decodeRecords(file, plainLines, loaded, {
      firstRecord,
      signal,
      endsWith,
      reports: false,
    })
    this.familiar = loaded.deliveries.groups.length > known ? 0 : this.familiar + 1
    return next
  }

  /** @returns null where the decoder has to read the file; nothing of it is kept then */
  private async readScan(
    file: FileObject,
    scan: StartedScan,
    options: LinesOptions,
  ): Promise<number | null> {
    const { loaded } = this.options
    await loaded.flush()
    const first = loaded.deliveries.count
    const suspects: number[] = []
    let rows: number
    try {
      rows = await this.append(scan, options, suspects)
    } catch (error) {
      // A line too long for it ends DuckDB's whole scan, and so does what it takes for a bad file.
      if (options.signal.aborted || !isUnreadable(error)) throw error
      loaded.deliveries.truncate(first)
      return null
    }
    if (!(await this.settle(file, options, first, suspects))) {
      loaded.deliveries.truncate(first)
      return null
    }
    loaded.select(first)
    return options.firstRecord + rows
  }

  private async append(
    scan: StartedScan,
    options: LinesOptions,
    suspects: number[],
  ): Promise<number> {
    const { deliveries, groups } = this.options.loaded
    const { names } = scan
    let rows = 0
    for await (const chunk of scan.chunks) {
      const firstRecord = options.firstRecord + rows
      appendChunk(chunk, { deliveries, groups, names, firstRecord }, suspects)
      rows += chunk.rowCount
      options.onRead?.(rows * scan.meanBytes)
      if (options.signal.aborted) break
    }
    return rows
  }

  /** Lets the decoder read the suspects. False where their number or lines speak against it. */
  private async settle(
    file: FileObject,
    { firstRecord }: LinesOptions,
    first: number,
    suspects: readonly number[],
  ): Promise<boolean> {
    const { loaded } = this.options
    if (suspects.length === 0) return true
    if (suspects.length > (loaded.deliveries.count - first) * MAX_SUSPECT_SHARE) return false
    const wanted = suspects.map((at) => firstRecord + at - first)
    let several = false
    const onSeveral = () => {
      several = true
    }
    const found = await readRecordsAt(file, plainLines, wanted, { firstRecord, onSeveral })
    if (several || found.size !== wanted.length) return false
    const records = new Map<number, RecordValue | Undecodable>()
    for (const [record, raw] of found) {
      if ('bad' in raw && miscounts(raw.bad)) return false
      const at = first + record - firstRecord
      if ('bad' in raw) records.set(at, { ...raw.bad, position: { path: file.path, record } })
      else records.set(at, recordOf(file.path, raw))
    }
    return loaded.replace(new Map([...records].sort(([a], [b]) => a - b)))
  }
}
