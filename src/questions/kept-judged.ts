import { rename, rm, stat } from 'node:fs/promises'
import { keepFile } from '../archive-index/answers.js'
import type { OpenIndex } from '../archive-index/open-index.js'
import { inPlaces, ofPlaces } from '../archive-index/relations.js'
import type { Duckdb } from '../engines/duckdb.js'
import { quoteFile, quoteText } from '../engines/leaf-tree.js'
import { judgedTables, judgeEvents } from './judged.js'

/** Which of the judged tables a question looks at. */
type Wanted = Parameters<typeof judgeEvents>[1]

/** Fills the judged tables for all events of an index, which are the archive: with what was kept
 * with it, else what is judged now, which is kept. */
export async function judgeIndexed(
  duckdb: Duckdb,
  index: OpenIndex,
  wanted: Wanted,
): Promise<void> {
  const tables = judgedTables.filter(({ name }) => name === 'repeats' || wanted.reorderings)
  const files = await Promise.all(tables.map(({ name }) => keepFile(index, name)))
  const kept = tables.map((table, n) => ({ ...table, file: files[n] ?? null }))
  if (await takeKept(duckdb, kept)) return
  await judgeEvents(duckdb, wanted)
  for (const { name, positions, file } of kept) {
    if (file) await keep(duckdb, `SELECT * FROM ${ofPlaces(name, positions)}`, file)
  }
}

interface KeptTable {
  name: string
  positions: readonly string[]
  /** Where it is kept; null where nothing can be. */
  file: string | null
}

/** @returns false, with the tables empty, where one is not kept or is damaged */
async function takeKept(duckdb: Duckdb, tables: readonly KeptTable[]): Promise<boolean> {
  const files = tables.flatMap(({ file }) => file ?? [])
  const areThere = await Promise.all(files.map(isThere))
  if (files.length < tables.length || !areThere.every((isKept) => isKept)) return false
  try {
    for (const { name, positions, file } of tables) {
      const rows = `read_parquet([${quoteFile(file ?? '')}], hive_partitioning = false)`
      await duckdb.rows(`INSERT INTO ${name} SELECT * FROM ${inPlaces(rows, positions)}`)
    }
    return true
  } catch {
    for (const { name } of tables) await duckdb.rows(`DELETE FROM ${name}`)
    for (const file of files) await rm(file, { force: true })
    return false
  }
}

/** A disk that is full or read-only: it is judged again. */
async function keep(duckdb: Duckdb, sql: string, file: string): Promise<void> {
  const aside = `${file}.${process.pid}`
  await duckdb
    .rows(`COPY (${sql}) TO ${quoteText(aside)} (FORMAT parquet, COMPRESSION zstd)`)
    .then(() => rename(aside, file))
    .catch(() => undefined)
}

function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}
