import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'
import type { Tabular, TabularColumn, TabularValue } from './tabular.js'

const sqlTypes = {
  text: 'VARCHAR',
  time: 'TIMESTAMP_MS',
  integer: 'BIGINT',
  decimal: 'DOUBLE',
} as const

/**
 * A Parquet file's bytes, of types that Athena reads. DuckDB can only write to a file, so there is
 * a temporary one, removed at once.
 */
export async function parquetBytes(table: Tabular): Promise<Uint8Array> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const folder = await mkdtemp(join(tmpdir(), 'evt-parquet-'))
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  try {
    const connection = await instance.connect()
    await load(connection, table)
    const path = join(folder, 'stats.parquet')
    const metadata = Object.entries(table.metadata).map(
      ([key, value]) => `${key}: ${quoted(value)}`,
    )
    await connection.run(
      `COPY stats TO ${quoted(path)} (FORMAT parquet, KV_METADATA {${metadata.join(', ')}})`,
    )
    connection.closeSync()
    return await readFile(path)
  } finally {
    instance.closeSync()
    await rm(folder, { recursive: true, force: true })
  }
}

async function load(connection: DuckDBConnection, { columns, rows }: Tabular): Promise<void> {
  const declared = columns.map(({ name, type }) => `"${name}" ${sqlTypes[type]}`)
  await connection.run(`CREATE TABLE stats (${declared.join(', ')})`)
  const appender = await connection.createAppender('stats')
  for (const row of rows) {
    columns.forEach((column, i) => {
      append(appender, column, row[i] ?? null)
    })
    appender.endRow()
  }
  appender.closeSync()
}

function append(appender: DuckDBAppender, { type }: TabularColumn, value: TabularValue): void {
  if (value === null) appender.appendNull()
  else if (type === 'integer') appender.appendBigInt(BigInt(value))
  else if (type === 'decimal') appender.appendDouble(Number(value))
  // DuckDB reads ISO 8601 text into a timestamp as it appends.
  else appender.appendVarchar(String(value))
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
