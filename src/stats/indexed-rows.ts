import type { DuckDBDataChunk } from '@duckdb/node-api'
import type { CoveredObject, OpenIndex } from '../archive-index/open-index.js'
import { indexedEvents, indexedUndecodable, placeObjects } from '../archive-index/relations.js'
import type { Duckdb } from '../engines/duckdb.js'
import { faultyFlag, narrowEventsSql } from '../engines/narrow.js'
import { claimCheck } from '../envelopes/claim-check.js'
import type { UndecodableReason } from '../event/event.js'
import type { FaultyEvent } from './deliveries.js'
import { type Loaded, MAX_KEPT } from './load.js'
import { appendChunk } from './narrow-rows.js'

/** So many deliveries are put in order at once. */
const ROWS_AT_ONCE = 1_000_000

interface IndexedOptions {
  duckdb: Duckdb
  index: OpenIndex
  loaded: Loaded
  signal: AbortSignal
  onProgress(done: { bytes: number; objects: number; records: number }): void
}

/** Takes all deliveries of an archive from its index, as if they were read. */
export async function loadIndexed(options: IndexedOptions): Promise<void> {
  const { duckdb, index, loaded, signal, onProgress } = options
  await placeObjects(duckdb, index)
  const hasPlace = await anyPlace(duckdb, index)
  for (const objects of batchesOf(index.covered)) {
    if (signal.aborted) return
    await loadObjects(options, objects, hasPlace)
    await loaded.makeRoom()
    const { bytes, records, objects: done } = loaded
    onProgress({ bytes, objects: done, records })
  }
  await loadUndecodable(duckdb, index, loaded)
}

function* batchesOf(covered: readonly CoveredObject[]): Generator<CoveredObject[]> {
  let batch: CoveredObject[] = []
  let rows = 0
  for (const each of covered) {
    batch.push(each)
    rows += each.indexed.events
    if (rows < ROWS_AT_ONCE) continue
    yield batch
    batch = []
    rows = 0
  }
  if (batch.length > 0) yield batch
}

async function anyPlace(duckdb: Duckdb, index: OpenIndex): Promise<boolean> {
  const sql = `SELECT count(place) FROM ${indexedEvents(index)}`
  const [[places = 0] = []] = await duckdb.rows(sql)
  return Number(places) > 0
}

async function loadObjects(
  { duckdb, index, loaded, signal }: IndexedOptions,
  objects: readonly CoveredObject[],
  hasPlace: boolean,
): Promise<void> {
  const sql = narrowEventsSql(indexedEvents(index, objects), hasPlace, claimCheck.name)
  const objectsLeft = objects.values()
  let left = 0
  for await (const chunk of duckdb.chunks(sql, signal)) {
    for (let from = 0; from < chunk.rowCount; ) {
      while (left === 0) left = await beginNext(objectsLeft, loaded)
      const until = Math.min(chunk.rowCount, from + left)
      takeRows(chunk, loaded, { from, until })
      left -= until - from
      from = until
    }
  }
  // Those without events.
  if (!signal.aborted) for (const each of objectsLeft) await beginObject(each, loaded)
}

/** @returns how many events of it follow */
async function beginNext(left: Iterator<CoveredObject>, loaded: Loaded): Promise<number> {
  const { value, done } = left.next()
  if (done) throw new Error('the index has more events than its objects')
  await beginObject(value, loaded)
  return value.indexed.events
}

async function beginObject({ object, indexed }: CoveredObject, loaded: Loaded): Promise<void> {
  await loaded.begin(object)
  const begun = loaded.deliveries.objects.at(-1)
  if (indexed.hasWrappers && begun) begun.hasWrappers = true
  for (const fault of indexed.faults) loaded.addFault(object.path, fault)
}

/** Rows of one object. */
function takeRows(
  chunk: DuckDBDataChunk,
  loaded: Loaded,
  { from, until }: { from: number; until: number },
): void {
  const { deliveries, groups } = loaded
  const base = deliveries.count
  const of = { deliveries, groups, names: true, firstRecord: null, isSure: true }
  appendChunk(chunk, { ...of, from, until }, [])
  takeFaulty(chunk, loaded, base, from)
  loaded.select(base)
}

/** What was found in events and cannot be used. */
function takeFaulty(
  chunk: DuckDBDataChunk,
  { deliveries }: Loaded,
  base: number,
  from: number,
): void {
  const column = chunk.getColumnVector(chunk.columnCount - 2)
  for (let at = base; at < deliveries.count; at++) {
    const flags = deliveries.flags[at] as number
    if ((flags & faultyFlag) === 0) continue
    deliveries.flags[at] = flags & ~faultyFlag
    const told: Pick<FaultyEvent, 'id' | 'key' | 'faults'> = JSON.parse(
      String(column.getItem(from + at - base)),
    )
    const { source = '', type = '' } = deliveries.groups[deliveries.groupOf[at] as number] ?? {}
    deliveries.faulty.set(at, { source, type, position: deliveries.positionOf(at), ...told })
  }
}

async function loadUndecodable(duckdb: Duckdb, index: OpenIndex, loaded: Loaded): Promise<void> {
  const relation = indexedUndecodable(index)
  const counts = await duckdb.rows(`SELECT reason, count(*) FROM ${relation} GROUP BY reason`)
  const rows = await duckdb.rows(
    `SELECT reason, detail, position.path, position.record, bytes, hex(head) FROM ${relation} u
     JOIN (SELECT path, place FROM covered) p ON p.path = u.position.path
     ORDER BY p.place, position.record LIMIT ${MAX_KEPT}`,
  )
  for (const [reason, detail, path, record, bytes, head] of rows) {
    loaded.undecodables.push({
      // What was written is what the decoder said.
      reason: String(reason) as UndecodableReason,
      detail: String(detail),
      position: { path: String(path), record: Number(record) },
      sizeBytes: Number(bytes),
      head: Buffer.from(String(head), 'hex'),
    })
  }
  for (const [reason, count] of counts) {
    loaded.undecodable += Number(count)
    loaded.undecodableReasons.set(String(reason) as UndecodableReason, Number(count))
  }
}
