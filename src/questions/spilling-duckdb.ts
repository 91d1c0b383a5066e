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

/** Gives a DuckDB that keeps on disk what it has no room for, and takes it away again.
 *
 * @throws EvtError `outside` where it has no room there either */
export async function withDuckdb<T>(
  { memoryLimitBytes, threads = availableParallelism(), spoolDir }: SpillOptions,
  use: (duckdb: Duckdb) => Promise<T>,
): Promise<T> {
  const spillDir = await makeTempFolder('evt-spill-', spoolDir).catch(() => null)
  const duckdb = await openDuckdb({
    memoryLimitBytes: Math.max(LEAST_DUCKDB_BYTES, memoryLimitBytes - BASE_BYTES),
    spillDir: spillDir ?? undefined,
    threads,
  })
  try {
    return await use(duckdb)
  } catch (error) {
    throw engineError(error, spoolDir ?? tmpdir())
  } finally {
    await duckdb.close()
    if (spillDir !== null) await removeTempFolder(spillDir)
  }
}
