import type { Duckdb } from '../engines/duckdb.js'
import { unnested } from '../engines/json-rows.js'
import { quoteName } from '../engines/leaf-tree.js'
import { createDecoder } from '../envelopes/decode.js'
import { recordingLine } from '../envelopes/recording.js'
import type { Decoded } from '../event/event.js'
import { parseJson, readJson } from '../event/json.js'
import type { Flags } from '../record/part-flags.js'
import {
  type Decode,
  decodedLine,
  ENTRIES,
  partColumns,
  type ReadLine,
  type Row,
  rowsOf,
} from '../record/part-rows.js'
import type { ParquetColumn } from './parquet-rewrite.js'
import type { JudgedRow, RowEraser } from './row-eraser.js'
import { insertRows, type Touched, writableRows } from './touched-rows.js'

/** A row as it is: its number, and what came before it in the recording says of it. */
interface OldRow extends Flags {
  readonly n: number
}

/** A record, in the first of its rows, and all of them. */
interface OldRecord {
  readonly line: string
  readonly rows: OldRow[]
}

/** A record that is not to stay, and the rows that are left of it; null: they cannot be told. */
interface JudgedRecord {
  readonly judged: JudgedRow
  readonly old: readonly OldRow[]
  readonly left: readonly Row[] | null
}

/** The rows of a longer line take more memory than there is. */
const MOST_LINE = 16 * 1024 * 1024
const MOST_WAITING = 500
const MOST_CHARACTERS = 4 * 1024 * 1024

/** Whether these are the columns that `evt record` writes. */
export function areOfRecording(columns: readonly ParquetColumn[]): boolean {
  const names = Object.keys(partColumns)
  return columns.length === names.length && columns.every(({ name }, n) => name === names[n])
}

/**
 * Judges a part of a recording, line by line, as one of NDJSON is judged, and tells the table of
 * touched rows what is to become of them: those of a changed line are made of it anew, as
 * `evt record` makes them. What the records before say of an event stays.
 *
 * @param numbered the file, with the numbers of its rows
 */
export async function judgeRecording(
  duckdb: Duckdb,
  {
    numbered,
    columns,
    rows,
  }: { numbered: string; columns: readonly ParquetColumn[]; rows: RowEraser },
): Promise<void> {
  const decode = createDecoder({ mapping: rows.mapping })
  let waiting: JudgedRecord[] = []
  let characters = 0
  const flush = async () => {
    await touch(duckdb, waiting, { columns, rows })
    waiting = []
    characters = 0
  }
  for await (const { line, rows: old } of recordsOf(duckdb, numbered)) {
    const judged = await judgedLine(line, rows)
    if (judged.left === 'kept') {
      rows.settle(judged)
      continue
    }
    waiting.push({ judged, old, left: await leftOf(judged, old, decode) })
    characters += line.length
    if (waiting.length >= MOST_WAITING || characters >= MOST_CHARACTERS) await flush()
  }
  await flush()
}

/**
 * Whether the rows of each record stand together, the one with its line first, as `evt record`
 * writes them. In a file that was sorted otherwise nobody knows which rows are of which line.
 *
 * @param numbered the file, with the numbers of its rows
 */
export async function areTogether(duckdb: Duckdb, numbered: string): Promise<boolean> {
  const found = await duckdb.rows(
    `SELECT 1 FROM (
       SELECT pos, has_line, lag(pos) OVER (ORDER BY file_row_number) AS before
       FROM (SELECT file_row_number, pos, recorded IS NOT NULL AS has_line FROM ${numbered})
     ) WHERE pos IS NULL
       OR pos IS DISTINCT FROM if(has_line, pos - pos % ${ENTRIES}, before + 1) LIMIT 1`,
  )
  return found.length === 0
}

/** The records of a part, in its order: the first row of each has its line. */
async function* recordsOf(duckdb: Duckdb, numbered: string): AsyncGenerator<OldRecord> {
  const sql = `SELECT file_row_number, recorded, duplicate, reordered FROM ${numbered}`
  let record: OldRecord | undefined
  for await (const chunk of duckdb.scan(sql)) {
    for (const [n, line, duplicate, reordered] of chunk.getRows()) {
      if (line !== null) {
        if (record) yield record
        record = { line: String(line), rows: [] }
      }
      const flags = { duplicate, reordered } as Flags // as evt wrote them
      record?.rows.push({ n: Number(n), ...flags })
    }
  }
  if (record) yield record
}

