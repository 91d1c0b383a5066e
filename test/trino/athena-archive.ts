import { gunzipSync } from 'node:zlib'
import { vi } from 'vitest'
import { putObjects, startAthenaAt } from '../athena/bucket-archive.js'
import { evt } from '../helpers/cli.js'
import type { AthenaDouble } from '../testbed/athena-double.js'
import { byTrino } from '../testbed/athena-trino.js'
import { type Moto, startMoto } from '../testbed/moto.js'
import { startTrino, type Trino } from '../testbed/trino.js'
import { fillRecords } from './trino-lines.js'

export interface TrinoArchiveAt {
  readonly moto: Moto
  readonly trino: Trino
  readonly athena: AthenaDouble
  /** Puts objects of one prefix into S3, and their lines into a database; runs evt athena setup. */
  add(prefix: string, objects: Objects, flags: readonly string[]): Promise<void>
  stop(): Promise<void>
}

type Objects = Readonly<Record<string, string | Buffer>>

/** What each query is said to have scanned. */
const SCANNED_BYTES = 20_000_000

/** Objects below `archive/YYYY/MM/DD/` in moto's S3, and their lines in a real Trino, which answers
 * for Athena; evt athena setup was run. */
export async function startTrinoArchive(
  objects: Objects,
  flags: readonly string[],
): Promise<TrinoArchiveAt> {
  const moto = await startMoto()
  const trino = await startTrino()
  const execute = byTrino(trino, () => SCANNED_BYTES)
  const athena = await startAthenaAt(moto, execute)
  const add: TrinoArchiveAt['add'] = async (prefix, some, its) => {
    await putObjects(moto, some)
    // That of the archive is the one by default.
    const database = prefix === 'archive' ? 'events' : prefix
    await fillLines(trino, database, some)
    const setup = ['athena', 'setup', `s3://acme/${prefix}`, '--database', database]
    const run = await evt([...setup, '--results', 's3://acme/results/', '--yes', ...its])
    // The workgroup is there the second time.
    if (run.code !== 0) throw new Error(run.stderr)
  }
  await add('archive', objects, flags)
  return {
    ...{ moto, trino, athena, add },
    async stop() {
      vi.unstubAllEnvs()
      await athena.stop()
      await trino.stop()
      await moto.stop()
    },
  }
}

async function fillLines(trino: Trino, database: string, objects: Objects): Promise<void> {
  await trino.run(`CREATE SCHEMA ${database}`)
  const lines = Object.entries(objects).flatMap(([key, body]) => {
    const text = typeof body === 'string' ? body : gunzipSync(body).toString()
    return text.split('\n').map((line) => ({ line, path: `s3://acme/${key}` }))
  })
  await fillRecords(trino, lines, `${database}.lines`)
  // Partitions of days are a column of the table.
  await trino.run(`ALTER TABLE ${database}.lines RENAME TO ${database}.stored`)
  await trino.run(`CREATE OR REPLACE VIEW ${database}.lines AS SELECT *,
    regexp_extract("$path", '\\d{4}/\\d{2}/\\d{2}') AS day FROM ${database}.stored`)
}
