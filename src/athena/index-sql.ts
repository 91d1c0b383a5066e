import { type Manifest, type Part, rowsOfGroup } from '../archive-index/manifest.js'
import { bucketOf, isAbout } from '../archive-index/relations.js'
import { quoteName, quoteText } from '../engines/leaf-tree.js'
import type { TrinoStatement } from '../questions/trino-places.js'
import { indexTables } from './index-ddl.js'

/** Where the tables of an index are, and its parts. */
export interface IndexInAthena {
  readonly database: string
  /** `s3://bucket/prefix/`. */
  readonly location: string
  readonly manifest: Manifest
}

/** A statement, and about how much it scans at most. */
export interface IndexStatement extends TrinoStatement {
  readonly mostBytes: number
}

/** Of one statement; Athena takes 262,144 bytes. */
const MOST_POSITIONS = 5_000
const MOST_PATHS_BYTES = 100_000
/** A condition of more ranges engines may take for one of all that is between. */
const MOST_RANGES = 100
/** Asks where the events about entities are; null where the index has none of them. */
export function entityPositions(
  index: IndexInAthena,
  entities: readonly string[],
): IndexStatement | null {
  const parts = index.manifest.parts.entities.filter(isAbout(entities))
  if (parts.length === 0) return null
  const buckets = [...new Set(entities.map(bucketOf))].map(quoteText)
  const values = entities.map(quoteText)
  const sql =
    `SELECT DISTINCT pos FROM ${tableOf(index, 'entities')} WHERE bucket IN ` +
    `(${buckets.join(', ')}) AND entity IN (${values.map(() => '?').join(', ')}) ` +
    `AND ${isOfParts(index, parts)}`
  return { sql, values, mostBytes: sizeOf(parts) }
}

/** The same without the buckets, each of which is a part of a hash of who is looked for. */
export function withoutBuckets(sql: string): string {
  return sql.replace(/(?<=\bWHERE bucket IN )\([^)]*\)/, '(?)')
}

/** Asks for the records at positions: each statement for some of them.
 * @param positions in the order in which they are wanted */
export function recordsAt(index: IndexInAthena, positions: readonly number[]): IndexStatement[] {
  const statements: IndexStatement[] = []
  for (const some of chunksOf(index, positions)) {
    const sorted = [...some.positions].sort((a, b) => a - b)
    const ranges = rangesOf(sorted)
    const where =
      ranges.length === sorted.length
        ? `pos IN (${sorted.join(', ')})`
        : `(${ranges.map(([a, b]) => `pos BETWEEN ${a} AND ${b}`).join(' OR ')}) ` +
          `AND contains(ARRAY[${sorted.join(', ')}], pos)`
    const parts = [...some.parts]
    const sql =
      `SELECT pos, raw, "row" FROM ${tableOf(index, 'records')} ` +
      `WHERE ${where} AND ${isOfParts(index, parts)}`
    statements.push({ sql, values: [], mostBytes: touchedBytes(parts, ranges) })
  }
  return statements
}

interface Chunk {
  positions: number[]
  parts: Set<Part>
}

function chunksOf(index: IndexInAthena, positions: readonly number[]): Chunk[] {
  const chunks: Chunk[] = []
  let chunk: Chunk | undefined
  let pathsBytes = 0
  for (const pos of positions) {
    const parts = index.manifest.parts.records.filter(
      ({ firstPos, lastPos }) => firstPos <= pos && pos <= lastPos,
    )
    if (parts.length === 0) continue
    if (!chunk || chunk.positions.length >= MOST_POSITIONS || pathsBytes > MOST_PATHS_BYTES) {
      chunk = { positions: [], parts: new Set() }
      chunks.push(chunk)
      pathsBytes = 0
    }
    chunk.positions.push(pos)
    for (const part of parts) {
      if (!chunk.parts.has(part)) pathsBytes += index.location.length + part.file.length
      chunk.parts.add(part)
    }
  }
  return chunks
}

/** Ranges around all of these, with the largest gaps between them. */
function rangesOf(sorted: readonly number[]): (readonly [number, number])[] {
  const gaps = sorted.slice(1).map((pos, n) => ({ before: n + 1, width: pos - (sorted[n] ?? 0) }))
  const cuts = gaps
    .sort((a, b) => b.width - a.width)
    .slice(0, MOST_RANGES - 1)
    .map(({ before }) => before)
    .sort((a, b) => a - b)
  const starts = [0, ...cuts]
  return starts.map((at, n) => {
    const end = (starts[n + 1] ?? sorted.length) - 1
    return [sorted[at] ?? 0, sorted[end] ?? 0] as const
  })
}

/** Positions of one object count its records. */
function touchedBytes(
  parts: readonly Part[],
  ranges: readonly (readonly [number, number])[],
): number {
  return parts.reduce((sum, part) => {
    const { bytes, rows, firstPos, lastPos } = part
    const size = rowsOfGroup(part)
    const groups = ranges
      .filter(([first, last]) => first <= lastPos && last >= firstPos)
      .reduce((all, [first, last]) => all + 2 + Math.floor((last - first) / size), 0)
    return sum + Math.ceil(bytes * Math.min(1, groups / Math.ceil(rows / size)))
  }, 0)
}

function sizeOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0)
}

function tableOf({ database }: IndexInAthena, kind: keyof typeof indexTables): string {
  return `${quoteName(database)}.${quoteName(indexTables[kind])}`
}

/** What a build that was ended has left, and what is about to go, are no parts. */
function isOfParts({ location }: IndexInAthena, parts: readonly Part[]): string {
  return `"$path" IN (${parts.map(({ file }) => quoteText(location + file)).join(', ')})`
}
