import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { makeTempFolder, removeTempFolder } from '../archives/temp-folder.js'
import type { Duckdb } from '../engines/duckdb.js'
import { eventColumns } from '../engines/event-columns.js'
import { type Cell, eventRow } from '../engines/event-rows.js'
import { unnested } from '../engines/json-rows.js'
import { quoteFile, quoteName, quoteText } from '../engines/leaf-tree.js'
import type { RecordValue } from '../envelopes/decode.js'
import { complete } from '../envelopes/missing.js'
import { type RecordedLine, recordingLine } from '../envelopes/recording.js'
import type { Decoded } from '../event/event.js'
import { parseJson } from '../event/json.js'
import { withDuckdb } from '../questions/spilling-duckdb.js'
import { partLines } from './part.js'
import type { Store } from './store.js'

export type Decode = (record: RecordValue) => Decoded[]

/**
 * A row for each event: the columns of the view `events`, where it was read. Of the events of one
 * record the first has its line, as a part of NDJSON has it: of this the recording is read again.
 * What could not be read is a row with its reason and its line.
 */
const columns = { ...eventColumns, undecodable: 'VARCHAR', recorded: 'VARCHAR' } as const
const CHECKPOINT = 'evt.checkpoint'
const MEMORY_BYTES = 700e6
const THREADS = 2
const MOST_ROWS = 5_000
const MOST_CHARACTERS = 8 * 1024 * 1024

type Row = Record<keyof typeof columns, Cell>

const noEvent = Object.fromEntries(Object.keys(columns).map((name) => [name, null])) as Row

/** Makes a file of Parquet of the lines of a part. It is on the disk when this is done. */
export async function writeParquet(lines: string, file: string, decode: Decode): Promise<void> {
  await withDuckdb({ memoryLimitBytes: MEMORY_BYTES, threads: THREADS }, async (duckdb) => {
    const named = Object.entries(columns).map(([name, type]) => `${quoteName(name)} ${type}`)
    await duckdb.rows(`CREATE TEMP TABLE part (${named.join(', ')})`)
    const checkpoint = await load(duckdb, lines, decode)
    await duckdb.rows(
      `COPY part TO ${quoteFile(file)} (FORMAT parquet, COMPRESSION zstd, ` +
        `KV_METADATA {${quoteText(CHECKPOINT)}: ${quoteText(checkpoint)}})`,
    )
  })
  const handle = await open(file)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** @returns the line of the checkpoint */
async function load(duckdb: Duckdb, lines: string, decode: Decode): Promise<string> {
  let checkpoint = ''
  let rows: Row[] = []
  let characters = 0
  const flush = async () => {
    for (const { from, values } of unnested(columns, rows)) {
      await duckdb.rows(`INSERT INTO part SELECT * FROM ${from}`, values)
    }
    rows = []
    characters = 0
  }
  for await (const text of partLines(createReadStream(lines))) {
    const value = parseJson(text)
    const found = recordingLine(value)
    if (found?.is === 'checkpoint') checkpoint = text
    if (found?.is !== 'record') continue
    const bytes = Buffer.from(text)
    const [path, record] = found.line.at
    const read = { value, position: { path, record }, text: bytes, head: bytes, sizeBytes: 0 }
    rows.push(...rowsOf(found.line, text, await complete(() => decode(read))))
    characters += text.length
    if (rows.length >= MOST_ROWS || characters >= MOST_CHARACTERS) await flush()
  }
  await flush()
  return checkpoint
}

/** @param decoded what is in it, at least one */
function rowsOf({ at, bytes }: RecordedLine, text: string, decoded: readonly Decoded[]): Row[] {
  const position = { path: at[0], record: at[1] }
  const rows = decoded.map((one): Row => {
    if (one.kind === 'event') return { ...eventRow(one.event), undecodable: null, recorded: null }
    return { ...noEvent, position, bytes, undecodable: one.undecodable.reason }
  })
  const [first = { ...noEvent, position, bytes }, ...others] = rows
  return [{ ...first, recorded: text }, ...others]
}

/**
 * Reads the end of a part that is in place.
 *
 * @param onLine called with the line of each record that is to be acknowledged
 * @returns the line of its checkpoint
 */
export async function readParquetPart(
  store: Store,
  name: string,
  onLine: ((line: string) => void) | undefined,
): Promise<string> {
  const folder = await makeTempFolder('evt-record-')
  const file = join(folder, 'last.parquet')
  try {
    await pipeline(await store.part(name), createWriteStream(file, { mode: 0o600 }))
    return await withDuckdb({ memoryLimitBytes: MEMORY_BYTES, threads: THREADS }, (duckdb) =>
      readEnd(duckdb, quoteFile(file), onLine),
    )
  } finally {
    await removeTempFolder(folder)
  }
}

async function readEnd(
  duckdb: Duckdb,
  file: string,
  onLine: ((line: string) => void) | undefined,
): Promise<string> {
  if (onLine) {
    const held = `SELECT recorded FROM read_parquet([${file}]) WHERE contains(recorded, '"held":')`
    for await (const chunk of duckdb.chunks(held)) {
      for (const [line] of chunk.getRows()) onLine(String(line))
    }
  }
  const key = quoteText(CHECKPOINT)
  const [[checkpoint] = []] = await duckdb.rows(
    `SELECT decode(value) FROM parquet_kv_metadata(${file}) WHERE decode(key) = ${key}`,
  )
  return String(checkpoint ?? '')
}
