import type { FileObject } from '../archives/object.js'
import type { Duckdb } from '../engines/duckdb.js'
import { quoteText } from '../engines/leaf-tree.js'
import { narrowSql } from '../engines/narrow.js'
import type { RecordValue } from '../envelopes/decode.js'
import type { Undecodable } from '../event/event.js'
import { readJson } from '../event/json.js'
import { reportChange } from '../reading/read-archive.js'
import type { ParquetReader } from '../reading/taker.js'
import type { Loaded } from './load.js'
import { appendChunk } from './narrow-rows.js'
import type { Projections } from './projections.js'

const SAMPLED_RECORDS = 100
const HEAD_BYTES = 200

/** Reads Parquet files: each row is the JSON object of its columns. */
export class ParquetRows implements ParquetReader {
  constructor(
    private readonly duckdb: Duckdb,
    private readonly projections: Projections,
    private readonly loaded: Loaded,
  ) {}

  /** A file that cannot be read counts as one undecodable record and makes the result partial.
   * @returns the number of the next record */
  async read(file: FileObject, signal: AbortSignal): Promise<number> {
    const { loaded } = this
    await loaded.flush()
    const first = loaded.deliveries.count
    try {
      const next = await this.readRows(file, signal)
      await reportChange(file, loaded)
      return next
    } catch (error) {
      if (!(error instanceof Error) || ourFault.test(error.message)) throw error
      loaded.deliveries.truncate(first)
      const detail = `is no readable Parquet: ${reasonOf(error)}`
      loaded.addFault(file.path, { reason: 'corrupt', detail })
      const position = { path: file.path, record: 1 }
      const head = new Uint8Array()
      const sizeBytes = file.sizeBytes
      loaded.addUndecodable({ reason: 'cut', detail, position, head, sizeBytes })
      return 2
    }
  }

  private async readRows(file: FileObject, signal: AbortSignal): Promise<number> {
    const { duckdb, loaded, projections } = this
    const scan = `read_parquet([${quoteText(file.file)}], hive_partitioning = false)`
    const rows = `(SELECT CAST(to_json(r) AS VARCHAR) AS json FROM ${scan} r)`
    const sample = await this.records(file, `SELECT json FROM ${rows} LIMIT ${SAMPLED_RECORDS}`)
    const projection = await projections.forSample(sample.filter((record) => 'value' in record))
    if (!projection) return this.decodeAll(file, `SELECT json FROM ${rows}`, signal)
    const structure = quoteText(projection.structure)
    const structs = `(SELECT from_json(json, ${structure}) AS "evt:top" FROM ${rows})`
    const suspects: number[] = []
    const { deliveries, groups } = loaded
    const first = deliveries.count
    let count = 0
    for await (const chunk of duckdb.chunks(narrowSql(projection, structs, 'struct'), signal)) {
      appendChunk(chunk, { deliveries, groups, names: true, firstRecord: 1 + count }, suspects)
      count += chunk.rowCount
      if (signal.aborted) break
    }
    if (suspects.length > 0) {
      deliveries.truncate(first)
      return this.decodeAll(file, `SELECT json FROM ${rows}`, signal)
    }
    loaded.select(first)
    return count + 1
  }

  private async decodeAll(file: FileObject, sql: string, signal: AbortSignal): Promise<number> {
    const { duckdb, loaded } = this
    let record = 1
    for await (const chunk of duckdb.chunks(sql, signal)) {
      for (const json of chunk.getColumnValues(0)) {
        const read = recordOf(file.path, record, String(json))
        if ('value' in read) record += await loaded.add(read)
        else {
          loaded.addUndecodable(read)
          record += 1
        }
        if (loaded.isFull) await loaded.flush()
      }
      if (signal.aborted) break
    }
    return record
  }

  private async records(file: FileObject, sql: string) {
    const rows = await this.duckdb.rows(sql)
    return rows.map(([json], at) => recordOf(file.path, at + 1, String(json)))
  }
}

function recordOf(path: string, record: number, json: string): RecordValue | Undecodable {
  const position = { path, record }
  const bytes = Buffer.from(json)
  const head = bytes.subarray(0, HEAD_BYTES)
  const sizeBytes = bytes.length
  const reading = readJson(json)
  if (reading.ok) return { value: reading.value, position, sizeBytes, head }
  return { reason: reading.reason, detail: reading.detail, position, sizeBytes, head }
}

/** Failures of DuckDB that tell nothing about the file. */
const ourFault = /^(Parser|Binder|Catalog|Internal|Out of Memory) Error/

/** DuckDB's words without its kind of error and without the name of the file. */
function reasonOf({ message }: Error): string {
  const [line = message] = message.split('\n')
  return line
    .replace(/^((\w+ )+Error: )?(\w+Exception: )?|( of| in)? file '[^']*'/g, '')
    .replace(/^(?=[A-Z][a-z])./, (c) => c.toLowerCase())
}
