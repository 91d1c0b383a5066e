import { availableParallelism, tmpdir } from 'node:os'
import { makeTempFolder, removeTempFolder } from '../archives/temp-folder.js'
import { type Duckdb, engineError, openDuckdb } from '../engines/duckdb.js'

export interface SpillOptions {
  memoryLimitBytes: number
  threads?: number | undefined
  spoolDir?: string | undefined
}

/** Node, DuckDB's code, the files being unpacked. */
const BASE_BYTES = 200e6
const LEAST_DUCKDB_BYTES = 160e6

/** A DuckDB that keeps on disk what it has no room for. */
export interface KeptDuckdb {
  /** @throws EvtError `outside` where it has no room there either */
  use<T>(call: (duckdb: Duckdb) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Gives a DuckDB that keeps on disk what it has no room for, and takes it away again.
 *
 * @throws EvtError `outside` where it has no room there either */
export async function withDuckdb<T>(
  options: SpillOptions,
  use: (duckdb: Duckdb) => Promise<T>,
): Promise<T> {
  const kept = await keepDuckdb(options)
  try {
    return await kept.use(use)
  } finally {
    await kept.close()
  }
}

/** Gives one that stays until it is closed. */
export async function keepDuckdb({
  memoryLimitBytes,
  threads = availableParallelism(),
  spoolDir,
}: SpillOptions): Promise<KeptDuckdb> {
  const spillDir = await makeTempFolder('evt-spill-', spoolDir).catch(() => null)
  const duckdb = await openDuckdb({
    memoryLimitBytes: Math.max(LEAST_DUCKDB_BYTES, memoryLimitBytes - BASE_BYTES),
    spillDir: spillDir ?? undefined,
    threads,
  })
  return {
    use: (call) =>
      call(duckdb).catch((error) => {
        throw engineError(error, spoolDir ?? tmpdir())
      }),
    async close() {
      await duckdb.close()
      if (spillDir !== null) await removeTempFolder(spillDir)
    },
  }
}
