import type { Sniffed } from '../archives/object.js'

/** Line-delimited JSON as it is: what DuckDB reads, and what gzip and zstd are unpacked to. */
export const plainLines: Sniffed = {
  compression: 'none',
  format: 'ndjson',
  bom: false,
  utf16: false,
}
