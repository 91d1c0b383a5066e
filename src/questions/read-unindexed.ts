import type { ArchiveObject } from '../archives/object.js'
import type { Duckdb } from '../engines/duckdb.js'
import type { EventTables } from '../engines/events-table.js'
import type { Mapping } from '../event/mapping.js'
import { type ReadOptions, readArchive } from '../reading/read-archive.js'
import { EventLines } from './event-lines.js'
import { EventParquet } from './event-parquet.js'
import type { EventsTaker } from './events-taker.js'
import { Plans } from './plans.js'

interface UnindexedOptions
  extends Pick<ReadOptions<unknown>, 'signal' | 'spoolDir' | 'onProgress'> {
  duckdb: Duckdb
  tables: EventTables
  taker: EventsTaker
  mapping: Mapping
  presets: readonly string[] | undefined
  /** Line-delimited files below this size are not worth a query. */
  sqlFromBytes?: number | undefined
}

/** A statement takes 25 ms to begin, in which the decoder reads a megabyte and more. */
const SQL_FROM_BYTES = 1024 * 1024

/** Reads what no index has. It takes a while to load, of which an answer from an index has no use:
 * load this only where there is something to read. */
export async function readUnindexed(
  objects: readonly ArchiveObject[],
  options: UnindexedOptions,
): Promise<void> {
  const { duckdb, tables, taker, mapping, presets, sqlFromBytes = SQL_FROM_BYTES } = options
  const { signal, spoolDir, onProgress } = options
  const plans = new Plans(mapping, presets)
  await readArchive(objects, {
    taker,
    lines: new EventLines({ tables, taker, plans, sqlFromBytes }),
    parquet: new EventParquet({ duckdb, tables, taker, plans }),
    ...{ signal, spoolDir, onProgress },
  })
}
