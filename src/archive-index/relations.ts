import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { fileHash } from '../archives/file-hash.js'
import { derivedColumns } from '../engines/derived-columns.js'
import type { Duckdb } from '../engines/duckdb.js'
import { type EventColumn, eventColumns, undecodableColumns } from '../engines/event-columns.js'
import { POSITION_BITS } from '../engines/events-table.js'
import { quoteFile, quoteName, quoteText } from '../engines/leaf-tree.js'
import type { Part, PartKind } from './manifest.js'
import type { CoveredObject, OpenIndex } from './open-index.js'

const RECORD_MASK = 2n ** BigInt(POSITION_BITS) - 1n
/** As a list of positions in SQL; more are found by a join. */
const MOST_LISTED = 5_000

/** The columns that `events/` has not. */
export const notInEvents: readonly EventColumn[] = ['document', 'payload']

/** What else `events/` is written without: it follows from what is there. `position` follows from
 * `pos`, which is written of it. */
export const leftToDerive = Object.keys(derivedColumns) as readonly EventColumn[]

/** The columns that `events/` has beside `pos`. */
export const columnsInEvents: readonly string[] = Object.keys(eventColumns).filter(
  (name) => name !== 'position' && ![...notInEvents, ...leftToDerive].some((left) => left === name),
)

/** Makes the table by which the relations below know the objects that are asked about. */
export async function placeObjects(duckdb: Duckdb, { covered }: OpenIndex): Promise<void> {
  const rows = covered.map(({ place, object, indexed }) => ({
    ...{ number: indexed.number, place, path: object.path },
  }))
  const structure = '[{"number":"BIGINT","place":"BIGINT","path":"VARCHAR"}]'
  await duckdb.rows(
    `CREATE OR REPLACE TEMP TABLE covered AS
     SELECT r.number, r.place, r.path FROM (SELECT unnest(from_json($1, '${structure}')) AS r)`,
    [JSON.stringify(rows)],
  )
}

const placed = `(c.place << ${POSITION_BITS}) + (i.pos & ${RECORD_MASK})`
const position = `{'path': c.path, 'record': i.pos & ${RECORD_MASK}}`
const ofCovered = `JOIN covered c ON c.number = i.pos >> ${POSITION_BITS}`

/** The events of the objects that are asked about, or of some of them, as the table `archive` has
 * them; NULL for what {@link notInEvents} names. */
export function indexedEvents(index: OpenIndex, some?: readonly CoveredObject[]): string {
  const columns = Object.entries(eventColumns).map(([name, type]) => {
    if (name === 'position') return `${position} AS position`
    if (columnsInEvents.includes(name)) return `i.${quoteName(name)}`
    const derived = derivedColumns[name as EventColumn] ?? 'NULL'
    return `CAST(${derived} AS ${type}) AS ${quoteName(name)}`
  })
  const all = { pos: 'BIGINT', ...eventColumns }
  return fromParts(index, 'events', `${placed} AS pos, ${columns.join(', ')}`, all, some)
}

/** The same of records that could not be decoded, as the table `undecodable` has them. */
export function indexedUndecodable(index: OpenIndex): string {
  const columns = Object.keys(undecodableColumns).map((name) =>
    name === 'position' ? `${position} AS position` : `i.${quoteName(name)}`,
  )
  return fromParts(index, 'undecodable', columns.join(', '), undecodableColumns)
}

/** Rows with positions of the index, as rows with those of the objects that are asked about. */
export function inPlaces(relation: string, positions: readonly string[]): string {
  return moved(relation, positions, ['number', 'place'])
}

/** The inverse of {@link inPlaces}. */
export function ofPlaces(relation: string, positions: readonly string[]): string {
  return moved(relation, positions, ['place', 'number'])
}

function moved(
  relation: string,
  positions: readonly string[],
  [from, to]: [string, string],
): string {
  const number = (column: string) =>
    `(SELECT any_value(c.${to}) FROM covered c WHERE c.${from} = i.${column} >> ${POSITION_BITS})`
  const columns = positions.map(
    (column) =>
      `(${number(column)} << ${POSITION_BITS}) + (i.${column} & ${RECORD_MASK}) AS ${column}`,
  )
  return `(SELECT * REPLACE (${columns.join(', ')}) FROM ${relation} i)`
}

function fromParts(
  index: OpenIndex,
  kind: PartKind,
  selected: string,
  columns: Readonly<Record<string, string>>,
  some?: readonly CoveredObject[],
): string {
  const range = some && positionsOf(some)
  const files = filesOf(
    index,
    kind,
    (part) => !range || (part.firstPos <= range.last && part.lastPos >= range.first),
  )
  if (files.length === 0) {
    const none = Object.entries(columns).map(
      ([n, type]) => `CAST(NULL AS ${type}) AS ${quoteName(n)}`,
    )
    return `(SELECT ${none.join(', ')} WHERE false)`
  }
  const numbers = some?.map(({ indexed }) => indexed.number).join(', ')
  const where = range
    ? ` WHERE i.pos BETWEEN ${range.first} AND ${range.last} AND c.number IN (${numbers})`
    : ''
  return `(SELECT ${selected} FROM ${scan(files)} i ${ofCovered}${where})`
}

