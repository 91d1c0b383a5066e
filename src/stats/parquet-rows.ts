import type { FileObject } from '../archives/object.js'
import type { Duckdb } from '../engines/duckdb.js'
import { quoteText } from '../engines/leaf-tree.js'
import { narrowSql } from '../engines/narrow.js'
import {
  addUnreadable,
  decodeRows,
  isBadFile,
  parquetTexts,
  sampledRows,
} from '../reading/parquet-file.js'
import { reportChange } from '../reading/read-archive.js'
import type { ParquetReader } from '../reading/taker.js'
import type { Loaded } from './load.js'
import { appendChunk } from './narrow-rows.js'
import type { Projections } from './projections.js'

/** Reads Parquet files: each row is the JSON object of its columns. */
export class ParquetRows implements ParquetReader {
  constructor(
    private readonly duckdb: Duckdb,
    private readonly projections: Projections,
    private readonly loaded: Loaded,
  ) {}

  /** A file that cannot be read counts as one undecodable record and makes the result partial.
   * @returns the number of the next record */
  async read(file: FileObject, signal: AbortSignal): Promise<number> {
    const { loaded } = this
    await loaded.flush()
    const first = loaded.deliveries.count
    try {
      const next = await this.readRows(file, signal)
      await reportChange(file, loaded)
      return next
    } catch (error) {
      if (!isBadFile(error)) throw error
      loaded.deliveries.truncate(first)
      return addUnreadable(file, error, loaded)
    }
  }

  private async readRows(file: FileObject, signal: AbortSignal): Promise<number> {
    const { duckdb, loaded, projections } = this
    const rows = parquetTexts(file.file)
    const projection = await projections.forSample(await sampledRows(file, duckdb))
    if (!projection) return decodeRows(file, { duckdb, taker: loaded, signal })
    const structure = quoteText(projection.structure)
    const structs = `(SELECT TRY(from_json(json, ${structure})) AS "evt:top" FROM ${rows})`
    const suspects: number[] = []
    const { deliveries, groups } = loaded
    const first = deliveries.count
    let count = 0
    for await (const chunk of duckdb.chunks(narrowSql(projection, structs, 'struct'), signal)) {
      appendChunk(chunk, { deliveries, groups, names: true, firstRecord: 1 + count }, suspects)
      count += chunk.rowCount
      if (signal.aborted) break
    }
    if (suspects.length > 0) {
      deliveries.truncate(first)
      return decodeRows(file, { duckdb, taker: loaded, signal })
    }
    loaded.select(first)
    return count + 1
  }
}
