import type { Duckdb } from '../engines/duckdb.js'
import { type KeptDuckdb, keepDuckdb } from '../questions/spilling-duckdb.js'

const MEMORY_BYTES = 700e6
/** One keeps the order of rows where row groups are made by their bytes. */
const THREADS = 1

/** The DuckDB that makes and reads parts of Parquet, for as long as evt records: to begin one takes
 * longer than to make a small part. There is none before it is used. */
export class PartDuckdb {
  #kept: Promise<KeptDuckdb> | undefined

  /** @throws EvtError `outside` where it has no room, in memory or on disk */
  async use<T>(call: (duckdb: Duckdb) => Promise<T>): Promise<T> {
    this.#kept ??= keepDuckdb({ memoryLimitBytes: MEMORY_BYTES, threads: THREADS })
    const kept = await this.#kept
    return kept.use(call)
  }

  async close(): Promise<void> {
    const kept = this.#kept
    this.#kept = undefined
    await (await kept?.catch(() => undefined))?.close()
  }
}
