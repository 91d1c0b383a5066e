import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { describeWith } from '../helpers/needs.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'
import { type FaultyBucket, startFaultyBucket } from '../testbed/s3-double.js'
import { parquetOf, partsOf, recordsIn } from './recorded.js'

const PATIENCE_MS = 120_000
const IDS = Array.from({ length: 60 }, (_, n) => `e-${n}`)
/** What hardly packs: more than S3 takes in one call of an upload. */
const LARGE = 250_000

type Call = Parameters<FaultyBucket['fault']>[2]

/** Before which call of an upload evt is killed, and whether there is an upload then. */
const moments: Readonly<Record<string, { is(call: Call): boolean; uploads: number }>> = {
  'before it begins': { is: ({ query }) => query.has('uploads'), uploads: 0 },
  'before its first bytes': { is: ({ query }) => query.get('partNumber') === '1', uploads: 1 },
  'between its bytes': { is: ({ query }) => query.get('partNumber') === '2', uploads: 1 },
  'before its last call': {
    is: ({ method, query }) => method === 'POST' && query.has('uploadId'),
    uploads: 1,
  },
}

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)(
  'evt record, killed while it puts a part in a bucket',
  () => {
    let moto: Moto
    let bucket: FaultyBucket
    let at: Stage
    beforeAll(async () => {
      moto = await startMoto()
    })
    beforeEach(async () => {
      await moto.reset()
      bucket = await startFaultyBucket(moto.url)
      const made = stage()
      at = { ...made, env: { ...made.env, ...moto.env, AWS_ENDPOINT_URL_S3: bucket.url } }
      const CreateBucketConfiguration = { LocationConstraint: moto.region }
      await moto.call('s3', 'create_bucket', { Bucket: 'acme', CreateBucketConfiguration })
    })
    afterEach(async () => {
      await bucket.stop()
      at.remove()
    })
    afterAll(() => moto.stop())

    function write(noteBytes: number): void {
      const note = () => randomBytes(noteBytes).toString('base64')
      const lines = IDS.map((id) => `{"id":"${id}","note":"${note()}"}\n`)
      writeFileSync(join(at.work, 'o.ndjson'), lines.join(''))
    }
    const record = (format: string) => {
      const how = ['--format', format, '--no-follow', '--roll-every', '1h']
      return startEvt(['record', 'o.ndjson', '--to', 's3://acme/o', ...how], at)
    }
    const begun = (Key: string) =>
      moto.call('s3', 'create_multipart_upload', { Bucket: 'acme', Key })
    const uploads = async () => {
      const { Uploads = [] } = await moto.call('s3', 'list_multipart_uploads', { Bucket: 'acme' })
      return (Uploads as { Key: string }[]).map(({ Key }) => Key).sort()
    }
    const seen = async (format: string) => {
      const parts = await partsOf(moto, 'acme', 'o')
      return format === 'parquet' ? parquetOf(parts) : parts
    }

    const killed = ['ndjson', 'parquet'].flatMap((format) =>
      Object.keys(moments).map((moment) => ({ format, moment })),
    )
    test.each(killed)(
      '$format, $moment: nothing is seen of it, and the next one puts it whole',
      async ({ format, moment }) => {
        write(moment === 'between its bytes' ? LARGE : 10)
        const others = ['o/another.bin', 'other/000000000001.ndjson.gz']
        for (const key of others) await begun(key)
        let isHeld = false
        bucket.fault = (key, _, call) => {
          if (key.includes('_evt/') || moments[moment]?.is(call) !== true) return undefined
          isHeld = true
          return new Promise(() => {})
        }
        const child = record(format)
        const endMs = performance.now() + PATIENCE_MS
        while (!isHeld && performance.now() < endMs) await setTimeout(20)
        child.kill('SIGKILL')
        expect(await child.end, child.err.text).toEqual({ exit: null, signal: 'SIGKILL' })
        expect(await partsOf(moto, 'acme', 'o')).toEqual([])
        const left = (await uploads()).filter((key) => !others.includes(key))
        expect(left).toHaveLength(moments[moment]?.uploads ?? 0)
        bucket.fault = () => undefined
        const again = record(format)
        expect({ ...(await again.end), err: again.err.text }).toMatchObject({ exit: 0 })
        const ids = recordsIn(await seen(format)).map(({ records }) => records?.[0]['id'])
        expect(ids).toEqual(IDS)
        expect(await uploads()).toEqual(others)
      },
      300_000,
    )

    test.each(['ndjson', 'parquet'])(
      '%s, once it is whole and nobody knows: the next one does not repeat it',
      async (format) => {
        write(10)
        let isWhole = false
        bucket.fault = (key, _, call) => {
          if (key.includes('_evt/') || moments['before its last call']?.is(call) !== true) {
            return undefined
          }
          if (isWhole) return new Promise(() => {})
          isWhole = true
          return 'lost'
        }
        const child = record(format)
        const endMs = performance.now() + PATIENCE_MS
        while ((await seen(format)).length === 0 && performance.now() < endMs) await setTimeout(50)
        child.kill('SIGKILL')
        await child.end
        bucket.fault = () => undefined
        const again = record(format)
        expect({ ...(await again.end), err: again.err.text }).toMatchObject({ exit: 0 })
        const ids = recordsIn(await seen(format)).map(({ records }) => records?.[0]['id'])
        expect(ids).toEqual(IDS)
      },
      300_000,
    )

    test('what others put in their bucket is not given up where evt does not record', async () => {
      await moto.call('s3', 'put_object', { Bucket: 'acme', Key: 'theirs', Body: 'x' })
      write(10)
      const keys = ['2026-11-01T00/000000000001.ndjson.gz', 'theirs.bin']
      for (const key of keys) await begun(key)
      const child = startEvt(['record', 'o.ndjson', '--to', 's3://acme', '--no-follow'], at)
      expect(await child.end).toEqual({ exit: 2, signal: null })
      expect(child.err.text).toContain('s3://acme holds something, and no recording by evt')
      expect(await uploads()).toEqual(keys)
    }, 240_000)
  },
)
