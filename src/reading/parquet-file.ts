import type { FileObject } from '../archives/object.js'
import type { Duckdb } from '../engines/duckdb.js'
import { quoteFile } from '../engines/leaf-tree.js'
import type { RecordValue } from '../envelopes/decode.js'
import type { Undecodable } from '../event/event.js'
import { readJson } from '../event/json.js'
import { SAMPLED_RECORDS } from './line-sample.js'
import type { Taker } from './taker.js'

const HEAD_BYTES = 200

/** The rows of a Parquet file as a relation of JSON texts: each is the object of its columns. */
export function parquetTexts(file: string): string {
  const scan = `read_parquet([${quoteFile(file)}], hive_partitioning = false)`
  return `(SELECT CAST(to_json(r) AS VARCHAR) AS json FROM ${scan} r)`
}

/** The first rows of a Parquet file that can be read. */
export async function sampledRows(file: FileObject, duckdb: Duckdb): Promise<RecordValue[]> {
  const sql = `SELECT json FROM ${parquetTexts(file.file)} LIMIT ${SAMPLED_RECORDS}`
  const rows = await duckdb.rows(sql)
  return rows.flatMap(([json], at) => {
    const read = rowRecord(file.path, at + 1, String(json))
    return 'value' in read ? [read] : []
  })
}

/** Reads a Parquet file through the decoder.
 * @returns the number of the next record */
export async function decodeRows(
  file: FileObject,
  { duckdb, taker, signal }: { duckdb: Duckdb; taker: Taker; signal: AbortSignal },
): Promise<number> {
  let record = 1
  for await (const chunk of duckdb.chunks(`SELECT json FROM ${parquetTexts(file.file)}`, signal)) {
    for (const json of chunk.getColumnValues(0)) {
      const read = rowRecord(file.path, record, String(json))
      if ('value' in read) record += await taker.add(read)
      else {
        taker.addUndecodable(read)
        record += 1
      }
      if (taker.isFull) await taker.flush()
    }
    if (signal.aborted) break
  }
  return record
}

/** A row as the record that it is. */
function rowRecord(path: string, record: number, json: string): RecordValue | Undecodable {
  const position = { path, record }
  const bytes = Buffer.from(json)
  const head = bytes.subarray(0, HEAD_BYTES)
  const sizeBytes = bytes.length
  const reading = readJson(json)
  if (reading.ok) return { value: reading.value, position, sizeBytes, head }
  return { reason: reading.reason, detail: reading.detail, position, sizeBytes, head }
}

/** Counts a file that cannot be read as one undecodable record; the result becomes partial.
 * @returns the number of the next record */
export function addUnreadable(file: FileObject, error: Error, taker: Taker): number {
  const detail = `is no readable Parquet: ${reasonOf(error)}`
  taker.addFault(file.path, { reason: 'corrupt', detail })
  const position = { path: file.path, record: 1 }
  const head = new Uint8Array()
  const sizeBytes = file.sizeBytes
  taker.addUndecodable({ reason: 'cut', detail, position, head, sizeBytes })
  return 2
}

/** Whether a failure of DuckDB tells that the file is bad. */
export function isBadFile(error: unknown): error is Error {
  return error instanceof Error && !ourFault.test(error.message)
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
