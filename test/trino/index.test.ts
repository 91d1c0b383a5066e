import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
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

/** How many, and how many of them an order has, all over the archive. */
const EVENTS = Number(process.env['EVT_TRINO_EVENTS'] ?? (isLong ? 10_000_000 : 100_000))
const OF_AN_ORDER = EVENTS < 1_000_000 ? 3 : 50
const AN_OBJECT = EVENTS / 20
const ORDER = 'order:471'
const PATIENCE = { timeout: Math.max(600_000, EVENTS) }

const words = Array.from({ length: 256 }, (_, n) => ((n * 7919 + 4099) ** 2).toString(36))

/** About 720 bytes each, of which a sixth is left when they are compressed. */
function events(first: number, count: number): string {
  const orders = Math.floor(EVENTS / OF_AN_ORDER)
  const lines = Array.from({ length: count }, (_, n) => {
    const no = first + n
    const at = new Date(Date.parse('2026-11-01T00:00:00Z') + no * 9).toISOString()
    const noise = `${Math.imul(no, 2654435761) >>> 0}`.repeat(3)
    const note = Array.from(
      { length: 56 },
      (_, w) => words[(Math.imul(no * 56 + w, 40503) >>> 7) % 256],
    )
    return JSON.stringify({
      ...{ version: '0', id: `e-${no}`, source: 'shop', account: '123456789012' },
      ...{ 'detail-type': `order.${no % 20}`, time: at, region: 'eu-central-1', resources: [] },
      detail: {
        ...{ at, order: String((no * 7919) % orders), customer: noise, note: note.join(' ') },
        items: [{ sku: noise.slice(0, 9), count: no % 9, price: (no % 997) / 100 }],
      },
    })
  })
  return `${lines.join('\n')}\n`
}

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
      const text = events(first, AN_OBJECT)
      archiveBytes += text.length
      await putObjects(moto, { [`archive/2026/11/01/${first}.ndjson`]: text })
    }
    await built()
    const setup = ['athena', 'setup', archive, '--index', 's3://acme/index', ...flags]
    const made = await evt([...setup, '--results', 's3://acme/results/', '--yes'])
    expect([made.code, made.stderr]).toEqual([0, ''])
  }, 3_600_000 + EVENTS)
  afterAll(async () => {
    vi.unstubAllEnvs()
    await athena?.stop()
    await trino?.stop()
    await moto?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const built = async () => {
    const run = await evt(['index', 'build', archive, '--to', 's3://acme/index', ...flags])
    expect(run.code).toBe(0)
    // What is read, and at what price, is said of many gigabytes.
    expect(run.stderr).toMatch(/^(reading from S3: 20 objects, .*\n)?$/)
  }
  /** Without an index, and by Athena's tables of it. */
  const audits = async (...more: string[]) => {
    const line = ['audit', archive, '--entity', ORDER, ...flags, '-o', 'json', ...more]
    const here = await evt([...line, '--no-index'])
    scanned = 0
    const there = await evt([...line, '--engine', 'athena'])
    expect(there.stdout).toBe(here.stdout)
    expect(there.code).toBe(here.code)
    return there
  }

  test('an audit reads a fiftieth of the archive, and is the same', PATIENCE, async () => {
    const { stdout, stderr } = await audits()
    const { length } = JSON.parse(stdout).events
    expect([OF_AN_ORDER, OF_AN_ORDER + 1]).toContain(length)
    expect(stderr).toContain('\nevt reads 0 of 20 objects, 0 B\n')
    process.stderr.write(`scanned ${scanned} of ${archiveBytes} bytes\n`)
    expect(scanned).toBeGreaterThan(0)
    expect(scanned / archiveBytes).toBeLessThan(0.02)
    const [, most = ''] = /scan up to .*\n.*scan up to ([\d.]+) [kM]B/.exec(stderr) ?? []
    expect(Number(most)).toBeGreaterThan(0)
  })

  test.each([
    ['of a day that has none', ['--since', '2026-11-02']],
    ['of a time', ['--until', '2026-11-01T00:10:00Z']],
    ['of some types, with its state', ['--type', 'order.1*', '--state']],
    ['filtered', ['--filter', '{"detail-type":[{"suffix":"1"}]}']],
  ])('so is one %s', PATIENCE, async (_, more) => {
    await audits(...more)
    expect(scanned / archiveBytes).toBeLessThan(0.02)
  })

  test('so is an extract', PATIENCE, async () => {
    const extract = async (to: string, ...more: string[]) => {
      const line = ['gdpr', 'extract', '--entity', ORDER, archive, ...flags, ...more]
      const run = await evt([...line, '--max-share', '50%', '--to', join(folder, to)])
      expect(run.code).toBe(0)
      return readFileSync(join(folder, to, 'events.ndjson'), 'utf8')
    }
    const here = await extract('here')
    expect(here.split('\n').length).toBeGreaterThan(OF_AN_ORDER)
    expect(await extract('there', '--engine', 'athena')).toBe(here)
  })

  test('what a build that was ended has left is no part of it', PATIENCE, async () => {
    const { Contents } = await moto.call('s3', 'list_objects_v2', {
      ...{ Bucket: 'acme', Prefix: 'index/entities/bucket=' },
    })
    const keys = [...JSON.stringify(Contents).matchAll(/"(index\/entities\/[^"]*)"/g)]
    for (const [, key = ''] of keys) {
      const body = await (await fetch(`${moto.url}/acme/${key}`)).arrayBuffer()
      await putObjects(moto, { [key.replace('part-', 'part-9')]: Buffer.from(body) })
      await putObjects(moto, { [key.replace('part-', 'part-8')]: 'no Parquet' })
    }
    expect(keys.length).toBeGreaterThan(200)
    await audits()
  })

  test('what the index has not, evt reads itself', PATIENCE, async () => {
    const [line = ''] = events(471, 1).split('\n')
    const order = JSON.parse(line)
    order.detail.order = '471'
    order.id = 'late'
    await putObjects(moto, { 'archive/2026/11/02/late.ndjson': `${JSON.stringify(order)}\n` })
    const { stdout, stderr } = await audits()
    expect(stdout).toContain('"id":"late"')
    expect(stderr).toContain('\nevt reads 1 of 21 objects, ')
  })

  test('with another mapping the lines are asked', PATIENCE, async () => {
    const { stderr } = await audits('--map', 'version=$.version')
    expect(stderr).toContain(
      'the index in s3://acme/index/ was built with another mapping: Athena reads the lines',
    )
    expect(scanned).toBeGreaterThan(archiveBytes * 0.9)
  })

  test('the table of events has what the archive has', PATIENCE, async () => {
    const { rows } = await trino.run(
      `SELECT count(*), count(DISTINCT id), sum(received_at_us % 1000003),
        count_if("key" = entities[1])
       FROM events.index_events`,
    )
    const line = ['query', '--sql', sumsSql, archive, ...flags, '-o', 'csv', '--no-index']
    const here = await evt(line)
    expect(rows.map(String)).toEqual(here.stdout.trim().split('\n').slice(1))
  })

  test('an archive that Athena cannot read is asked by its index', PATIENCE, async () => {
    const text = events(0, 400).replaceAll('}\n{', '}{')
    await putObjects(moto, { 'joined/a.json': text })
    const joined = 's3://acme/joined'
    const of = [...flags, '--database', 'joined']
    const setup = ['athena', 'setup', joined, ...of, '--yes']
    const refused = await evt(setup)
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('evt index build')])
    const build = await evt(['index', 'build', joined, '--to', 's3://acme/of-joined', ...flags])
    expect(build.code).toBe(0)
    const made = await evt([...setup, '--index', 's3://acme/of-joined'])
    expect([made.code, made.stderr]).toEqual([0, ''])
    const [{ detail } = { detail: { order: '' } }] = [JSON.parse(events(3, 1))]
    const line = ['audit', joined, '--entity', `order:${detail.order}`, ...flags, '-o', 'json']
    const here = await evt(line)
    const there = await evt([...line, '--engine', 'athena', '--database', 'joined'])
    expect(JSON.parse(here.stdout).events.length).toBeGreaterThan(0)
    expect(there.stdout).toBe(here.stdout)
  })

  test('teardown takes the tables away', PATIENCE, async () => {
    const { code } = await evt(['athena', 'teardown', '--yes'])
    expect(code).toBe(0)
    expect((await trino.run('SHOW TABLES FROM events')).rows).toEqual([])
    expect([...athena.tables.keys()].filter((name) => name.startsWith('events.'))).toEqual([])
  })
})

const sumsSql =
  'SELECT count(*), count(DISTINCT id), sum(received_at_us % 1000003), ' +
  'sum(CASE WHEN "key" = entities[1] THEN 1 ELSE 0 END) ' +
  `FROM events WHERE id <> 'late'`
