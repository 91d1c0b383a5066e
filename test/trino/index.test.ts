import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { putObjects, startAthenaAt } from '../athena/bucket-archive.js'
import { isLong } from '../helpers/campaign.js'
import { evt } from '../helpers/cli.js'
import { describeWith } from '../helpers/needs.js'
import type { AthenaDouble } from '../testbed/athena-double.js'
import { byTrino } from '../testbed/athena-trino.js'
import { trinoDdl } from '../testbed/hive-ddl.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'
import { hive, startTrinoHive, type Trino } from '../testbed/trino.js'

const maps = ['receivedAt=$.detail.at', 'entities.order=$.detail.order', 'key=$.detail.order']
const flags = maps.flatMap((map) => ['--map', map])
const archive = 's3://acme/archive'
const PATIENCE = { timeout: 600_000 }

/** About 740 bytes each; of an order there are 50 events, all over the archive. */
function events(first: number, count: number, all: number): string {
  const orders = all / 50
  const lines = Array.from({ length: count }, (_, n) => {
    const no = first + n
    const at = new Date(Date.parse('2026-11-01T00:00:00Z') + no * 9).toISOString()
    const noise = `${Math.imul(no, 2654435761) >>> 0}`.repeat(3)
    return JSON.stringify({
      ...{ version: '0', id: `e-${no}`, source: 'shop', account: '123456789012' },
      ...{ 'detail-type': `order.${no % 20}`, time: at, region: 'eu-central-1', resources: [] },
      detail: {
        ...{ at, order: String((no * 7919) % orders), customer: noise, note: 'x'.repeat(380) },
        items: [{ sku: noise.slice(0, 9), count: no % 9, price: (no % 997) / 100 }],
      },
    })
  })
  return `${lines.join('\n')}\n`
}

const EVENTS = isLong ? 10_000_000 : 200_000
const AN_OBJECT = isLong ? 100_000 : 20_000

const needed = python !== undefined && hive !== undefined
describeWith('moto and Trino with Hive (npm run test:trino)', needed)('an index in S3', () => {
  let moto: Moto
  let trino: Trino
  let athena: AthenaDouble
  let folder: string
  let archiveBytes = 0
  let scanned = 0

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'evt-hive-'))
    moto = await startMoto()
    trino = await startTrinoHive(folder, moto)
    athena = await startAthenaAt(
      moto,
      byTrino(trino, (bytes) => {
        scanned += bytes
        return bytes
      }),
    )
    athena.onDdl = async (sql) => {
      await trino.run(trinoDdl(sql))
    }
    vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'))
    for (let first = 0; first < EVENTS; first += AN_OBJECT) {
      const text = events(first, AN_OBJECT, EVENTS)
      archiveBytes += text.length
      await putObjects(moto, { [`archive/2026/11/01/${first}.ndjson`]: text })
    }
    await built()
    const setup = ['athena', 'setup', archive, '--index', 's3://acme/index', ...flags]
    const made = await evt([...setup, '--results', 's3://acme/results/', '--yes'])
    expect([made.code, made.stderr]).toEqual([0, ''])
  }, 3_600_000)
  afterAll(async () => {
    vi.unstubAllEnvs()
    await athena?.stop()
    await trino?.stop()
    await moto?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const built = async () => {
    const run = await evt(['index', 'build', archive, '--to', 's3://acme/index', ...flags])
    expect([run.code, run.stderr]).toEqual([0, ''])
  }
  const audits = async (entity: string, ...more: string[]) => {
    const line = ['audit', archive, '--entity', entity, ...flags, '-o', 'json', ...more]
    const here = await evt(line)
    const there = await evt([...line, '--engine', 'athena'])
    return { here, there }
  }

  test('an audit reads a fiftieth of the archive, and is the same', PATIENCE, async () => {
    scanned = 0
    const { here, there } = await audits('order:471')
    expect(there.stdout).toBe(here.stdout)
    expect(there.code).toBe(here.code)
    expect(JSON.parse(there.stdout).events).toHaveLength(50)
    process.stderr.write(there.stderr)
    process.stderr.write(`${scanned} of ${archiveBytes}: ${(scanned / archiveBytes) * 100} %\n`)
    expect(scanned / archiveBytes).toBeLessThan(0.02)
  })
})
