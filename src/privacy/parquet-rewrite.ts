import type { Duckdb } from '../engines/duckdb.js'
import { quoteFile, quoteName, quoteText } from '../engines/leaf-tree.js'
import { EvtError } from '../errors.js'
import { GOES_ON } from './goes-on.js'
import { fieldIdsOption, schemaNotes, schemaOf } from './parquet-schema.js'

export interface ParquetColumn {
  readonly name: string
  readonly type: string
  /** Whether it is JSON that is taken, and written, as the text that it is: it holds the events. */
  readonly isText?: boolean
  /** Whether its timestamps are in milliseconds in the file. */
  readonly isMillis?: boolean
}

interface Rewrite {
  path: string
  file: string
  to: string
  columns: readonly ParquetColumn[]
  /** The file as a relation, with the numbers of its rows. */
  numbered: string
}

/** What DuckDB calls the codecs of Parquet; one kind of LZ4 is written as the other. */
const codecs: Readonly<Record<string, string>> = { LZ4: 'lz4_raw' }
const LEAST_GROUP_ROWS = 2048

/**
 * Writes a Parquet file again as the table `touched` says, in its order, with its codec and its
 * metadata, and compares both row by row.
 *
 * @throws EvtError `outside` where they are not alike
 */
export async function checkedRewrite(duckdb: Duckdb, rewrite: Rewrite): Promise<void> {
  const { file, to, columns } = rewrite
  const names = columns.map(
    (column, n) => `${stored(column, amendedValue(column, n))} AS ${quoteName(column.name)}`,
  )
  await markRows(duckdb, rewrite)
  const kept = `FROM ${rewrite.numbered} r POSITIONAL JOIN marks t WHERE t.dropped IS NOT TRUE`
  const options = await writingOptions(duckdb, file)
  const copy = `COPY (SELECT ${names.join(', ')} ${kept}) TO ${quoteText(to)}`
  await duckdb.rows(`${copy} (${options.join(', ')})`).catch((error) => {
    throw asDiskError(error)
  })
  const written = `read_parquet([${quoteFile(to)}], hive_partitioning = false)`
  if (!(await isOfSameTypes(duckdb, written, columns))) throw unlike(rewrite, 'columns')
  const values = columns.map(amendedValue).join(', ')
  const before = `SELECT if(r.file_row_number = t.n, t.n, -1), ${hashOf(values)} ${kept}`
  const all = columns.map(({ name }) => `r.${quoteName(name)}`).join(', ')
  const after = `SELECT 0, ${hashOf(all)} FROM ${written} r`
  const isAlike = await areSame(hashesOf(duckdb, before), hashesOf(duckdb, after))
  if (!isAlike) throw unlike(rewrite, 'rows')
}

/** What the schema of a file says otherwise once it is written again. */
export async function notesOfRewrite(
  duckdb: Duckdb,
  { file, columns, numbered }: Pick<Rewrite, 'file' | 'columns' | 'numbered'>,
): Promise<string[]> {
  const names = columns.map((column) => {
    const value = `r.${quoteName(column.name)}`
    return `${stored(column, value)} AS ${quoteName(column.name)}`
  })
  const options = await writingOptions(duckdb, file)
  const select = `SELECT ${names.join(', ')} FROM ${numbered} r LIMIT 0`
  return schemaNotes(duckdb, { before: await schemaOf(duckdb, file), select, options })
}

/** As it is to be stored. */
function stored({ isMillis }: ParquetColumn, value: string): string {
  return isMillis ? `CAST(${value} AS TIMESTAMP_MS)` : value
}

/** The new value of a column, of `t.changes`. */
export function changedValue({ type, isText }: ParquetColumn, n: number): string {
  const at = quoteText(`$.c${n}`)
  if (type === 'VARCHAR' || isText) return `t.changes ->> ${at}`
  // DuckDB writes bytes as a text with escapes, and reads them from one alone.
  if (type === 'BLOB') return `TRY_CAST(t.changes ->> ${at} AS BLOB)`
  const value = `CASE WHEN json_type(t.changes, ${at}) <> 'NULL' THEN t.changes -> ${at} END`
  return type === 'JSON' ? value : `TRY_CAST(${value} AS ${type})`
}

/** DuckDB says in words what Node says by a code. */
function asDiskError(error: unknown): unknown {
  const message = error instanceof Error ? error.message : ''
  const code = /No space left/.test(message)
    ? 'ENOSPC'
    : /Permission denied/.test(message)
      ? 'EACCES'
      : undefined
  return code ? Object.assign(new Error(message, { cause: error }), { code }) : error
}

