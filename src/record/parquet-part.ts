import { createReadStream, createWriteStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
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
import { EvtError } from '../errors.js'
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
/** One keeps the order of rows where row groups are made by their bytes. */
const THREADS = 1
const MOST_ROWS = 5_000
const MOST_CHARACTERS = 8 * 1024 * 1024
/** Longer texts do not go through JSON. */
const MOST_TEXT = 1024 * 1024
/** The events of a longer line stand in it alone, without document and payload. */
const MOST_LINE = 16 * 1024 * 1024
/** So much is in memory at a time, and then in a file of its own. */
const MOST_IN_TABLE = 16 * 1024 * 1024
const GROUP_BYTES = 64e6

type Row = Record<keyof typeof columns, Cell>

const noEvent = Object.fromEntries(Object.keys(columns).map((name) => [name, null])) as Row

/** Makes a file of Parquet of the lines of a part. It is on the disk when this is done. */
export async function writeParquet(lines: string, file: string, decode: Decode): Promise<void> {
  await withDuckdb({ memoryLimitBytes: MEMORY_BYTES, threads: THREADS }, async (duckdb) => {
    await duckdb.rows('SET preserve_insertion_order = false')
    const table = new PartTable(duckdb, file)
    const checkpoint = await load(table, lines, decode)
    await table.write(`KV_METADATA {${quoteText(CHECKPOINT)}: ${quoteText(checkpoint)}}`)
  }).catch((error) => {
    throw asRecording(error, dirname(file))
  })
  const handle = await open(file)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** What a failure of DuckDB means to who records: it speaks of its own folder and of flags that are
 * not there. */
function asRecording(error: unknown, folder: string): unknown {
  if (!(error instanceof EvtError) || !(error.cause instanceof Error)) return error
  const { cause } = error
  if (/No space left/i.test(cause.message)) {
    const isOfTarget = cause.message.includes(folder)
    if (isOfTarget) return Object.assign(new Error(cause.message, { cause }), { code: 'ENOSPC' })
    return error
  }
  return new EvtError('there is too little memory to make a part of Parquet', {
    ...{ code: 'outside', hint: 'take a smaller --roll-size, or record as NDJSON', cause },
  })
}

/** The rows of a part. DuckDB holds all of a row group, and of each column of a table 2,048 rows at
 * once, however long they are: what is much lies in files of few rows until all is there. */
class PartTable {
  #rows: Row[] = []
  #characters = 0
  #inTable = 0
  readonly #spilled: string[] = []

  constructor(
    private readonly duckdb: Duckdb,
    private readonly file: string,
  ) {}

  /** @param characters that they were made of */
  async add(rows: readonly Row[], characters: number): Promise<void> {
    for (const row of rows) this.#rows.push(row)
    this.#characters += characters
    if (this.#rows.length < MOST_ROWS && this.#characters < MOST_CHARACTERS) return
    await this.#flush()
    if (this.#inTable >= MOST_IN_TABLE) await this.#spill()
  }

  async write(option: string): Promise<void> {
    await this.#flush()
    if (this.#spilled.length > 0) await this.#spill()
    const files = this.#spilled.map(quoteFile).join(', ')
    const from = files === '' ? 'part' : `(FROM read_parquet([${files}]))`
    await this.duckdb.rows(
      `COPY ${from} TO ${quoteFile(this.file)} ` +
        `(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE_BYTES ${GROUP_BYTES}, ${option})`,
    )
    for (const spilled of this.#spilled) await rm(spilled, { force: true })
  }

  async #spill(): Promise<void> {
    const to = this.file.replace(/\.part$/, `.${this.#spilled.length}.part`)
    await rm(to, { force: true })
    this.#spilled.push(to)
    await this.duckdb.rows(`COPY part TO ${quoteFile(to)} (FORMAT parquet, COMPRESSION zstd)`)
    await this.duckdb.rows('DROP TABLE part')
    this.#inTable = 0
    await this.#make()
  }

  async #flush(): Promise<void> {
    await this.#make()
    let short: Row[] = []
    for (const row of this.#rows) {
      const long = Object.entries(row).filter(([, cell]) => isLong(cell))
      if (long.length === 0) {
        short.push(row)
        continue
      }
      await this.#insert(short, [])
      short = []
      const cut = { ...row, ...Object.fromEntries(long.map(([name]) => [name, null])) }
      await this.#insert([cut], long)
    }
    await this.#insert(short, [])
    this.#rows = []
    this.#inTable += this.#characters
    this.#characters = 0
  }

  async #make(): Promise<void> {
    const named = Object.entries(columns).map(([name, type]) => `${quoteName(name)} ${type}`)
    await this.duckdb.rows(`CREATE TEMP TABLE IF NOT EXISTS part (${named.join(', ')})`)
  }

  /** @param texts what stands in these columns instead */
  async #insert(rows: readonly Row[], texts: readonly (readonly [string, Cell])[]): Promise<void> {
    const others = texts.map(([name], n) => `$${n + 2} AS ${quoteName(name)}`).join(', ')
    const all = others === '' ? '*' : `* REPLACE (${others})`
    for (const { from, values } of unnested(columns, rows)) {
      const given = [...values, ...texts.map(([, cell]) => String(cell))]
      await this.duckdb.rows(`INSERT INTO part SELECT ${all} FROM ${from}`, given)
    }
  }
}

function isLong(cell: Cell): boolean {
  return typeof cell === 'string' && cell.length > MOST_TEXT
}

/** @returns the line of the checkpoint */
async function load(table: PartTable, lines: string, decode: Decode): Promise<string> {
  let checkpoint = ''
  for await (const text of partLines(createReadStream(lines))) {
    const value = parseJson(text)
    const found = recordingLine(value)
    if (found?.is === 'checkpoint') checkpoint = text
    if (found?.is !== 'record') continue
    const bytes = Buffer.from(text)
    const [path, record] = found.line.at
    const read = { value, position: { path, record }, text: bytes, head: bytes, sizeBytes: 0 }
    const rows = rowsOf(found.line, text, await complete(() => decode(read)))
    const shown = text.length <= MOST_LINE ? rows : rows.map(withoutTexts)
    await table.add(shown, text.length)
  }
  return checkpoint
}

function withoutTexts(row: Row): Row {
  return { ...row, document: null, payload: null }
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
