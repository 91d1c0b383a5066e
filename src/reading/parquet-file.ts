import type { FileObject } from '../archives/object.js'
import type { Duckdb } from '../engines/duckdb.js'
import { quoteFile, quoteName, quoteText } from '../engines/leaf-tree.js'
import type { RecordValue } from '../envelopes/decode.js'
import { recordingLine } from '../envelopes/recording.js'
import type { Undecodable } from '../event/event.js'
import { readJson } from '../event/json.js'
import { SAMPLED_RECORDS } from './line-sample.js'
import { parquetColumn } from './parquet-column.js'
import type { Taker } from './taker.js'

const HEAD_BYTES = 200
/** The column of a recording that holds the lines of which the others were made. */
const RECORDED = 'recorded'
/** Stands for its name: its cells are records, as rows of columns are. */
const OF_RECORDING = ''

/**
 * Makes the view of a Parquet file that {@link parquetTexts} reads: a row for each of its rows,
 * with the JSON of the column that holds the events, and that column's name; else with the object
 * of its columns, and NULL. Of a recording by evt there is a row for each of its lines.
 */
export async function openRows({ file }: FileObject, duckdb: Duckdb): Promise<void> {
  const scan = `read_parquet([${quoteFile(file)}], hive_partitioning = false)`
  if (await isRecording(scan, duckdb)) {
    await duckdb.rows(
      `CREATE OR REPLACE VIEW ${viewOf(file)} AS
       SELECT ${RECORDED} AS json, ${quoteText(OF_RECORDING)} AS name FROM ${scan}
       WHERE ${RECORDED} IS NOT NULL`,
    )
    return
  }
  const column = await parquetColumn(scan, duckdb)
  const [value, name] =
    column === null ? ['to_json(r)', 'NULL'] : [`r.${quoteName(column)}`, quoteText(column)]
  await duckdb.rows(
    `CREATE OR REPLACE VIEW ${viewOf(file)} AS
     SELECT CAST(${value} AS VARCHAR) AS json, ${name} AS name FROM ${scan} r`,
  )
}

/** Whether it is a part of a recording by evt. */
export async function isRecording(scan: string, duckdb: Duckdb): Promise<boolean> {
  const columns = await duckdb.rows(`DESCRIBE SELECT * FROM ${scan}`)
  if (!columns.some(([name, type]) => name === RECORDED && type === 'VARCHAR')) return false
  const line = `SELECT ${RECORDED} FROM ${scan} WHERE ${RECORDED} IS NOT NULL LIMIT 1`
  const [[first] = []] = await duckdb.rows(line)
  const reading = readJson(String(first ?? ''))
  return reading.ok && recordingLine(reading.value)?.is === 'record'
}

/** The rows of a Parquet file that {@link openRows} has opened, as a relation of JSON texts. */
export function parquetTexts(file: string): string {
  return `(SELECT json FROM ${viewOf(file)})`
}

function viewOf(file: string): string {
  return quoteName(`rows of ${file}`)
}

/** Opens a Parquet file, and gives its first rows that can be read. */
export async function sampledRows(file: FileObject, duckdb: Duckdb): Promise<RecordValue[]> {
  await openRows(file, duckdb)
  const sql = `SELECT json, name FROM ${viewOf(file.file)} LIMIT ${SAMPLED_RECORDS}`
  const rows = await duckdb.rows(sql)
  return rows.flatMap(([json, name], at) =>
    rowRecords(file.path, at + 1, json, name).filter((read) => 'value' in read),
  )
}

/** Whether the events of an opened file are in one of its columns. */
export async function isOfColumn({ file }: FileObject, duckdb: Duckdb): Promise<boolean> {
  const [row] = await duckdb.rows(`SELECT name FROM ${viewOf(file)} LIMIT 1`)
  return typeof row?.[0] === 'string'
}

/** The records of an opened file. What a caller counts for more than one record, it says by the
 * number that the next record has. */
export async function* rowsOf(
  file: FileObject,
  duckdb: Duckdb,
  nextRecord: () => number,
  signal?: AbortSignal,
): AsyncGenerator<RecordValue | Undecodable> {
  const sql = `SELECT json, name FROM ${viewOf(file.file)}`
  for await (const chunk of duckdb.chunks(sql, signal)) {
    for (const [json, name] of chunk.getRows()) {
      for (const read of rowRecords(file.path, 0, json, name)) {
        yield { ...read, position: { path: file.path, record: nextRecord() } }
      }
    }
    if (signal?.aborted) break
  }
}

/** Reads an opened Parquet file through the decoder.
 * @returns the number of the next record */
export async function decodeRows(
  file: FileObject,
  { duckdb, taker, signal }: { duckdb: Duckdb; taker: Taker; signal: AbortSignal },
): Promise<number> {
  let record = 1
  for await (const read of rowsOf(file, duckdb, () => record, signal)) {
    if ('value' in read) record += await taker.add(read)
    else {
      taker.addUndecodable(read)
      record += 1
    }
    if (taker.isFull) await taker.flush()
  }
  return record
}

/** A row as the records that it is: one, unless its cell holds several in an array.
 * @param name of the column whose cell it is; null: a row of all columns */
function rowRecords(
  path: string,
  record: number,
  json: unknown,
  name: unknown,
): (RecordValue | Undecodable)[] {
  const position = { path, record }
  const bytes = Buffer.from(typeof json === 'string' ? json : '')
  const head = bytes.subarray(0, HEAD_BYTES)
  const sizeBytes = bytes.length
  const reading = readJson(bytes.toString())
  if (name === null || name === OF_RECORDING) {
    if (reading.ok) return [{ value: reading.value, position, sizeBytes, head, text: bytes }]
    return [{ reason: reading.reason, detail: reading.detail, position, sizeBytes, head }]
  }
  const bad = (detail: string): Undecodable => ({
    ...{ reason: 'bad body', detail: `parquet column ${JSON.stringify(name)} ${detail}` },
    ...{ position, sizeBytes, head },
  })
  if (sizeBytes === 0) return [bad('is empty')]
  if (!reading.ok) return [bad(reading.detail)]
  const values = Array.isArray(reading.value) ? reading.value : [reading.value]
  return values.map((value) =>
    typeof value === 'object' && value !== null
      ? { value, position, sizeBytes, head }
      : bad(`is ${value === null ? 'null' : `a ${typeof value}`}, not an object`),
  )
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
