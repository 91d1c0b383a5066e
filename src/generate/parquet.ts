import type { DuckDBConnection } from '@duckdb/node-api'
import { literal, type ObjectWriter, withoutGlob } from './object-writer.js'

const MOST_RECORD_BYTES = 128 * 1024 * 1024

/**
 * Turns files of line-delimited JSON into Parquet ones with the fields of `sample` as columns:
 * texts stay texts, times among them, integers are BIGINT, other numbers DOUBLE. A field that a
 * record lacks is NULL. One thread, so that the same records are the same bytes.
 */
export async function createParquetWriter(sample: Record<string, unknown>): Promise<ObjectWriter> {
  const duckdb = await import('@duckdb/node-api')
  const instance = await duckdb.DuckDBInstance.create(':memory:', { threads: '1' })
  const connection: DuckDBConnection = await instance.connect()
  const fields = Object.entries(sample).map(
    ([name, value]) => `${literal(name)}: ${literal(columnType(value))}`,
  )
  return {
    async write(textPath, path) {
      await connection.run(
        `COPY (SELECT * FROM read_json(${literal(withoutGlob(textPath))},
           format = 'newline_delimited', compression = 'uncompressed', hive_partitioning = false,
           maximum_object_size = ${MOST_RECORD_BYTES}, columns = {${fields.join(', ')}}))
         TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`,
      )
    },
    close() {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

function columnType(value: unknown): string {
  if (Array.isArray(value)) return `${columnType(value[0])}[]`
  if (typeof value === 'boolean') return 'BOOLEAN'
  if (typeof value === 'number') return Number.isInteger(value) ? 'BIGINT' : 'DOUBLE'
  if (typeof value !== 'object' || value === null) return 'VARCHAR'
  const fields = Object.entries(value).map(
    ([name, inner]) => `${identifier(name)} ${columnType(inner)}`,
  )
  return `STRUCT(${fields.join(', ')})`
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
