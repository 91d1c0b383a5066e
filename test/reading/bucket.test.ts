import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { LocalCopies } from '../../src/archives/local-copies.js'
import { openToRead } from '../../src/aws/bucket-objects.js'
import type { ListedObject } from '../../src/aws/objects.js'
import { type Stage, stage } from '../cases/run-case.js'
import { isLong } from '../helpers/campaign.js'
import { describeWith } from '../helpers/needs.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'
import { type FaultyBucket, startFaultyBucket } from '../testbed/s3-double.js'

const archive = new Map([
  ['2026/11/01/a.ndjson', lines('2026-11-01', 1, 400)],
  ['2026/11/02/b.ndjson.gz', gzipSync(lines('2026-11-02', 300, 900))],
  [
    '2026/11/03/c.json',
    Buffer.from(`[${lines('2026-11-03', 900, 950).toString().trim().replaceAll('\n', ',')}]`),
  ],
  ['2026/11/03/empty.ndjson', Buffer.alloc(0)],
  ['2026/11/03/_SUCCESS', Buffer.from('done')],
])

function lines(day: string, from: number, until: number): Buffer {
  const texts = Array.from({ length: until - from }, (_, n) => {
    const at = `${day}T09:00:0${n % 7}.00${n % 10}Z`
    const receivedAt = `${day}T09:00:0${n % 7}.${100 + (n % 800)}Z`
    return JSON.stringify({ id: `e-${from + n}`, time: at, receivedAt, key: `k-${n % 5}` })
  })
  return Buffer.from(`${texts.join('\n')}\n`)
}

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)(
  'an archive in S3',
  () => {
    let moto: Moto
    let bucket: FaultyBucket
    let at: Stage
    beforeAll(async () => {
      moto = await startMoto()
      bucket = await startFaultyBucket(moto.url)
    })
    beforeEach(async () => {
      await moto.reset()
      Object.assign(bucket, { fault: () => undefined })
      bucket.asked.length = 0
      const made = stage()
      at = { ...made, env: { ...made.env, ...moto.env, AWS_ENDPOINT_URL: bucket.url } }
      const CreateBucketConfiguration = { LocationConstraint: moto.region }
      await moto.call('s3', 'create_bucket', { Bucket: 'acme', CreateBucketConfiguration })
      for (const [key, bytes] of archive) {
        await put(`archive/${key}`, bytes)
        const file = join(at.work, 'archive', key)
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, bytes)
      }
      await put('archive-of-others/x.ndjson', lines('2026-11-01', 5000, 5010))
    })
    afterEach(() => {
      vi.unstubAllEnvs()
      at.remove()
    })
    afterAll(async () => {
      await bucket.stop()
      await moto.stop()
    })

    const put = async (key: string, bytes: Buffer) => {
      // Who does not say who he is may make an object, and not replace one.
      const headers = {
        authorization: 'AWS4-HMAC-SHA256 Credential=test/20261101/eu/s3/aws4_request',
      }
      const url = `${moto.url}/acme/${key}`
      const { ok } = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(bytes) })
      expect(ok).toBe(true)
    }

    const run = async (...args: string[]) => {
      const child = startEvt([...args, '--map', 'receivedAt=$.receivedAt'], at)
      const { exit } = await child.end
      return { exit, out: child.out.text, err: child.err.text }
    }

    const stats = async (source: string, ...more: string[]) => {
      const { exit, out, err } = await run('stats', source, '-o', 'json', ...more)
      return { exit, err, result: out === '' ? undefined : JSON.parse(out) }
    }

    const figures = async (source: string, ...more: string[]) => {
      const { result } = await stats(source, ...more)
      const { sources: _, ...rest } = result
      return JSON.parse(JSON.stringify(rest).replaceAll('s3://acme/', ''))
    }

    const objectsAsked = () => bucket.asked.filter((key) => key !== '?').sort()

    test('gives what the same files give', async () => {
      const local = await figures('archive')
      expect(local.read.records).toBe(399 + 600 + 50)
      expect(await figures('s3://acme/archive')).toEqual(local)
      expect(await figures('s3://acme/archive/')).toEqual(local)
      const one = await figures('s3://acme/archive/2026/11/01/a.ndjson')
      expect(one).toEqual(await figures('archive/2026/11/01/a.ndjson'))
    })

    test('an alias stands for a prefix, with a slash or without', async () => {
      const archives = '{ one: s3://acme/archive, other: s3://acme/archive/ }'
      writeFileSync(join(at.work, 'evt.yaml'), `archives: ${archives}\n`)
      for (const name of ['one', 'other']) {
        const { result } = await stats(`${name}:2026/11/01`)
        expect(result.read.records).toBe(399)
      }
    })

    test('an object named twice is read once', async () => {
      const args = ['stats', 's3://acme/archive', 's3://acme/archive/2026/11/01', '-o', 'json']
      expect(JSON.parse((await run(...args)).out).read.records).toBe(1_049)
    })

    test('events are questioned, audited and indexed there', async () => {
      const sql = ['query', '--sql', 'select count(*) as n from events', 's3://acme/archive']
      expect(JSON.parse((await run(...sql, '-o', 'json')).out).rows).toEqual([{ n: 1_049 }])
      expect((await run('index', 'build', 's3://acme/archive')).exit).toBe(0)
      bucket.asked.length = 0
      const indexed = await figures('s3://acme/archive')
      expect(objectsAsked()).toEqual([])
      expect(indexed).toEqual(await figures('s3://acme/archive', '--no-index'))
      await put('archive/2026/11/04/d.ndjson', lines('2026-11-04', 950, 960))
      bucket.asked.length = 0
      expect((await run('index', 'build', 's3://acme/archive')).exit).toBe(0)
      expect(objectsAsked()).toEqual(['archive/2026/11/04/d.ndjson'])
    })

    test('no more is read than may be', async () => {
      const { exit, err } = await stats('s3://acme/archive', '--max-bytes', '1kB')
      expect([exit, objectsAsked()]).toEqual([2, []])
      expect(err).toMatch(/4 objects of [\d,]+ bytes are more than --max-bytes 1,000/)
      expect((await stats('s3://acme/archive', '--max-bytes', 'lots')).exit).toBe(2)
      expect((await stats('s3://acme/archive', '--max-bytes', '1MB')).exit).toBe(0)
    })

    test('folders that say another time are not fetched', async () => {
      await stats('s3://acme/archive', '--since', '2026-11-02T12:00:00Z')
      expect(objectsAsked().some((key) => key.includes('/01/'))).toBe(false)
    })

    test('a cut connection and a storm of 503 change nothing', async () => {
      const local = await figures('archive')
      bucket.fault = (_, nth) => (nth === 1 ? 'half' : nth < 4 ? slowDown : undefined)
      expect(await figures('s3://acme/archive')).toEqual(local)
    })

    test(
      'of very many objects, a few of which fail at first, not one is missing',
      async () => {
        const count = isLong ? 5_000 : 200
        const keys = Array.from({ length: count }, (_, n) => `many/${n % 25}/${n}.ndjson`)
        for (const [n, key] of keys.entries()) {
          const bytes = lines('2026-11-01', n * 2, n * 2 + 3)
          await put(key, bytes)
          mkdirSync(dirname(join(at.work, key)), { recursive: true })
          writeFileSync(join(at.work, key), bytes)
        }
        bucket.fault = (key, nth) => {
          const isFaulty = nth === 1 && /7\.ndjson/.test(key)
          return isFaulty ? (key.includes('/3/') ? 'half' : slowDown) : undefined
        }
        const local = await figures('many')
        expect([local.read.objects, local.read.records]).toEqual([count, count * 3])
        expect(await figures('s3://acme/many')).toEqual(local)
      },
      isLong ? 900_000 : 200_000,
    )

    test('a storm that does not end is told', async () => {
      bucket.fault = (key) => (key.includes('/02/') ? slowDown : undefined)
      const { exit, err, result } = await stats('s3://acme/archive')
      expect([exit, result]).toEqual([3, undefined])
      expect(err).toContain('s3:GetObject fails on the bucket acme (SlowDown)')
    })

    test.each([
      ['ExpiredToken', 'the AWS credentials are not valid, or no longer (ExpiredToken)'],
      ['InvalidAccessKeyId', 's3:GetObject fails on the bucket acme (InvalidAccessKeyId)'],
    ])('%s in the middle is told', async (code, text) => {
      bucket.fault = (key) => (key.includes('/02/') ? { status: 400, code } : undefined)
      const { exit, err, result } = await stats('s3://acme/archive')
      expect([exit, result]).toEqual([3, undefined])
      expect(err).toContain(text)
    })

    test('an object that is not given is named, and the rest is read', async () => {
      bucket.fault = (key) =>
        key.includes('/02/') ? { status: 403, code: 'AccessDenied' } : undefined
      const { exit, result } = await stats('s3://acme/archive')
      expect([exit, result.partial, result.read.records]).toEqual([3, true, 449])
      const { explain } = result.findings.find(
        ({ kind }: { kind: string }) => kind === 'unreadable',
      )
      expect(explain).toContain('2026/11/02/b.ndjson.gz is not given by S3 (AccessDenied)')
    })

    test('an object that is another one now is not read for what was listed', async () => {
      bucket.fault = async (key, nth) => {
        if (nth > 1 || !key.includes('/02/')) return undefined
        await put(key, lines('2026-11-02', 0, 3))
        return undefined
      }
      const replaced = await stats('s3://acme/archive')
      expect([replaced.exit, replaced.result.partial, replaced.result.read.records]).toEqual([
        3,
        true,
        449,
      ])
      const { explain } = findingOf('changed', replaced.result)
      expect(explain).toContain('was replaced since it was listed')
    })

    test('what is not there is wrong use, an empty bucket has no data', async () => {
      expect((await stats('s3://acne/archive')).exit).toBe(2)
      const near = await stats('s3://acme/arch')
      expect(near.exit).toBe(2)
      expect(near.err).toContain('there is nothing at s3://acme/arch')
      expect(near.err).toContain('there is s3://acme/archive-of-others/x.ndjson')
      expect((await stats('s3://acme/archive/*.gz')).err).toContain('* is no wildcard there')
      expect((await stats('s3://')).err).toContain('names no bucket')
      await moto.reset()
      const CreateBucketConfiguration = { LocationConstraint: moto.region }
      await moto.call('s3', 'create_bucket', { Bucket: 'none', CreateBucketConfiguration })
      expect((await stats('s3://none')).exit).toBe(5)
    })

    test('copies are bounded on disk, and fetched again where they are needed again', async () => {
      for (const [name, value] of Object.entries(moto.env)) vi.stubEnv(name, value)
      const objects = await openToRead('acme', { region: moto.region, endpointUrl: bucket.url })
      const listed: ListedObject[] = []
      for await (const page of objects.list('archive/2026')) listed.push(...page)
      const copies = new LocalCopies(objects, 1)
      const all = listed.map((object) => copies.of(object))
      const folders = new Set<string>()
      for (const [n, copy] of [...all, ...all].entries()) {
        const held = await copy.hold()
        if ('reason' in held) throw new Error(held.detail)
        folders.add(dirname(held.file))
        const key = listed[n % listed.length]?.key.slice('archive/'.length) ?? ''
        expect(readFileSync(held.file).equals(archive.get(key) ?? Buffer.alloc(1))).toBe(true)
        expect(readdirSync(dirname(held.file))).toHaveLength(1)
        held.release()
      }
      expect(folders.size).toBe(1)
      objects.close()
    })
  },
)

const findingOf = (
  wanted: string,
  { findings }: { findings: { kind: string; explain: string }[] },
) => {
  const found = findings.find(({ kind }) => kind === wanted)
  if (found === undefined) throw new Error(`no finding ${wanted}`)
  return found
}

const slowDown = { status: 503, code: 'SlowDown' }
