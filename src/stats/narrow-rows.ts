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
  /** Of the chunk's first row; null where a last column has the numbers of all. */
  firstRecord: number | null
  /** Whether the rows are the decoder's in all they hold: none has to be read again. */
  isSure?: boolean
  /** Some of its rows: from this one up to that one; by default all. */
  from?: number
  until?: number
}

type Range = Required<Pick<ChunkRows, 'from' | 'until'>>

/**
 * Appends the rows of a chunk of the narrow relation as deliveries, and lists those that the
 * decoder has to read instead: their rows hold nothing that may be used.
 */
export function appendChunk(chunk: DuckDBDataChunk, of: ChunkRows, suspects: number[]): void {
  const { deliveries, firstRecord } = of
  const from = of.from ?? 0
  const until = of.until ?? chunk.rowCount
  const rows = until - from
  deliveries.reserve(rows)
  const base = deliveries.count
  const wordsOf = (name: (typeof narrowColumns)[number]) =>
    words(chunk, columnOf(name)).subarray(from * 2, until * 2)
  const doublesOf = (column: number) => doubles(chunk, column).subarray(from, until)
  const flags = bytes(chunk, columnOf('flags')).subarray(from, until)
  deliveries.flags.set(flags, base)
  deliveries.identities.set(wordsOf('identity'), base * 2)
  deliveries.sequences.set(doublesOf(columnOf('s')), base)
  deliveries.timesUs.set(doublesOf(columnOf('event_us')), base)
  deliveries.receivedUs.set(doublesOf(columnOf('received_us')), base)
  const transports = wordsOf('transport')
  const records = firstRecord === null ? doublesOf(chunk.columnCount - 1) : null
  for (let n = 0; n < rows; n++) {
    deliveries.records[base + n] = records ? (records[n] as number) : (firstRecord ?? 1) + n
    deliveries.transports[base + n] = transports[2 * n] as number
    if ((flags[n] as number) & narrowFlags.suspect) suspects.push(base + n)
  }
  numberKeys(deliveries, flags, wordsOf('key_hash'), base)
  numberGroups(chunk, { ...of, from, until }, base, suspects)
  readPlaces(chunk, deliveries, base, { from, until })
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
function readPlaces(
  chunk: DuckDBDataChunk,
  deliveries: Deliveries,
  base: number,
  { from, until }: Range,
): void {
  const rows = until - from
  deliveries.orderedPlaces?.clear(base, base + rows)
  if (chunk.columnCount < narrowColumns.length + placeColumns.length) return
  const [first = 0, ...others] = placeColumns.map((_, n) => narrowColumns.length + n)
  const hashes = words(chunk, first).subarray(from * 2)
  const parts = others.map((column) => doubles(chunk, column).subarray(from))
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
  { deliveries, groups, names, isSure = false, from, until }: ChunkRows & Range,
  base: number,
  suspects: number[],
): void {
  const before = suspects.length
  const hashes = words(chunk, columnOf('grp')).subarray(from * 2)
  const variants = bytes(chunk, columnOf('variant')).subarray(from, until)
  const text = (column: 'source' | 'type' | 'sequence', n: number) =>
    chunk.getColumnVector(columnOf(column)).getItem(from + n)
  for (let n = 0; n < variants.length; n++) {
    const at = base + n
    if ((deliveries.flags[at] as number) & narrowFlags.suspect) continue
    const variant = variants[n] as number
    const low = hashes[2 * n] as number
    const named = () => ({ source: String(text('source', n)), type: String(text('type', n)) })
    const high = hashes[2 * n + 1] as number
    const group = isSure
      ? groups.numberOfSure(low, high, variant, named)
      : groups.numberOfRow(low, high, variant, names ? named : null)
    if (group < 0) suspects.push(at)
    else deliveries.groupOf[at] = group
    // An integer that a double does not hold is text too.
    if (deliveries.groups[group]?.order !== 'text' && !isSure) continue
    const sequence = text('sequence', n)
    if (typeof sequence === 'string') deliveries.textSequences.set(at, sequence)
  }
  if (suspects.length > before) suspects.sort((a, b) => a - b)
}
