import { Buffer } from 'node:buffer'
import type { OpenIndex } from '../archive-index/open-index.js'
import {
  type IndexedRecord,
  indexedEvents,
  indexedUndecodable,
  notInEvents,
  placeObjects,
  recordsAbout,
} from '../archive-index/relations.js'
import { type Duckdb, engineError } from '../engines/duckdb.js'
import type { ResultRows } from '../engines/engine.js'
import type { EventTables } from '../engines/events-table.js'
import type { RecordValue } from '../envelopes/decode.js'
import { EvtError } from '../errors.js'
import { readJson } from '../event/json.js'
import type { Chosen } from './chosen.js'
import type { EventsTaker } from './events-taker.js'

const HEAD_BYTES = 200
const RECORDS_AT_ONCE = 1_000

/** Whether an index has what a question looks at. It has the documents of what is about an entity
 * alone, and those as JSON: not as the text that was received. */
export function canAnswer(
  seen: ReadonlySet<string>,
  { entities = [], filter }: Chosen,
  documentsAsJson: boolean,
): boolean {
  const hasDocuments = entities.length > 0 && documentsAsJson
  if (!hasDocuments && notInEvents.some((column) => seen.has(column))) return false
  return entities.length > 0 || filter === undefined
}

/** Takes from an index what it has of the objects that are asked about: of what is chosen nothing
 * is missing, other events may be. What cannot be decoded is all there. */
export async function takeFromIndex(
  duckdb: Duckdb,
  index: OpenIndex,
  { tables, taker, chosen }: { tables: EventTables; taker: EventsTaker; chosen: Chosen },
): Promise<void> {
  await placeObjects(duckdb, index)
  await duckdb.rows(`INSERT INTO undecodable SELECT * FROM ${indexedUndecodable(index)}`)
  const { entities = [] } = chosen
  if (entities.length === 0) {
    const isAll = taker.objects === 0
    const events = indexedEvents(index)
    return isAll ? tables.replaceBy(events) : tables.addRelation(events)
  }
  await takeRecords(recordsAbout(duckdb, index, entities), { tables, taker })
}

/** Takes records of an index, in order of place. Those of several objects go into the tables at
 * once, but for rows, which are of one object: each time costs as much as hundreds of records. */
export async function takeRecords(
  records: AsyncIterable<IndexedRecord> | Iterable<IndexedRecord>,
  { tables, taker }: { tables: EventTables; taker: EventsTaker },
): Promise<void> {
  let some: IndexedRecord[] = []
  let places = new Map<string, number>()
  for await (const record of records) {
    const { path, place, row } = record
    const isOther = places.size > 0 && places.get(path) !== place
    const mayJoin = row === null && !places.has(path) && some.every((one) => one.row === null)
    const isOfSeveral = row !== null && places.size > 1
    if (some.length >= RECORDS_AT_ONCE || (isOther && !mayJoin) || isOfSeveral) {
      await add()
      some = []
      places = new Map()
    }
    some.push(record)
    places.set(path, place)
  }
  await add()

  async function add(): Promise<void> {
    const [first] = some
    if (!first) return
    tables.beginObjects(places)
    await tables.addRows(
      some.flatMap(({ row }) => row ?? []),
      first.path,
    )
    for (const record of some) {
      if (record.raw !== null) await taker.add(recordOf(record, record.raw))
    }
    await taker.flush()
  }
}

function recordOf({ path, record }: IndexedRecord, raw: string): RecordValue {
  const bytes = Buffer.from(raw)
  const reading = readJson(raw)
  if (!reading.ok) throw new Error(`a record of the index ${reading.detail}`)
  return {
    value: reading.value,
    position: { path, record },
    sizeBytes: bytes.length,
    head: bytes.subarray(0, HEAD_BYTES),
  }
}

/** What failed had to do with an index: the archive has to be read without it. */
export class IndexFailure extends Error {
  constructor(cause: unknown) {
    super('the index cannot be used', { cause })
  }
}

/** Runs what looks at an index. That the index is damaged shows in many ways.
 *
 * @throws IndexFailure whatever fails, but for an interruption */
export async function trusting<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof EvtError && error.code === 'interrupted') throw error
    throw new IndexFailure(error)
  }
}

/** Rows that come from an index, as soon as the first are there.
 *
 * @throws IndexFailure where they do not come; what fails later is an EvtError `outside` */
export async function rowsFromIndex(
  { folder }: OpenIndex,
  ask: () => Promise<ResultRows>,
): Promise<ResultRows> {
  const { columns, chunks } = await trusting(ask)
  const rows = chunks[Symbol.asyncIterator]()
  const first = await trusting(() => rows.next())
  async function* all() {
    try {
      for (let next = first; !next.done; next = await rows.next()) yield next.value
    } catch (cause) {
      if (engineError(cause, '') instanceof EvtError) throw cause
      const hint = '--no-index reads the archive instead; evt index build makes the index anew'
      throw new EvtError(`the index in ${folder} is damaged`, { code: 'outside', hint, cause })
    } finally {
      await rows.return?.()
    }
  }
  return { columns, chunks: all() }
}
