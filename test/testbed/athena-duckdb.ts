import { openDuckdb } from '../../src/engines/duckdb.js'
import type { Executed } from './athena-double.js'

/** Runs a statement as a double of Athena does, by DuckDB: its values are texts there. */
export async function byDuckdb(sql: string, values: readonly string[]): Promise<Executed> {
  const duckdb = await openDuckdb({ memoryLimitBytes: 200e6, threads: 1 })
  try {
    const parts = sql.split('?')
    const whole = parts.map((part, n) => `${part}${n < parts.length - 1 ? values[n] : ''}`).join('')
    const result = await duckdb.connection.runAndReadAll(whole)
    const types = result.columnTypes().map((type) => String(type).toLowerCase())
    const columns = result.columnNames().map((name, n) => ({ name, type: types[n] ?? '' }))
    const rows = result.getRows().map((row) => row.map((v) => (v === null ? null : String(v))))
    return { columns, rows, scannedBytes: 0 }
  } finally {
    await duckdb.close()
  }
}
