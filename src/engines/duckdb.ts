import type { DuckDBConnection, DuckDBDataChunk, DuckDBValue } from '@duckdb/node-api'
import { EvtError } from '../errors.js'

export interface DuckdbOptions {
  /** DuckDB's own limit; what does not fit is spilled. */
  memoryLimitBytes: number
  /** Where to spill; nothing is spilled without it. */
  spillDir?: string
  threads?: number | undefined
}

/** An embedded DuckDB in memory. It fetches nothing: no extensions, no network. */
export interface Duckdb {
  /** Runs one statement and gives the rows in its order, a chunk of up to 2,048 at a time. */
  chunks(sql: string): AsyncGenerator<DuckDBDataChunk>
  /** Runs one statement for its effect, or for a few rows. 64-bit integers come as bigint. */
  rows(sql: string, values?: DuckDBValue[]): Promise<DuckDBValue[][]>
  readonly connection: DuckDBConnection
  /** Stops what is running; its promise fails. */
  interrupt(): void
  close(): void
}

/** @throws EvtError `outside` where DuckDB cannot be loaded on this machine */
export async function openDuckdb(options: DuckdbOptions): Promise<Duckdb> {
  const { DuckDBInstance } = await loadDuckdb()
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    memory_limit: `${Math.ceil(options.memoryLimitBytes / 1e6)}MB`,
    temp_directory: options.spillDir ?? '',
    ...(options.threads === undefined ? {} : { threads: String(options.threads) }),
  })
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  return {
    connection,
    async *chunks(sql) {
      const result = await connection.run(sql)
      for (;;) {
        const chunk = await result.fetchChunk()
        if (!chunk || chunk.rowCount === 0) return
        yield chunk
      }
    },
    rows: async (sql, values) => (await connection.runAndReadAll(sql, values)).getRows(),
    interrupt: () => connection.interrupt(),
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

async function loadDuckdb(): Promise<typeof import('@duckdb/node-api')> {
  try {
    const loaded = await import('@duckdb/node-api')
    // The package is CommonJS, and not all of its names can be imported by name.
    return loaded.default ?? loaded
  } catch (cause) {
    throw new EvtError(`DuckDB cannot be loaded on ${process.platform}-${process.arch}`, {
      code: 'outside',
      hint: 'install evt again without --omit=optional: DuckDB comes as an optional package',
      cause,
    })
  }
}
