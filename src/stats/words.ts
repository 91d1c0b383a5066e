import type { DuckDBDataChunk } from '@duckdb/node-api'

/** The typed arrays behind a chunk's columns. DuckDB's client keeps them to itself, and one value
 * at a time costs more than everything else that is done with it. */
export function doubles(chunk: DuckDBDataChunk, column: number): Float64Array {
  const items = itemsOf(chunk, column)
  if (items instanceof Float64Array) return items
  throw new Error(`column ${column} is not DOUBLE`)
}

export function bytes(chunk: DuckDBDataChunk, column: number): Uint8Array {
  const items = itemsOf(chunk, column)
  if (items instanceof Uint8Array) return items
  throw new Error(`column ${column} is not UTINYINT`)
}

/** 64-bit integers as pairs of 32 bits, the low one first. */
export function words(chunk: DuckDBDataChunk, column: number): Uint32Array {
  const items = itemsOf(chunk, column)
  if (items instanceof BigUint64Array) {
    return new Uint32Array(items.buffer, items.byteOffset, items.length * 2)
  }
  throw new Error(`column ${column} is not UBIGINT`)
}

function itemsOf(chunk: DuckDBDataChunk, column: number): unknown {
  return Reflect.get(chunk.getColumnVector(column), 'items')
}
