import type { Undecodable } from '../event/event.js'
import { quoteFile, quoteText } from './leaf-tree.js'

/** DuckDB reads a file in pieces of twice this size, each on one thread; a longer line ends its
 * whole scan with an error. */
const OBJECT_BYTES = 1024 * 1024
const QUOTE = 34

/**
 * The lines of a file of line-delimited JSON, as a relation of the columns of a projection. Blank
 * lines are no rows; broken lines, and lines that are no object, are rows of NULLs.
 */
export function lineScan(file: string, columns: string): string {
  return (
    `read_json([${quoteFile(file)}], format = 'newline_delimited', compression = 'uncompressed', ` +
    `auto_detect = false, ignore_errors = true, records = true, ` +
    `maximum_object_size = ${OBJECT_BYTES}, columns = ${columns})`
  )
}

/** The same lines as JSON text, as the relation that eventsViewSql takes; broken lines are NULL. */
export function lineTexts(file: string, path: string, firstRecord = 1): string {
  const lines =
    `read_ndjson_objects([${quoteFile(file)}], compression = 'uncompressed', ` +
    `ignore_errors = true, maximum_object_size = ${OBJECT_BYTES})`
  const record = `row_number() OVER () + ${firstRecord - 1}`
  return `(SELECT json, ${quoteText(path)} AS path, ${record} AS record FROM ${lines})`
}

/** Whether {@link lineScan} may have lost count after this line: where a line is nothing but a
 * number beyond 64 bits or a NaN, DuckDB (1.5.6) takes the start of the next for a part of it, and
 * a blank next line for a row. */
export function miscounts({ reason, head }: Pick<Undecodable, 'reason' | 'head'>): boolean {
  return reason === 'not an object' && head[0] !== QUOTE
}
