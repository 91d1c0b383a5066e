import type { FileObject } from '../archives/object.js'
import { type Duckdb, isOutOfMemory, openDuckdb } from '../engines/duckdb.js'
import { quoteFile, quoteName } from '../engines/leaf-tree.js'
import { jsonText, parseJson, readJson } from '../event/json.js'
import { parquetColumn } from '../reading/parquet-column.js'
import { isBadFile, isRecording } from '../reading/parquet-file.js'
import { areOfRecording, areTogether, judgeRecording } from './erase-recording.js'
import type { PackedFile } from './packed-file.js'
import {
  checkedRewrite,
  metadataOf,
  notesOfRewrite,
  type ParquetColumn,
} from './parquet-rewrite.js'
import { isInMilliseconds, schemaOf } from './parquet-schema.js'
import type { JudgedRow, RowEraser } from './row-eraser.js'
import {
  hasTouched,
  insertRows,
  makeTouched,
  objectOf,
  type Touched,
  writableRows,
} from './touched-rows.js'

const READING_BYTES = 1e9
const ROW_NUMBER = 'file_row_number'

interface ErasedParquet {
  /** Which holds the events. */
  column: string | undefined
  /** Why it is not read or written. */
  refused: string | null
  /** What its schema says otherwise once it is written again, where it is only read. */
  notes?: string[]
}

/**
 * Reads a Parquet file through an eraser; with a target it is written again without the rows and
 * values that go. Statistics and dictionaries are made anew of what is left.
 */
export async function eraseParquet(
  { path, file }: FileObject,
  rows: RowEraser,
  target: PackedFile | undefined,
): Promise<ErasedParquet> {
  const duckdb = await openDuckdb({ memoryLimitBytes: READING_BYTES, threads: 1 })
  let column: string | undefined
  try {
    const scan = `read_parquet([${quoteFile(file)}], hive_partitioning = false)`
    const described = await duckdb.rows(`DESCRIBE SELECT * FROM ${scan}`)
    const named = described.map(([name, type]) => ({ name: String(name), type: String(type) }))
    let columns: ParquetColumn[] = named
    if (columns.some(({ name }) => name.toLowerCase() === ROW_NUMBER)) {
      return { column, refused: `has a column ${ROW_NUMBER}, which evt cannot tell from its own` }
    }
    if (columns.some(({ name }) => rows.mayTouch(name))) {
      return { column, refused: 'has the name of a column that is to be erased' }
    }
    if (!(await areOwnNames(duckdb, file, columns))) {
      return { column, refused: 'has columns whose names differ by case alone' }
    }
    const metadata = await metadataOf(duckdb, file)
    if (!metadata) return { column, refused: 'has metadata that cannot be written again' }
    if (metadata.flat().some((text) => rows.mayTouch(text))) {
      return { column, refused: 'has what is to be erased in its own metadata' }
    }
    const isOfRecord = await isRecording(scan, duckdb)
    if (isOfRecord && !areOfRecording(columns)) {
      return { column, refused: 'is a recording by evt with other columns than this one writes' }
    }
    if (!isOfRecord) column = (await parquetColumn(scan, duckdb)) ?? undefined
    const schema = new Map((await schemaOf(duckdb, file)).map((one) => [one.name, one]))
    columns = named.map((one) => {
      const node = schema.get(one.name)
      const isText = one.type === 'JSON' && one.name === column
      return { ...one, isText, isMillis: node !== undefined && isInMilliseconds(node) }
    })
    const numbered = scan.replace(/\)$/, `, ${ROW_NUMBER} = true)`)
    if (isOfRecord && !(await areTogether(duckdb, numbered))) {
      return { column, refused: 'is a recording by evt whose rows stand in another order' }
    }
    await makeTouched(duckdb)
    if (isOfRecord) await judgeRecording(duckdb, { numbered, columns, rows })
    else await judgeRows(duckdb, { numbered, columns, column, rows })
    const make =
      target && ((to: string) => checkedRewrite(duckdb, { path, file, to, columns, numbered }))
    if (make) await target.fill(make)
    const isChanged = !make && (await hasTouched(duckdb))
    const notes = isChanged ? await notesOfRewrite(duckdb, { file, columns, numbered }) : []
    return { column, refused: null, notes }
  } catch (error) {
    if (isOutOfMemory(error)) {
      return { column, refused: 'has values that are too large to be written again' }
    }
    if (target || !isBadFile(error)) throw error
    return { column, refused: 'is no readable Parquet' }
  } finally {
    await duckdb.close()
  }
}

/** DuckDB gives a name of its own to a column whose name is there already, but for its case. */
async function areOwnNames(
  duckdb: Duckdb,
  file: string,
  columns: readonly ParquetColumn[],
): Promise<boolean> {
  const rows = await duckdb.rows(`SELECT name FROM parquet_schema(${quoteFile(file)})`)
  const names = new Set(rows.map(([name]) => String(name)))
  return columns.every(({ name }) => names.has(name))
}

async function judgeRows(
  duckdb: Duckdb,
  {
    numbered,
    columns,
    column,
    rows,
  }: {
    numbered: string
    columns: readonly ParquetColumn[]
    column: string | undefined
    rows: RowEraser
  },
): Promise<void> {
  const json = `CAST(to_json(${rowStruct(columns)}) AS VARCHAR)`
  const sql = `SELECT ${ROW_NUMBER}, ${json} FROM ${numbered} r`
  for await (const chunk of duckdb.scan(sql)) {
    const touched: { judged: JudgedRow; row: Touched }[] = []
    for (const [n, json] of chunk.getRows()) {
      const text = String(json)
      const judged = readJson(text).ok
        ? await rows.judge(text, column)
        : rows.judgeBroken(Buffer.from(text))
      if (judged.left === 'kept') rows.settle(judged)
      else touched.push({ judged, row: { n: Number(n), ...changesOf(judged, columns) } })
    }
    if (touched.length === 0) continue
    const all = touched.map(({ row }) => row)
    const writable = await writableRows(duckdb, all, columns)
    for (const { judged, row } of touched) rows.settle(judged, writable.has(row))
    await insertRows(
      duckdb,
      all.filter((row) => writable.has(row)),
    )
  }
}

/** NaN and infinities are no JSON. */
function rowStruct(columns: readonly ParquetColumn[]): string {
  const members = columns.map(({ name, type, isText }) => {
    const value = `r.${quoteName(name)}`
    if (isText) return `${quoteName(name)} := CAST(${value} AS VARCHAR)`
    const isFloat = type === 'FLOAT' || type === 'DOUBLE'
    return `${quoteName(name)} := ${isFloat ? `if(isfinite(${value}), ${value}, NULL)` : value}`
  })
  return `struct_pack(${members.join(', ')})`
}

function changesOf({ text, left }: JudgedRow, columns: readonly ParquetColumn[]) {
  if (typeof left === 'string') return { dropped: true, changes: '{}' }
  const before = objectOf(parseJson(text))
  const after = objectOf(left.value)
  const changed = columns.flatMap(({ name }, n) => {
    const value = after[name]
    const isSame = value !== undefined && jsonText(before[name] ?? null) === jsonText(value)
    return isSame ? [] : [[`c${n}`, value ?? null] as const]
  })
  return { dropped: false, changes: jsonText(Object.fromEntries(changed)) }
}
