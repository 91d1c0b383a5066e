import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { INDEX_SCHEMA } from '../../src/archive-index/manifest.js'
import { openBucket } from '../../src/aws/bucket.js'
import { openDuckdb } from '../../src/engines/duckdb.js'
import { putObjects } from '../athena/bucket-archive.js'
import { evt } from '../helpers/cli.js'
import { describeWith } from '../helpers/needs.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

const lines = (from: number, until: number) =>
  Array.from({ length: until - from }, (_, n) => {
    const detail = { order: (from + n) % 7 }
    const time = `2026-11-0${1 + (n % 3)}T09:00:00Z`
    return JSON.stringify({
      ...{ id: `e-${from + n}`, source: 'shop', 'detail-type': 'placed', time, detail },
    })
  }).join('\n')

const to = 's3://acme/orders.evt-index'
const build = ['index', 'build', 's3://acme/archive', '--map', 'entities.order=$.detail.order']

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)(
  'evt index build --to s3://',
  () => {
    let moto: Moto
    let folder: string
    beforeAll(async () => {
      moto = await startMoto()
    })
    beforeEach(async () => {
      await moto.reset()
      folder = mkdtempSync(join(tmpdir(), 'evt-put-index-'))
      for (const [name, value] of Object.entries(moto.env)) vi.stubEnv(name, value)
      vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'))
      await putObjects(moto, {
        'archive/a.ndjson': lines(0, 40),
        'archive/b.ndjson': lines(40, 70),
      })
    })
    afterEach(() => {
      vi.unstubAllEnvs()
      rmSync(folder, { recursive: true })
    })
    afterAll(() => moto.stop())

    const keys = async () => {
      const { Contents = [] } = (await moto.call('s3', 'list_objects_v2', {
        ...{ Bucket: 'acme', Prefix: 'orders.evt-index/' },
      })) as { Contents?: { Key: string }[] } // as S3 answers
      return Contents.map(({ Key }) => Key.slice('orders.evt-index/'.length))
    }

    /** What is in S3, as evt itself gets it. */
    const got = async (file: string) => {
      const bucket = await openBucket('acme', {})
      const found = await bucket.get(`orders.evt-index/${file}`)
      bucket.close()
      return found?.bytes ?? Buffer.alloc(0)
    }
    const namedParts = async (): Promise<Record<string, { file: string }[]>> =>
      JSON.parse((await got('evt-index.json')).toString()).parts

    /** The parts that the manifest in S3 names, as DuckDB reads them. */
    const rowsOf = async (kind: string, sql: string) => {
      const files = ((await namedParts())[kind] ?? []).map(({ file }) => file)
      for (const file of files) {
        mkdirSync(join(folder, file, '..'), { recursive: true })
        writeFileSync(join(folder, file), await got(file))
      }
      const duckdb = await openDuckdb({ memoryLimitBytes: 200e6, threads: 1 })
      try {
        const list = files.map((file) => `'${join(folder, file)}'`).join(', ')
        return await duckdb.rows(`${sql} FROM read_parquet([${list}])`)
      } finally {
        await duckdb.close()
      }
    }

    test('has the same parts, which others read, and grows with the archive', async () => {
      const first = await evt([...build, '--to', to, '-o', 'json'])
      expect([first.code, first.stderr]).toEqual([0, ''])
      expect(JSON.parse(first.stdout)).toMatchObject({ copy: to, state: 'fresh', events: 70 })
      expect(await keys()).toContain('evt-index.json')
      expect(await rowsOf('events', 'SELECT count(*), count(DISTINCT id)')).toEqual([[70n, 70n]])
      const some = `SELECT count(*) FILTER (entity = 'order:3')`
      expect(await rowsOf('entities', some)).toEqual([[10n]])

      await putObjects(moto, { 'archive/c.ndjson': lines(70, 77) })
      const again = await evt([...build, '--to', to])
      expect([again.code, again.stdout.includes(`put     ${to}`)]).toEqual([0, true])
      expect(await rowsOf('events', 'SELECT count(*), count(DISTINCT id)')).toEqual([[77n, 77n]])
      expect(await rowsOf('entities', some)).toEqual([[11n]])
      const named = Object.values(await namedParts()).flat()
      // What is not named any more is gone.
      expect((await keys()).sort()).toEqual(
        ['evt-index.json', ...named.map(({ file }) => file)].sort(),
      )
    })

    test('evt index drop removes it there, too, and nothing else', async () => {
      expect((await evt([...build, '--to', to])).code).toBe(0)
      await putObjects(moto, { 'orders.evt-index/notes.txt': 'mine' })
      vi.stubEnv('AWS_ACCESS_KEY_ID', '')
      vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
      const refused = await evt(['index', 'drop', 's3://acme/archive'])
      expect([refused.code, refused.stderr]).toEqual([
        3,
        expect.stringContaining(`the copy of the index in ${to} is not removed: `),
      ])
      expect(await keys()).toContain('evt-index.json')
      for (const [name, value] of Object.entries(moto.env)) vi.stubEnv(name, value)
      const dropped = await evt(['index', 'drop', 's3://acme/archive'])
      expect([dropped.code, dropped.stdout, dropped.stderr]).toEqual([0, `removed ${to}\n`, ''])
      expect(await keys()).toEqual(['notes.txt'])
      expect((await evt(['index', 'drop', 's3://acme/archive'])).stdout).toBe('there is no index\n')
    })

    test('another archive’s that is there now stays', async () => {
      expect((await evt([...build, '--to', to])).code).toBe(0)
      const other = { schema: INDEX_SCHEMA, sources: ['s3://a/'], objects: [] }
      const parts = { events: [], records: [], entities: [], undecodable: [] }
      const text = JSON.stringify({ ...other, parts })
      const Key = 'orders.evt-index/evt-index.json'
      await moto.call('s3', 'delete_object', { Bucket: 'acme', Key })
      await putObjects(moto, { [Key]: text })
      expect((await evt(['index', 'drop', 's3://acme/archive'])).stdout).not.toContain(to)
      expect(await keys()).toContain('evt-index.json')
    })

    test.each<[string, Record<string, string>, string, string]>([
      ['the archive itself', {}, 's3://acme/archive/index', 'would be among the objects of s3://'],
      [
        'what is somebody else’s',
        { 'other/x.txt': 'x' },
        's3://acme/other',
        'is not empty, and no',
      ],
      [
        'the index of another archive',
        {
          'other/evt-index.json': JSON.stringify({
            schema: INDEX_SCHEMA,
            sources: ['s3://a/'],
            parts: {},
          }),
        },
        's3://acme/other',
        's3://acme/other has the index of s3://a/',
      ],
    ])('%s is left alone', async (_, objects, place, said) => {
      await putObjects(moto, objects)
      const { code, stderr } = await evt([...build, '--to', place])
      expect([code, stderr]).toEqual([2, expect.stringContaining(said)])
    })
  },
)
