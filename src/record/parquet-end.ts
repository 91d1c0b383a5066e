import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { makeTempFolder, removeTempFolder } from '../archives/temp-folder.js'
import type { Duckdb } from '../engines/duckdb.js'
import { quoteFile, quoteText } from '../engines/leaf-tree.js'
import { withDuckdb } from '../questions/spilling-duckdb.js'
import { CHECKPOINT, FLAGS, MEMORY_BYTES, THREADS } from './parquet-part.js'
import { type Flagged, PartFlags } from './part-flags.js'
import type { DatedPart, Store } from './store.js'

/**
 * Reads the end of a part that is in place.
 *
 * @param files of it; the last says how to go on
 * @param onLine called with the line of each record that is to be acknowledged
 * @returns the line of its checkpoint
 */
export async function readParquetPart(
  store: Store,
  files: readonly string[],
  onLine: ((line: string) => void) | undefined,
): Promise<string> {
  let checkpoint = ''
  for (const name of files) {
    const isLast = name === files.at(-1)
    if (!isLast && !onLine) continue
    await withCopy(store, name, async (duckdb, file) => {
      if (onLine) {
        const held = `contains(recorded, '"held":')`
        const sql = `SELECT recorded FROM read_parquet([${file}]) WHERE ${held}`
        for await (const chunk of duckdb.chunks(sql)) {
          for (const [line] of chunk.getRows()) onLine(String(line))
        }
      }
      if (isLast) checkpoint = (await metadataIn(duckdb, file, CHECKPOINT)) ?? ''
    })
  }
  return checkpoint
}

const flagged = [
  ...['id', 'source', 'transport_id', 'replay', 'attempt', '"key"', 'sequence', 'sequence_kind'],
  ...['sequence_per', 'event_time_us', 'received_at_us'],
]

/**
 * The flags of what follows on the last part.
 *
 * @param parts all that are in place, by number
 */
export async function flagsBehind(store: Store, parts: readonly DatedPart[]): Promise<PartFlags> {
  const last = parts.at(-1)
  if (last === undefined) return new PartFlags([1, 1])
  const told = await withCopy(store, last.files.at(-1) ?? '', (duckdb, file) =>
    metadataIn(duckdb, file, FLAGS),
  )
  const since = sinceIn(told)
  // Another evt has recorded: of what is before, nothing is known.
  if (since === undefined) return new PartFlags([last.part + 1, last.part + 1])
  const flags = new PartFlags(since)
  for (const { part, files } of parts) {
    if (part >= since[0]) await remember(flags, part, { store, files })
  }
  return flags
}

async function remember(
  flags: PartFlags,
  part: number,
  { store, files }: { store: Store; files: readonly string[] },
): Promise<void> {
  const folder = await makeTempFolder('evt-record-')
  try {
    const copies: string[] = []
    for (const [n, name] of files.entries()) {
      const copy = join(folder, `${n}.parquet`)
      await pipeline(await store.part(name), createWriteStream(copy, { mode: 0o600 }))
      copies.push(quoteFile(copy))
    }
    await withDuckdb({ memoryLimitBytes: MEMORY_BYTES, threads: THREADS }, async (duckdb) => {
      const sql = `SELECT ${flagged.join(', ')} FROM read_parquet([${copies.join(', ')}])
        WHERE type IS NOT NULL ORDER BY pos`
      for await (const chunk of duckdb.chunks(sql)) {
        for (const row of chunk.getRows()) flags.flag(flaggedOf(row), part)
      }
    })
  } finally {
    await removeTempFolder(folder)
  }
}

function flaggedOf(row: readonly unknown[]): Flagged {
  const [id, source, transportId, replay, attempt, key, sequence, order, per, time, received] = row
  const text = (value: unknown) => (value === null ? null : String(value))
  const number = (value: unknown) => (value === null ? null : Number(value))
  return {
    ...{ id: text(id), source: String(source), transportId: text(transportId) },
    ...{ replay: text(replay), attempt: number(attempt), key: text(key) },
    sequence: text(sequence),
    order: order === 'integer' || order === 'text' || order === 'time' ? order : null,
    sequencePer: per === 'source+key' ? per : 'key',
    ...{ timeUs: number(time), receivedAtUs: number(received) },
  }
}

function sinceIn(told: string | undefined): [number, number] | undefined {
  const [older, newer] = [...(told ?? '').matchAll(/\d+/g)].map(Number)
  return older === undefined || newer === undefined ? undefined : [older, newer]
}

async function withCopy<T>(
  store: Store,
  name: string,
  use: (duckdb: Duckdb, file: string) => Promise<T>,
): Promise<T> {
  const folder = await makeTempFolder('evt-record-')
  const file = join(folder, 'part.parquet')
  try {
    await pipeline(await store.part(name), createWriteStream(file, { mode: 0o600 }))
    return await withDuckdb({ memoryLimitBytes: MEMORY_BYTES, threads: THREADS }, (duckdb) =>
      use(duckdb, quoteFile(file)),
    )
  } finally {
    await removeTempFolder(folder)
  }
}

async function metadataIn(duckdb: Duckdb, file: string, key: string): Promise<string | undefined> {
  const [[value] = []] = await duckdb.rows(
    `SELECT decode(value) FROM parquet_kv_metadata(${file}) WHERE decode(key) = ${quoteText(key)}`,
  )
  return value === undefined || value === null ? undefined : String(value)
}
