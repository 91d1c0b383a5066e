import type { FileObject } from '../archives/object.js'
import type { Duckdb } from '../engines/duckdb.js'
import type { EventTables } from '../engines/events-table.js'
import { quoteText } from '../engines/leaf-tree.js'
import {
  addUnreadable,
  decodeRows,
  isBadFile,
  parquetTexts,
  sampledRows,
} from '../reading/parquet-file.js'
import { reportChange } from '../reading/read-archive.js'
import type { ParquetReader } from '../reading/taker.js'
import type { EventsTaker } from './events-taker.js'
import type { Plans } from './plans.js'

interface EventParquetOptions {
  duckdb: Duckdb
  tables: EventTables
  taker: EventsTaker
  plans: Plans
}

/** Reads Parquet files into tables: each row is the JSON object of its columns. */
export class EventParquet implements ParquetReader {
  constructor(private readonly options: EventParquetOptions) {}

  async read(file: FileObject, signal: AbortSignal): Promise<number> {
    const { tables, taker } = this.options
    await taker.flush()
    try {
      const next = await this.readRows(file, signal)
      await reportChange(file, taker)
      return next
    } catch (error) {
      if (!isBadFile(error)) throw error
      taker.dropPending()
      await tables.dropObject(file.path)
      return addUnreadable(file, error, taker)
    }
  }

  private async readRows(file: FileObject, signal: AbortSignal): Promise<number> {
    const { duckdb, tables, taker, plans } = this.options
    const plan = await plans.forSample(await sampledRows(file, duckdb))
    if (plan) {
      const path = quoteText(file.path)
      const numbered = `(SELECT json, ${path} AS path, row_number() OVER () AS record
        FROM ${parquetTexts(file.file)})`
      const staged = await tables.stage(plan, numbered, signal)
      if (!staged) return 1
      if (staged.rest.length === 0) {
        await tables.keepStaged(staged)
        return staged.records + 1
      }
      await tables.dropStaged(staged.table)
    }
    return decodeRows(file, { duckdb, taker, signal })
  }
}
