import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { openBucket } from '../../src/aws/bucket.js'
import { putObjects, startAthenaAt } from '../athena/bucket-archive.js'
import { evt } from '../helpers/cli.js'
import { describeWith } from '../helpers/needs.js'
import type { AthenaDouble, Executed } from '../testbed/athena-double.js'
import { byDuckdb } from '../testbed/athena-duckdb.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

const event = (id: string, user: string, more: Record<string, unknown> = {}) =>
  JSON.stringify({
    ...{ id, source: 'shop', 'detail-type': 'placed', time: `2026-11-01T09:00:0${id.at(-1)}Z` },
    detail: { user, ...more },
  })

const nested = JSON.stringify({ mail: 'Ada@Example.com' })

/** Of u-1: in lines, packed lines, what evt alone reads, and JSON in a text. */
const objects: Record<string, string | Buffer> = {
  'archive/a.ndjson': `${event('1', 'u-1')}\n${event('2', 'u-2')}\n\n{"broken"\n`,
  'archive/b.ndjson.gz': gzipSync([event('3', 'u-2'), event('4', 'u-1')].join('\n')),
  'archive/c.ndjson': `${event('5', 'u-3', { raw: nested })}\n`,
  'archive/d.ndjson': `${event('6', 'u-4')}\n${event('7', 'u-5', { quantity: 1 })}\n`,
  'archive/e.ndjson': `{"id":8.0,"source":"shop","detail-type":"placed","detail":{"user":"u-1"}}\n`,
}
const archive = 's3://acme/archive'
const flags = ['--map', 'entities.user=$.detail.user', '--max-share', '100%']

const BYTES = 11_000_000
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

const none: Executed = { columns: [], rows: [], scannedBytes: 0 }

/** What each object has, read in the plain way: the counts that evt asks Athena for. */
async function naiveCounts(sql: string): Promise<Executed> {
  if (sql.startsWith('CREATE OR REPLACE VIEW')) return none
  const users = asked(sql, /contains\(entities, '([^']+)'\)/g)
  // Athena is to be asked for who is looked for, not for everything.
  if (users.length === 0) throw new Error('no entity is asked for')
  const mentions = asked(sql, /strpos\(lower\(document\), '([^']+)'\)/g)
  const rows = Object.entries(objects).map(([key, body]) => {
    const text = typeof body === 'string' ? body : gunzipSync(body).toString()
    const lines = text.split('\n').filter((line) => line !== '')
    const counts = { bad: 0, unsure: 0, events: 0, chosen: 0 }
    for (const line of lines) {
      if (line === '{"broken"') counts.bad += 1
      else if (line.includes('"id":8.0')) counts.unsure += 1
      else {
        counts.events += 1
        const isAbout = users.includes(`user:${JSON.parse(line).detail.user}`)
        const isMentioned = mentions.some((value) => line.toLowerCase().includes(value))
        if (isAbout || isMentioned) counts.chosen += 1
      }
    }
    const numbers = [lines.length, counts.bad, counts.unsure, counts.events, counts.chosen]
    return [`s3://acme/${key}`, ...numbers.map(String)]
  })
  const columns = ['path', '_1', '_2', '_3', '_4', '_5'].map((name, n) => {
    return { name, type: n === 0 ? 'varchar' : 'bigint' }
  })
  return { columns, rows, scannedBytes: BYTES }
}

function asked(sql: string, condition: RegExp): string[] {
  return [...sql.matchAll(condition)].flatMap(([, value]) => value ?? [])
}

