import { createReadStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import type { Duckdb } from '../engines/duckdb.js'
import { recordingLine } from '../envelopes/recording.js'
import { EvtError } from '../errors.js'
import { parseJson } from '../event/json.js'
import { partLines } from './part.js'
import type { PartDuckdb } from './part-duckdb.js'
import type { PartFlags } from './part-flags.js'
import { type Decode, dateOf, decodedLine, rowsOf, SEVERAL } from './part-rows.js'
import { PartTable } from './part-table.js'
import { datedName } from './store.js'

export const CHECKPOINT = 'evt.checkpoint'
/** By which mapping its columns and flags are. */
export const MAPPING = 'evt.mapping'
/** From which parts on the flags of what follows are to be told. */
export const FLAGS = 'evt.flags'
/** Folders of dates in one part: times are what producers say. */
const MOST_DATES = 200

/** A file of a part, on the disk, and the name that it is to have. */
export interface PartFile {
  file: string
  name: string
}

export interface PartOptions {
  decode: Decode
  /** Of the mapping that this is by, a name. */
  mapping: string
  flags: PartFlags
  duckdb: PartDuckdb
}

/**
 * Makes files of Parquet of the lines of a part, one for each date. They are on the disk when this
 * is done. The last makes the part whole: it says how to go on.
 *
 * @param lines as they grew, which stay
 */
export async function writeParquet(
  lines: string,
  part: number,
  { decode, mapping, flags, duckdb }: PartOptions,
): Promise<PartFile[]> {
  const files: PartFile[] = []
  const write = async (opened: Duckdb) => {
    await opened.rows('SET preserve_insertion_order = false')
    const table = new PartTable(opened, lines.replace(/\.part$/, ''))
    const { checkpoint, dates } = await load(table, lines, { decode, flags, part })
    await table.end()
    flags.end(part)
    const metadata = {
      [CHECKPOINT]: checkpoint,
      [FLAGS]: JSON.stringify(flags.since),
      [MAPPING]: mapping,
    }
    for (const [n, { date, of }] of foldersOf(dates).entries()) {
      const isLast = n === dates.size - 1 || of === undefined
      const name = datedName({ part, date, n: isLast ? 0 : n + 1 })
      const file = lines.replace(/\.part$/, `.${n}.parquet.part`)
      await rm(file, { force: true })
      await table.write(file, of, isLast ? metadata : {})
      files.push({ file, name })
    }
    await table.close()
  }
  await duckdb.use(write).catch((error) => {
    throw asRecording(error, dirname(lines))
  })
  for (const { file } of files) await synced(file)
  return files
}

/** A folder for each date, but for those that are few beside the others. */
function foldersOf(dates: ReadonlyMap<string, number>) {
  const [[only = ''] = [], ...more] = dates
  if (more.length === 0) return [{ date: only, of: undefined }]
  const byRows = [...dates].sort(([, a], [, b]) => b - a).map(([date]) => date)
  const own = byRows.filter((date) => date !== SEVERAL).slice(0, MOST_DATES)
  const others = byRows.filter((date) => !own.includes(date))
  const all = own.sort().map((date) => ({ date, of: [date] }))
  return others.length === 0 ? all : [...all, { date: SEVERAL, of: others }]
}

async function synced(file: string): Promise<void> {
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
    return new EvtError(`no space left on ${tmpdir()} to make a part of Parquet in`, {
      code: 'outside',
      hint: 'set TMPDIR to a folder with more room, or take a smaller --roll-size',
      cause,
    })
  }
  return new EvtError('there is too little memory to make a part of Parquet', {
    ...{ code: 'outside', hint: 'take a smaller --roll-size, or record as NDJSON', cause },
  })
}

/** @returns the line of the checkpoint, and how many rows each date has */
async function load(
  table: PartTable,
  lines: string,
  { decode, flags, part }: { decode: Decode; flags: PartFlags; part: number },
): Promise<{ checkpoint: string; dates: Map<string, number> }> {
  let checkpoint = ''
  const dates = new Map<string, number>()
  for await (const text of partLines(createReadStream(lines))) {
    const value = parseJson(text)
    const found = recordingLine(value)
    if (found?.is === 'checkpoint') checkpoint = text
    if (found?.is !== 'record') continue
    const read = { text, value, line: found.line }
    const decoded = await decodedLine(read, decode)
    const date = dateOf(decoded)
    const rows = rowsOf(read, decoded, (event) => flags.flag(event, part))
    dates.set(date, (dates.get(date) ?? 0) + rows.length)
    await table.add(rows, date, text.length)
  }
  return { checkpoint, dates }
}
