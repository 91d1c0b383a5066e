import type { FileObject } from '../archives/object.js'
import { type Duckdb, openDuckdb } from '../engines/duckdb.js'
import { quoteFile, quoteName } from '../engines/leaf-tree.js'
import type { JsonObject, JsonValue } from '../event/event.js'
import { jsonText, parseJson, readJson } from '../event/json.js'
import { parquetColumn } from '../reading/parquet-column.js'
import { isBadFile, isRecording } from '../reading/parquet-file.js'
import type { PackedFile } from './packed-file.js'
import {
  changedValue,
  checkedRewrite,
  metadataOf,
  notesOfRewrite,
  type ParquetColumn,
} from './parquet-rewrite.js'
import { isInMilliseconds, schemaOf } from './parquet-schema.js'
import type { JudgedRow, RowEraser } from './row-eraser.js'

/** A row that is to be another one, or to go. */
interface Touched {
  readonly n: number
  readonly dropped: boolean
  /** The changed columns by their place, `c0` and so on, as JSON. */
  readonly changes: string
}

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

async function hasTouched(duckdb: Duckdb): Promise<boolean> {
  const [row] = await duckdb.rows('SELECT count(*) FROM touched')
  return Number(row?.[0] ?? 0) > 0
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
    // One line may hold events of several rows: of the row alone it is not to be told what stays.
    if (await isRecording(scan, duckdb)) {
      return { column, refused: 'is a recording by evt in Parquet, which is not written again' }
    }
    column = (await parquetColumn(scan, duckdb)) ?? undefined
    const schema = new Map((await schemaOf(duckdb, file)).map((one) => [one.name, one]))
    columns = named.map((one) => {
      const node = schema.get(one.name)
      const isText = one.type === 'JSON' && one.name === column
      return { ...one, isText, isMillis: node !== undefined && isInMilliseconds(node) }
    })
    await duckdb.rows('CREATE TABLE touched (n BIGINT, dropped BOOLEAN, changes VARCHAR)')
    const numbered = scan.replace(/\)$/, `, ${ROW_NUMBER} = true)`)
    await judgeRows(duckdb, { numbered, columns, column, rows })
    const make =
      target && ((to: string) => checkedRewrite(duckdb, { path, file, to, columns, numbered }))
    if (make) await target.fill(make)
    const isChanged = !make && (await hasTouched(duckdb))
    const notes = isChanged ? await notesOfRewrite(duckdb, { file, columns, numbered }) : []
    return { column, refused: null, notes }
  } catch (error) {
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

/** Those whose new values the types of their columns can hold, as DuckDB itself reads them back. */
async function writableRows(
  duckdb: Duckdb,
  rows: readonly Touched[],
  columns: readonly ParquetColumn[],
): Promise<Set<Touched>> {
  const members = columns.map((column, n) => `c${n} := ${changedValue(column, n)}`)
  const json = `CAST(to_json(struct_pack(${members.join(', ')})) AS VARCHAR)`
  const read = await duckdb.rows(`SELECT ${json} FROM ${givenRows} t ORDER BY t.at`, [
    JSON.stringify(rows.map((row, at) => ({ ...row, at }))),
  ])
  // Numbers that were read as JSON may have lost digits, and integers have become texts.
  const isInexact = (name: string, value: JsonValue) => {
    const { type = '', isText } = columns[Number(name.slice(1))] ?? {}
    return /JSON/.test(type) && !isText && /\d{16}/.test(jsonText(value))
  }
  return new Set(
    rows.filter((row, n) => {
      const wanted = objectOf(parseJson(row.changes))
      const found = objectOf(parseJson(String(read[n]?.[0])))
      return Object.entries(wanted).every(
        ([name, value]) =>
          jsonText(found[name] ?? null) === jsonText(value) && !isInexact(name, value),
      )
    }),
  )
}

const givenRows = `(SELECT unnest(from_json($1,
  '[{"n":"BIGINT","dropped":"BOOLEAN","changes":"VARCHAR","at":"BIGINT"}]'), recursive := true))`

async function insertRows(duckdb: Duckdb, rows: readonly Touched[]): Promise<void> {
  await duckdb.rows(`INSERT INTO touched SELECT n, dropped, changes FROM ${givenRows} t`, [
    JSON.stringify(rows),
  ])
}

function objectOf(value: JsonValue): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
}
