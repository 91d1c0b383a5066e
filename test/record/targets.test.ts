import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { Random } from '../../src/generate/random.js'
import { type Stage, stage } from '../cases/run-case.js'
import { seed } from '../helpers/campaign.js'
import { describeWith } from '../helpers/needs.js'
import { cableTo } from '../testbed/cable.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'
import { startFaultyBucket } from '../testbed/s3-double.js'
import { parquetOf, partsIn, partsOf, recordsIn } from './recorded.js'

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)(
  'where evt records to',
  () => {
    let moto: Moto
    let at: Stage
    beforeAll(async () => {
      moto = await startMoto()
    })
    beforeEach(async () => {
      await moto.reset()
      const made = stage()
      at = { ...made, env: { ...made.env, ...moto.env } }
      const CreateBucketConfiguration = { LocationConstraint: moto.region }
      await moto.call('s3', 'create_bucket', { Bucket: 'acme', CreateBucketConfiguration })
      writeFileSync(join(at.work, 'o.ndjson'), '{"id":"e-1"}\n{"id":"e-2"}\n')
    })
    afterEach(() => at.remove())
    afterAll(() => moto.stop())

    const record = (to: string, ...more: string[]) => {
      const roll = more.includes('--roll-every') ? [] : ['--roll-every', '100ms']
      return startEvt(['record', 'o.ndjson', '--to', to, ...roll, ...more], at)
    }

    const parts = (to: string) =>
      to.startsWith('s3:')
        ? partsOf(moto, 'acme', 'o')
        : Promise.resolve(partsIn(join(at.work, to)))

    const both = ['recorded', 's3://acme/o'].flatMap((to) =>
      ['ndjson', 'parquet'].map((format) => ({ to, format })),
    )
    test.each(both)(
      'has one recorder at a time: $to, $format',
      async ({ to, format }) => {
        const how = ['--format', format]
        const seen = async () => {
          const all = await parts(to)
          return recordsIn(format === 'parquet' ? await parquetOf(all) : all)
        }
        const first = record(to, ...how)
        while (
          !existsSync(join(at.work, 'recorded')) &&
          (await parts('s3://acme/o')).length === 0
        ) {
          await setTimeout(50)
        }
        const lock = to.startsWith('s3:') ? undefined : join(at.work, to, '_evt/lock')
        while (lock !== undefined && !existsSync(lock)) await setTimeout(50)
        const second = record(to, ...how)
        expect(await second.end).toEqual({ exit: 3, signal: null })
        expect(second.err.text).toMatch(
          /evt: another evt records to \S+ \(process \d+ on \S+\)\n {5}end it first, or record to/,
        )
        first.kill('SIGTERM')
        expect(await first.end).toEqual({ exit: 130, signal: null })
        expect(await seen()).toHaveLength(2)
        expect(await record(to, '--no-follow').end).toEqual({ exit: 0, signal: null })
        expect(await seen()).toHaveLength(2)
      },
      240_000,
    )

    test('a bucket that is away for a while loses nothing', async () => {
      const cable = await cableTo(moto.url)
      at = { ...at, env: { ...at.env, AWS_ENDPOINT_URL: cable.url } }
      const child = record('s3://acme/o')
      while ((await parts('s3://acme/o')).length === 0) await setTimeout(50)
      cable.cut()
      writeFileSync(join(at.work, 'o.ndjson'), '{"id":"e-3"}\n', { flag: 'a' })
      await child.said('s3://acme/o does not answer')
      cable.mend()
      await child.said('s3://acme/o is back after')
      while ((await parts('s3://acme/o')).length === 1) await setTimeout(50)
      child.kill('SIGTERM')
      expect(await child.end).toEqual({ exit: 130, signal: null })
      await cable.stop()
      const ids = recordsIn(await parts('s3://acme/o')).map(({ records }) => records?.[0]['id'])
      expect(ids).toEqual(['e-1', 'e-2', 'e-3'])
    }, 240_000)

    test(`storms of 503 and answers that are cut lose nothing (seed ${seed})`, async () => {
      const made = await moto.call('sqs', 'create_queue', { QueueName: 'orders' })
      const ids = Array.from({ length: 60 }, (_, n) => `m-${n}`)
      const send = (some: readonly string[]) => {
        const Entries = some.map((id) => ({ Id: id, MessageBody: JSON.stringify({ id }) }))
        return moto.call('sqs', 'send_message_batch', { QueueUrl: made['QueueUrl'], Entries })
      }
      const bucket = await startFaultyBucket(moto.url)
      const random = new Random(seed, 6)
      let isStorm = false
      bucket.fault = () => {
        if (!isStorm || random.below(10) < 5) return undefined
        return random.below(2) === 0 ? 'half' : { status: 503, code: 'SlowDown' }
      }
      at = { ...at, env: { ...at.env, AWS_ENDPOINT_URL_S3: bucket.url } }
      const child = record('s3://acme/o', 'sqs://orders', '--intrusive', '--consume')
      const seen = async () => recordsIn(await partsOf(moto, 'acme', 'o'))
      const all = ids.length + 2
      while ((await seen()).length === 0) await setTimeout(50)
      isStorm = true
      for (let from = 0; from < ids.length; from += 10) await send(ids.slice(from, from + 10))
      const endMs = performance.now() + 150_000
      // What is to be seen is whole at any time.
      while ((await seen()).length < all && performance.now() < endMs) await setTimeout(100)
      isStorm = false
      child.kill('SIGTERM')
      expect({ ...(await child.end), err: child.err.text }).toMatchObject({ exit: 130 })
      await bucket.stop()
      const bodies = (await seen()).map(({ records }) => {
        const body = records?.[0]['Body']
        return body === undefined ? records?.[0]['id'] : JSON.parse(String(body)).id
      })
      expect([...new Set(bodies)].sort()).toEqual([...ids, 'e-1', 'e-2'].sort())
      expect(bodies.filter((id) => /^e/.test(id))).toEqual(['e-1', 'e-2'])
    }, 400_000)

    test('a large part goes in several calls, and is whole', async () => {
      // Text that hardly packs.
      const hash = (text: string) => createHash('sha512').update(text).digest('base64')
      const lines = Array.from({ length: 40_000 }, (_, n) =>
        JSON.stringify({ id: `e-${n}`, note: [1, 2, 3, 4].map((k) => hash(`${n}-${k}`)).join('') }),
      )
      writeFileSync(join(at.work, 'o.ndjson'), `${lines.join('\n')}\n`)
      const child = record('s3://acme/o', '--no-follow', '--roll-every', '1h')
      expect(await child.end).toEqual({ exit: 0, signal: null })
      const [part, ...others] = await parts('s3://acme/o')
      expect(others).toEqual([])
      expect(part?.bytes.length).toBeGreaterThan(8 * 1024 * 1024)
      expect(recordsIn([...(part ? [part] : [])]).map(({ n }) => n)).toEqual(
        lines.map((_, n) => n + 1),
      )
    }, 240_000)

    test('credentials that have expired end it, and it goes on with others', async () => {
      const refused = await refusing('ExpiredToken')
      at = { ...at, env: { ...at.env, AWS_ENDPOINT_URL: refused.url } }
      const child = record('s3://acme/o', '--no-follow')
      expect(await child.end).toEqual({ exit: 3, signal: null })
      expect(child.err.text).toContain(
        'evt: the AWS credentials are not valid, or no longer (ExpiredToken)',
      )
      refused.stop()
      at = { ...at, env: { ...at.env, AWS_ENDPOINT_URL: moto.url } }
      expect(await record('s3://acme/o', '--no-follow').end).toEqual({ exit: 0, signal: null })
      expect(recordsIn(await parts('s3://acme/o'))).toHaveLength(2)
    }, 240_000)

    test('a bucket that is not there', async () => {
      const child = record('s3://nobody/o', '--no-follow')
      expect(await child.end).toEqual({ exit: 2, signal: null })
      expect(child.err.text).toContain('evt: there is no bucket nobody in eu-west-1')
    }, 240_000)
  },
)

/** A service that refuses every call. */
async function refusing(code: string): Promise<{ url: string; stop(): void }> {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(400, { 'content-type': 'application/xml' })
    response.end(`<Error><Code>${code}</Code><Message>no</Message></Error>`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, stop: () => void server.close() }
}