function judgedLine(line: string, rows: RowEraser): Promise<JudgedRow> | JudgedRow {
  return readJson(line).ok ? rows.judge(line, undefined) : rows.judgeBroken(Buffer.from(line))
}

/** The rows that are left of a record. Other readers than `evt record` may find more or fewer
 * events in a line than there are rows for: these cannot be told. */
async function leftOf(
  { text: before, verdict: { text } }: JudgedRow,
  old: readonly OldRow[],
  decode: Decode,
): Promise<Row[] | null> {
  const was = readJson(before).ok ? readLine(before) : undefined
  const all = was && (await decodedLine(was, decode))
  // Rows of another line would go with these.
  if (Math.max(1, all?.length ?? 1) !== old.length) return null
  if (text === null) return []
  if (text.length > MOST_LINE) return null
  const is = readLine(text)
  if (!all || !is) return null
  const decoded = await decodedLine(is, decode)
  const places = placesOf(decoded, all)
  const flagsOf = (_: unknown, entry: number): Flags => {
    const { duplicate = null, reordered = null } = old[places[entry] ?? entry] ?? {}
    return { duplicate, reordered }
  }
  const rows = rowsOf(is, decoded, flagsOf)
  return rows.length <= old.length ? rows : null
}

function readLine(text: string): ReadLine | undefined {
  const value = parseJson(text)
  const found = recordingLine(value)
  return found?.is === 'record' ? { text, value, line: found.line } : undefined
}

/** Which events of a record those are that are left of it: in its order, some are gone. */
function placesOf(left: readonly Decoded[], all: readonly Decoded[]): number[] {
  let from = 0
  return left.map((one, n) => {
    const last = all.length - (left.length - n)
    const at = all.findIndex((other, k) => k >= from && k <= last && isAlike(one, other))
    const place = at < 0 ? from : at
    from = place + 1
    return place
  })
}

function isAlike(one: Decoded, other: Decoded): boolean {
  if (one.kind !== 'event' || other.kind !== 'event') return one.kind === other.kind
  const nameOf = ({ event: { source, type, id, timeUs } }: typeof one) => [source, type, id, timeUs]
  return JSON.stringify(nameOf(one)) === JSON.stringify(nameOf(other))
}

/** Notes what is to become of records, as far as it can be written. */
async function touch(
  duckdb: Duckdb,
  records: readonly JudgedRecord[],
  { columns, rows }: { columns: readonly ParquetColumn[]; rows: RowEraser },
): Promise<void> {
  const known = records.flatMap(({ left }) => left ?? [])
  const changes = await changesOf(duckdb, known)
  let next = 0
  const touched = records.map(({ judged, old, left }) => {
    const all = old.map(({ n }, at): Touched => {
      if (left === null || at >= left.length) return { n, dropped: true, changes: '{}' }
      return { n, dropped: false, changes: changes[next++] ?? '{}' }
    })
    return { judged, isTold: left !== null, all }
  })
  const writable = await writableRows(
    duckdb,
    touched.flatMap(({ all }) => all),
    columns,
  )
  const written = touched.filter(({ judged, isTold, all }) => {
    const isWritable = isTold && all.every((row) => writable.has(row))
    rows.settle(judged, isWritable)
    return isWritable
  })
  await insertRows(
    duckdb,
    written.flatMap(({ all }) => all),
  )
}

/** All columns of rows, by their places, as DuckDB itself writes them. */
async function changesOf(duckdb: Duckdb, rows: readonly Row[]): Promise<string[]> {
  const members = Object.keys(partColumns).map((name, n) => `c${n} := ${quoteName(name)}`)
  const json = `CAST(to_json(struct_pack(${members.join(', ')})) AS VARCHAR)`
  const found: string[] = []
  for (const { from, values } of unnested(partColumns, rows)) {
    for (const [text] of await duckdb.rows(`SELECT ${json} FROM ${from}`, values)) {
      found.push(String(text))
    }
  }
  return found
}