/** All that rows of these objects can have. */
function positionsOf(objects: readonly CoveredObject[]): { first: number; last: number } {
  const numbers = objects.map(({ indexed }) => indexed.number)
  const width = 2 ** POSITION_BITS
  return { first: Math.min(...numbers) * width, last: (Math.max(...numbers) + 1) * width - 1 }
}

/** What an event can be read again from, and where it stands. */
export interface IndexedRecord {
  path: string
  /** The place of its object among those that are asked about. */
  place: number
  record: number
  /** The text of its record; null where `row` has the event itself. */
  raw: string | null
  row: string | null
}

/**
 * The records of the events about any of these entities, in order of position.
 *
 * @throws Error where a part is not as it was written, or has not what another one names
 */
export async function* recordsAbout(
  duckdb: Duckdb,
  index: OpenIndex,
  entities: readonly string[],
): AsyncGenerator<IndexedRecord> {
  const positions = positionsSql(index, entities)
  if (positions === null) return
  await checkEntities(index, entities)
  const found = await duckdb.rows(`${positions} LIMIT ${MOST_LISTED + 1}`)
  const listed = found.map(([pos]) => Number(pos))
  if (listed.length === 0) return
  const isListed = listed.length <= MOST_LISTED
  const files = filesOf(
    index,
    'records',
    (part) => !isListed || listed.some((pos) => pos >= part.firstPos && pos <= part.lastPos),
  )
  if (files.length === 0) throw new Error('the records of events are not in the index')
  const sql = `SELECT i.pos, c.path, c.place, i.raw, i."row" FROM ${scan(files)} i ${ofCovered}
    WHERE i.pos IN (${isListed ? listed.join(', ') : positions}) ORDER BY c.place, i.pos`
  const left = new Set(isListed ? listed : [])
  for await (const chunk of duckdb.chunks(sql)) {
    for (const [pos, path, place, raw, row] of chunk.getRows()) {
      left.delete(Number(pos))
      yield {
        ...{ path: String(path), place: Number(place) },
        record: Number(BigInt(String(pos)) & RECORD_MASK),
        raw: raw === null || raw === undefined ? null : String(raw),
        row: row === null || row === undefined ? null : String(row),
      }
    }
  }
  if (left.size > 0) throw new Error(`records of ${left.size} events are not in the index`)
}

/** DuckDB writes no checksums: other bytes may be rows all the same, or fewer of them. */
async function checkEntities(
  { folder, manifest }: OpenIndex,
  entities: readonly string[],
): Promise<void> {
  for (const { file, sha256 } of manifest.parts.entities.filter(isAbout(entities))) {
    if (sha256 === undefined) continue
    const now = await fileHash(join(folder, file))
    if (now.sha256 !== sha256) throw new Error(`${file} is not as it was written`)
  }
}

/** Where a position of an index is among the objects that are asked about; undefined where it is of
 * none of them. */
export function placesOf(
  covered: readonly CoveredObject[],
): (pos: number) => { path: string; place: number; record: number } | undefined {
  const width = 2 ** POSITION_BITS
  const byNumber = new Map(covered.map((each) => [each.indexed.number, each]))
  return (pos) => {
    const found = byNumber.get(Math.floor(pos / width))
    return found && { path: found.object.path, place: found.place, record: pos % width }
  }
}

/** The entities of an index, each with the number of its events. */
export function indexedEntities(index: OpenIndex): string | null {
  const files = filesOf(index, 'entities')
  if (files.length === 0) return null
  return `SELECT i.entity, count(*) FROM ${scan(files)} i ${ofCovered} GROUP BY i.entity`
}

function positionsSql(index: OpenIndex, entities: readonly string[]): string | null {
  const files = filesOf(index, 'entities', isAbout(entities))
  if (files.length === 0) return null
  const texts = entities.map((entity) => quoteText(entity)).join(', ')
  return `SELECT DISTINCT i.pos FROM ${scan(files)} i ${ofCovered} WHERE i.entity IN (${texts})`
}

/** Whether a part of `entities/` may be about any of these. */
export function isAbout(entities: readonly string[]): (part: Pick<Part, 'file'>) => boolean {
  const buckets = new Set(entities.map(bucketOf))
  return ({ file }) => {
    const [, bucket] = /bucket=([0-9a-f]{2})\//.exec(file) ?? []
    return bucket !== undefined && buckets.has(bucket)
  }
}

/** Which folder of `entities/` holds an entity: the first byte of its SHA-256. */
export function bucketOf(entity: string): string {
  return createHash('sha256').update(entity).digest('hex').slice(0, 2)
}

function filesOf(
  { folder, manifest }: OpenIndex,
  kind: PartKind,
  isWanted: (part: OpenIndex['manifest']['parts'][PartKind][number]) => boolean = () => true,
): string[] {
  return manifest.parts[kind].filter(isWanted).map(({ file }) => join(folder, file))
}

function scan(files: readonly string[]): string {
  const list = files.map((file) => quoteFile(file)).join(', ')
  return `read_parquet([${list}], hive_partitioning = false)`
}