/** As it is told in evidence: without who is looked for. */
function withoutValues(sql: string): string {
  const place = /(?<=(?:contains\(entities|strpos\([^']*|regexp_like\(document), )'(?!")[^']+'/g
  return sql.replace(/IN \('\w\w'\)/, 'IN (?)').replace(place, '?')
}

const needed = python !== undefined
describeWith('moto 5.2.1 (node scripts/testbed.mjs)', needed)('an extract through Athena', () => {
  let moto: Moto
  let athena: AthenaDouble
  let folder: string
  beforeAll(async () => {
    moto = await startMoto()
  })
  beforeEach(async () => {
    await moto.reset()
    folder = mkdtempSync(join(tmpdir(), 'evt-athena-extract-'))
    athena = await startAthenaAt(moto, naiveCounts)
    vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'))
    vi.stubEnv('XDG_DATA_HOME', join(folder, 'data'))
    await putObjects(moto, objects)
  })
  afterEach(async () => {
    await athena.stop()
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true })
  })
  afterAll(() => moto.stop())

  const setup = async (...more: string[]) => {
    const line = ['athena', 'setup', archive, '--results', 's3://acme/r/', '--yes']
    expect(await evt([...line, ...flags.slice(0, 2), ...more])).toMatchObject({ code: 0 })
  }
  const extracted = async (to: string, ...args: string[]) => {
    const place = join(folder, to)
    const run = await evt(['gdpr', 'extract', archive, ...flags, '--to', place, ...args])
    expect(run.code, run.stderr).toBe(0)
    const rows = readFileSync(join(place, 'events.ndjson'), 'utf8').trim().split('\n')
    const manifest = JSON.parse(readFileSync(join(place, 'manifest.json'), 'utf8'))
    expect(await evt(['gdpr', 'verify', place])).toMatchObject({ code: 0 })
    return { rows, manifest, stderr: run.stderr }
  }
  /** The same of both engines, but for how it was found. */
  const alike = async (...args: string[]) => {
    const here = await extracted('here', ...args, '--no-index')
    const asked = athena.asked.length
    const there = await extracted('there', ...args, '--engine', 'athena')
    expect(there.rows).toEqual(here.rows)
    const { counts, types, hits, eventTime, completeness, query } = here.manifest
    expect(there.manifest).toMatchObject({ counts, types, hits, eventTime, completeness })
    const { engine, athena: told } = there.manifest.query
    expect([query.athena, query.sql, engine]).toEqual([
      ...[null, there.manifest.query.sql, `athena and ${query.engine}`],
    ])
    // What was asked stands in it, and nobody who was looked for.
    const names = { workgroup: 'evt', database: 'events', resultReuse: false }
    expect(told).toMatchObject(names)
    expect(told.queries).toEqual(askedSince(asked))
    expect(JSON.stringify(told)).not.toMatch(/u-1|u-4|ada|\\+u0061|IN \('\w\w'\)/i)
    return { rows: here.rows.map((row) => JSON.parse(row).id), there }
  }

  /** As the double has them. */
  const askedSince = (first: number) => {
    const started = athena.asked.slice(first).map(withoutValues)
    return started.map((sql) => ({ id: expect.stringMatching(UUID), sql, scannedBytes: BYTES }))
  }

  test('by entity equals that of DuckDB, row for row', async () => {
    await setup()
    const { rows, there } = await alike('--entity', 'user:u-1')
    expect(rows).toEqual(['1', '4', '8'])
    expect(there.stderr).toContain('\nevt reads 3 of 5 objects, ')
  })

  test('by values equals that of DuckDB, row for row', async () => {
    await setup()
    const also = ['--also', '*=ada@example.com', '--ignore-case', '--deep']
    const { rows, there } = await alike('--entity', 'user:u-4', ...also)
    expect(rows).toEqual(['5', '6'])
    expect(there.stderr).toContain('\nevt reads 3 of 5 objects, ')
  })

  test('by its index in S3 equals that of DuckDB, row for row', async () => {
    const index = 's3://acme/orders.evt-index'
    const build = ['index', 'build', archive, ...flags.slice(0, 2), '--to', index]
    expect(await evt(build)).toMatchObject({ code: 0 })
    await setup('--index', index)
    athena.execute = (sql, values) => byIndex(sql, values)
    const { rows, there } = await alike('--entity', 'user:u-1')
    expect(rows).toEqual(['1', '4', '8'])
    expect(there.stderr).toContain('\nevt reads 0 of 5 objects, 0 B\n')
  })

  /** The tables of an index, as DuckDB reads the files that Athena would. */
  async function byIndex(sql: string, values: readonly string[]): Promise<Executed> {
    const table = /FROM "events"\."index_(\w+)"/.exec(sql)?.[1] ?? ''
    const at = 's3://acme/orders.evt-index/'
    const bucket = await openBucket('acme', {})
    const files: string[] = []
    for (const [, file = ''] of sql.matchAll(/'s3:\/\/acme\/orders\.evt-index\/([^']+)'/g)) {
      const found = await bucket.get(`orders.evt-index/${file}`)
      mkdirSync(dirname(join(folder, 'index', file)), { recursive: true })
      writeFileSync(join(folder, 'index', file), found?.bytes ?? '')
      files.push(`'${join(folder, 'index', file)}'`)
    }
    bucket.close()
    const rows = `read_parquet([${files.join(', ')}], filename = 'file', hive_partitioning = true)`
    const path = `replace(file, '${join(folder, 'index')}/', '${at}')`
    const from = `(SELECT *, ${path} AS "$path" FROM ${rows})`
    const found = await byDuckdb(sql.replace(`"events"."index_${table}"`, from), values)
    return { ...found, scannedBytes: BYTES }
  }
})
