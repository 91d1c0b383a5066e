import type { FileObject, Report } from '../archives/object.js'
import { openDuckdb } from '../engines/duckdb.js'
import { jsonText } from '../event/json.js'
import { isBadFile, openRows, rowsOf } from '../reading/parquet-file.js'

const READING_BYTES = 1e9

/** The records of a Parquet file, as JSON; as far as it can be read. */
export async function* parquetRows(file: FileObject, report: Report): AsyncGenerator<string> {
  const duckdb = await openDuckdb({ memoryLimitBytes: READING_BYTES, threads: 1 })
  try {
    await openRows(file, duckdb)
    let record = 0
    for await (const read of rowsOf(file, duckdb, () => ++record)) {
      if ('value' in read) yield jsonText(read.value)
    }
  } catch (error) {
    if (!isBadFile(error)) throw error
    report({ reason: 'corrupt', detail: 'is no readable Parquet' })
  } finally {
    await duckdb.close()
  }
}
