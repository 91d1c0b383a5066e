import type { FileObject, RawRecord } from '../archives/object.js'
import { openDuckdb } from '../engines/duckdb.js'
import type { JsonObject, JsonValue } from '../event/event.js'
import { readJson } from '../event/json.js'
import { openRows, parquetTexts } from '../reading/parquet-file.js'

const MEMORY_BYTES = 500e6

/** The first and the last rows of a Parquet file, as the events that they hold; none of one
 * that cannot be read. */
export async function parquetEnds(file: FileObject, quota: number): Promise<RawRecord[]> {
  const duckdb = await openDuckdb({ memoryLimitBytes: MEMORY_BYTES })
  const texts = parquetTexts(file.file)
  const rows = (from: number, count: number) =>
    duckdb.rows(`SELECT json FROM ${texts} LIMIT ${count} OFFSET ${from}`)
  try {
    await openRows(file, duckdb)
    const [[total] = []] = await duckdb.rows(`SELECT count(*) FROM ${texts}`)
    const half = Math.ceil(quota / 2)
    const lastFrom = Math.max(half, Number(total) - half)
    const first = await rows(0, half)
    const last = Number(total) > half ? await rows(lastFrom, half) : []
    return [...recordsOf(first, 1), ...recordsOf(last, 1 + lastFrom)]
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const detail = `is no readable Parquet: ${error.message}`
    const bad = { reason: 'cut' as const, detail, head: new Uint8Array(), sizeBytes: 0 }
    return [{ record: 1, bad }]
  } finally {
    duckdb.close()
  }
}

function recordsOf(rows: readonly (readonly unknown[])[], firstRecord: number): RawRecord[] {
  return rows.flatMap(([json], at) => {
    const text = String(json)
    const reading = readJson(text)
    if (!reading.ok || !isObject(reading.value)) return []
    const record = firstRecord + at
    return [{ record, value: reading.value, sizeBytes: text.length, head: new Uint8Array() }]
  })
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
