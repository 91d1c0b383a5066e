import type { DuckDBDataChunk } from '@duckdb/node-api'
import { narrowColumns, narrowFlags, placeColumns } from '../engines/narrow.js'
import type { Deliveries } from './deliveries.js'
import type { GroupTable } from './group-table.js'
import { bytes, doubles, words } from './words.js'

const columnOf = (name: (typeof narrowColumns)[number]) => narrowColumns.indexOf(name)

export interface ChunkRows {
  deliveries: Deliveries
  groups: GroupTable
  /** Whether the chunk has names. */
  names: boolean
  /** Of the chunk's first row. */
  firstRecord: number
}

/**
 * Appends the rows of a chunk of the narrow relation as deliveries, and lists those that the
 * decoder has to read instead: their rows hold nothing that may be used.
 */
export function appendChunk(chunk: DuckDBDataChunk, of: ChunkRows, suspects: number[]): void {
  const { deliveries, firstRecord } = of
  const rows = chunk.rowCount
  deliveries.reserve(rows)
  const base = deliveries.count
  const flags = bytes(chunk, columnOf('flags'))
  deliveries.flags.set(flags, base)
  deliveries.identities.set(words(chunk, columnOf('identity')), base * 2)
  deliveries.sequences.set(doubles(chunk, columnOf('s')), base)
  deliveries.timesUs.set(doubles(chunk, columnOf('event_us')), base)
  deliveries.receivedUs.set(doubles(chunk, columnOf('received_us')), base)
  const transports = words(chunk, columnOf('transport'))
  for (let n = 0; n < rows; n++) {
    deliveries.records[base + n] = firstRecord + n
    deliveries.transports[base + n] = transports[2 * n] as number
    if ((flags[n] as number) & narrowFlags.suspect) suspects.push(base + n)
  }
  numberKeys(deliveries, flags, words(chunk, columnOf('key_hash')), base)
  numberGroups(chunk, of, base, suspects)
  readPlaces(chunk, deliveries, base)
  deliveries.count += rows
}

function numberKeys(
  deliveries: Deliveries,
  flags: Uint8Array,
  hashes: Uint32Array,
  base: number,
): void {
  const { keyOf, keys } = deliveries
  const none = narrowFlags.suspect | narrowFlags.noKey
  for (let n = 0; n < flags.length; n++) {
    const hasKey = ((flags[n] as number) & none) === 0
    keyOf[base + n] = hasKey
      ? keys.numberOf(hashes[2 * n] as number, hashes[2 * n + 1] as number)
      : 0
  }
}

/** Where the relation has places; see placeColumns. */
function readPlaces(chunk: DuckDBDataChunk, deliveries: Deliveries, base: number): void {
  const rows = chunk.rowCount
  deliveries.orderedPlaces?.clear(base, base + rows)
  if (chunk.columnCount === narrowColumns.length) return
  const [first = 0, ...others] = placeColumns.map((_, n) => narrowColumns.length + n)
  const hashes = words(chunk, first)
  const parts = others.map((column) => doubles(chunk, column))
  // One for all rows: what it says is copied.
  const standing = { low: 0, high: 0, parts: parts.map(() => 0) }
  for (let n = 0; n < rows; n++) {
    if (Number.isNaN(parts[0]?.[n])) continue
    standing.low = hashes[2 * n] as number
    standing.high = hashes[2 * n + 1] as number
    for (let p = 0; p < parts.length; p++) standing.parts[p] = parts[p]?.[n] as number
    deliveries.stand(base + n, standing)
  }
}

function numberGroups(
  chunk: DuckDBDataChunk,
  { deliveries, groups, names }: ChunkRows,
  base: number,
  suspects: number[],
): void {
  const before = suspects.length
  const hashes = words(chunk, columnOf('grp'))
  const variants = bytes(chunk, columnOf('variant'))
  const text = (column: 'source' | 'type' | 'sequence', n: number) =>
    chunk.getColumnVector(columnOf(column)).getItem(n)
  for (let n = 0; n < variants.length; n++) {
    const at = base + n
    if ((deliveries.flags[at] as number) & narrowFlags.suspect) continue
    const variant = variants[n] as number
    const low = hashes[2 * n] as number
    const named = () => ({ source: String(text('source', n)), type: String(text('type', n)) })
    const high = hashes[2 * n + 1] as number
    const group = groups.numberOfRow(low, high, variant, names ? named : null)
    if (group < 0) suspects.push(at)
    else deliveries.groupOf[at] = group
    if (deliveries.groups[group]?.order !== 'text') continue
    const sequence = text('sequence', n)
    if (typeof sequence === 'string') deliveries.textSequences.set(at, sequence)
  }
  if (suspects.length > before) suspects.sort((a, b) => a - b)
}
