import { rename, stat } from 'node:fs/promises'
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
  const areKept = await Promise.all(files.map((file) => file !== null && isThere(file)))
  if (areKept.every((isKept) => isKept)) {
    for (const [n, { name, positions }] of tables.entries()) {
      const file = quoteFile(files[n] ?? '')
      const kept = `read_parquet([${file}], hive_partitioning = false)`
      await duckdb.rows(`INSERT INTO ${name} SELECT * FROM ${inPlaces(kept, positions)}`)
    }
    return
  }
  await judgeEvents(duckdb, wanted)
  for (const [n, { name, positions }] of tables.entries()) {
    const file = files[n]
    if (file) await keep(duckdb, `SELECT * FROM ${ofPlaces(name, positions)}`, file)
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
