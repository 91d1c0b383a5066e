import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { makeTempFolder, removeTempFolder } from '../archives/temp-folder.js'
import { type Duckdb, isOutOfMemory } from '../engines/duckdb.js'
import { quoteFile, quoteText } from '../engines/leaf-tree.js'
import { EvtError } from '../errors.js'
import { CHECKPOINT, FLAGS, MAPPING, type PartOptions } from './parquet-part.js'
import type { PartDuckdb } from './part-duckdb.js'
import { type Flagged, PartFlags } from './part-flags.js'
import type { DatedPart, Store } from './store.js'

/**
 * Reads the end of a part that is in place.
 *
 * @param files of it; the last says how to go on
 * @param given.onLine called with the line of each record that is to be acknowledged
 * @returns the line of its checkpoint
 */
export async function readParquetPart(
  store: Store,
  files: readonly string[],
  given: { onLine: ((line: string) => void) | undefined; duckdb: PartDuckdb },
): Promise<string> {
  const { onLine } = given
  return withReader(store, given.duckdb, async (reader) => {
    const { duckdb, over } = reader
    if (onLine) {
      await over(files, async (all) => {
        const held = `contains(recorded, '"held":')`
        for await (const chunk of duckdb.chunks(`SELECT recorded FROM ${all} WHERE ${held}`)) {
          for (const [line] of chunk.getRows()) onLine(String(line))
        }
      })
    }
    return (await metadataIn(reader, files.at(-1) ?? '', CHECKPOINT)) ?? ''
  })
}

const flagged = [
  ...['id', 'source', 'transport_id', 'replay', 'attempt', '"key"', 'sequence', 'sequence_kind'],
  ...['sequence_per', 'event_time_us', 'received_at_us'],
]

/**
 * The flags of what follows on the last part, and whether that was by another mapping.
 *
 * @param parts all that are in place, by number
 */
export async function flagsBehind(
  store: Store,
  parts: readonly DatedPart[],
  { mapping, duckdb }: Pick<PartOptions, 'mapping' | 'duckdb'>,
): Promise<{ flags: PartFlags; isByOther: boolean }> {
  const last = parts.at(-1)
  if (last === undefined) return { flags: new PartFlags([1, 1]), isByOther: false }
  return withReader(store, duckdb, async (reader) => {
    const name = last.files.at(-1) ?? ''
    const isByOther = ((await metadataIn(reader, name, MAPPING)) ?? mapping) !== mapping
    const since = isByOther ? undefined : sinceIn(await metadataIn(reader, name, FLAGS))
    // Another evt has recorded, or by another mapping: what is before says nothing.
    if (since === undefined) {
      return { flags: new PartFlags([last.part + 1, last.part + 1]), isByOther }
    }
    const flags = new PartFlags(since)
    for (const one of parts) if (one.part >= since[0]) await remember(flags, one, reader)
    return { flags, isByOther }
  })
}

async function remember(
  flags: PartFlags,
  dated: DatedPart,
  { duckdb, over, address }: Reader,
): Promise<void> {
  await over(dated.files, async (all) => {
    const sql = `SELECT ${flagged.join(', ')} FROM ${all} WHERE type IS NOT NULL ORDER BY pos`
    try {
      for await (const chunk of duckdb.chunks(sql)) {
        for (const row of chunk.getRows()) flags.flag(flaggedOf(row), dated.part)
      }
    } catch (error) {
      throw isOutOfMemory(error) || error instanceof EvtError
        ? error
        : damaged(dated, address, error)
    }
  })
}

/** Whoever takes one file of a part away and leaves the others has these removed as not whole. */
function damaged({ files }: DatedPart, address: string, cause: unknown): EvtError {
  const [first = '', ...others] = files
  const names = files.length === 1 ? first : `one of ${files.join(', ')}`
  const all = others.length === 0 ? 'it' : 'all of these'
  return new EvtError(`${names} in ${address} is damaged`, {
    code: 'outside',
    hint:
      `what comes is told from what came by it: put ${all} back from a copy, move ${all} out of ` +
      'the recording, whose events are missing then, or record to another target',
    cause,
  })
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

interface Reader {
  duckdb: Duckdb
  /** Of the recording. */
  address: string
  /** Gives files of parts, as what stands behind FROM: where they are, else copies, which are
   * taken away before the next, so that there is room for any number of parts. */
  over<T>(names: readonly string[], use: (all: string, files: string) => Promise<T>): Promise<T>
}

async function withReader<T>(
  store: Store,
  parts: PartDuckdb,
  use: (reader: Reader) => Promise<T>,
): Promise<T> {
  const folder = await makeTempFolder('evt-record-')
  const over: Reader['over'] = async (names, read) => {
    const files: string[] = []
    for (const [n, name] of names.entries()) {
      const copy = join(folder, `${n}.parquet`)
      if (!store.pathOf) {
        await pipeline(await store.part(name), createWriteStream(copy, { mode: 0o600 }))
      }
      files.push(quoteFile(store.pathOf?.(name) ?? copy))
    }
    const list = `[${files.join(', ')}]`
    const given = await read(`read_parquet(${list}, hive_partitioning = false)`, list)
    for (const n of names.keys()) await rm(join(folder, `${n}.parquet`), { force: true })
    return given
  }
  try {
    return await parts.use((duckdb) => use({ duckdb, over, address: store.address }))
  } finally {
    await removeTempFolder(folder)
  }
}

async function metadataIn(
  { duckdb, over }: Reader,
  name: string,
  key: string,
): Promise<string | undefined> {
  const [[value] = []] = await over([name], (_, files) =>
    duckdb.rows(
      `SELECT decode(value) FROM parquet_kv_metadata(${files})
       WHERE decode(key) = ${quoteText(key)}`,
    ),
  )
  return value === undefined || value === null ? undefined : String(value)
}
