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
  stop(): Promise<void>
}

/** What each query is said to have scanned. */
const SCANNED_BYTES = 20_000_000

/** Objects below `archive/YYYY/MM/DD/` in moto's S3, and their lines in a real Trino, which answers
 * for Athena; evt athena setup was run. */
export async function startTrinoArchive(
  objects: Readonly<Record<string, string | Buffer>>,
  flags: readonly string[],
): Promise<TrinoArchiveAt> {
  const moto = await startMoto()
  const trino = await startTrino()
  const athena = await startAthenaAt(
    moto,
    byTrino(trino, () => SCANNED_BYTES),
  )
  await putObjects(moto, objects)
  await trino.run('CREATE SCHEMA events')
  const lines = Object.entries(objects).flatMap(([key, body]) => {
    const text = typeof body === 'string' ? body : gunzipSync(body).toString()
    return text.split('\n').map((line) => ({ line, path: `s3://acme/${key}` }))
  })
  await fillRecords(trino, lines, 'events.lines')
  // Partitions of days are a column of the table.
  await trino.run('ALTER TABLE events.lines RENAME TO events.stored')
  await trino.run(`CREATE OR REPLACE VIEW events.lines AS SELECT *,
      regexp_extract("$path", '\\d{4}/\\d{2}/\\d{2}') AS day FROM events.stored`)
  const setup = ['athena', 'setup', 's3://acme/archive', '--results', 's3://acme/results/']
  const { code, stderr } = await evt([...setup, '--yes', ...flags])
  if (code !== 0) throw new Error(stderr)
  return {
    ...{ moto, trino, athena },
    async stop() {
      vi.unstubAllEnvs()
      await athena.stop()
      await trino.stop()
      await moto.stop()
    },
  }
}