/** Every row has a mark, so that both are read side by side: joins do not keep their order. */
async function markRows(duckdb: Duckdb, { numbered }: Rewrite): Promise<void> {
  await duckdb.rows(
    `CREATE TABLE marks AS SELECT x.range AS n, t.dropped, t.changes
     FROM range((SELECT count(*) FROM ${numbered})) x LEFT JOIN touched t ON t.n = x.range
     ORDER BY x.range`,
  )
}

function amendedValue(column: ParquetColumn, n: number): string {
  const isChanged = `json_exists(t.changes, ${quoteText(`$.c${n}`)})`
  const before = `r.${quoteName(column.name)}`
  const value = changedValue(column, n)
  const after = column.isText ? `CAST(${value} AS JSON)` : value
  return `CASE WHEN ${isChanged} THEN ${after} ELSE ${before} END`
}

async function writingOptions(duckdb: Duckdb, file: string): Promise<string[]> {
  const [most] = await duckdb.rows(
    `SELECT compression, max(row_group_num_rows) FROM parquet_metadata(${quoteFile(file)})
     GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1`,
  )
  const codec = String(most?.[0] ?? 'SNAPPY')
  const groupRows = Math.max(LEAST_GROUP_ROWS, Number(most?.[1] ?? 0))
  const metadata = await metadataOf(duckdb, file)
  const fieldIds = fieldIdsOption(await schemaOf(duckdb, file))
  const pairs = (metadata ?? []).map(([key, value]) => `${quoteName(key)}: ${quoteText(value)}`)
  return [
    ...['FORMAT parquet', `COMPRESSION ${codecs[codec] ?? codec.toLowerCase()}`],
    // Else it writes beside it to a file that whoever reads the folder takes for one of it.
    'USE_TMP_FILE false',
    `ROW_GROUP_SIZE ${groupRows}`,
    ...(fieldIds === undefined ? [] : [fieldIds]),
    ...(pairs.length === 0 ? [] : [`KV_METADATA {${pairs.join(', ')}}`]),
  ]
}

/** What a file says of itself beside its schema, such as what pandas and Spark add; null where
 * DuckDB cannot write it again. */
export async function metadataOf(duckdb: Duckdb, file: string): Promise<[string, string][] | null> {
  const rows = await duckdb.rows(
    `SELECT TRY(decode(key)), TRY(decode(value)) FROM parquet_kv_metadata(${quoteFile(file)})`,
  )
  const pairs = rows.flatMap(([key, value]): [string, string][] =>
    key === null || key === '' || value === null ? [] : [[String(key), String(value)]],
  )
  const names = new Set(pairs.map(([key]) => key.toLowerCase()))
  return names.size === rows.length ? pairs : null
}

async function isOfSameTypes(
  duckdb: Duckdb,
  written: string,
  columns: readonly ParquetColumn[],
): Promise<boolean> {
  const now = await duckdb.rows(`DESCRIBE SELECT * FROM ${written}`)
  return (
    now.length === columns.length &&
    columns.every(({ name, type }, n) => now[n]?.[0] === name && now[n]?.[1] === type)
  )
}

/** DuckDB's hash of a list is not that of its values alone: of their text it is. */
function hashOf(values: string): string {
  return `hash(CAST(row(${values}) AS VARCHAR))`
}

/** The numbers of rows, and hashes of their values. */
async function* hashesOf(duckdb: Duckdb, sql: string): AsyncGenerator<readonly [bigint, unknown]> {
  for await (const chunk of duckdb.scan(sql)) {
    for (const [n, hash] of chunk.getRows()) yield [BigInt(Number(n)), hash]
  }
}

/** In the order of the numbers, which have to rise. */
async function areSame(
  before: AsyncGenerator<readonly [bigint, unknown]>,
  after: AsyncGenerator<readonly [bigint, unknown]>,
): Promise<boolean> {
  let last = -1n
  for await (const [n, hash] of before) {
    const { value } = await after.next()
    if (n <= last || value?.[1] !== hash) return false
    last = n
  }
  return (await after.next()).done === true
}

function unlike({ path }: Rewrite, what: string): EvtError {
  return new EvtError(`${path} would have other ${what} when it is written again: it stays`, {
    code: 'outside',
    hint: GOES_ON,
  })
}
