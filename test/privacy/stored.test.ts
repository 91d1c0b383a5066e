import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { isLong, seed } from '../helpers/campaign.js'
import { describeWith } from '../helpers/needs.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'
import { type FaultyBucket, startFaultyBucket } from '../testbed/s3-double.js'

const SUBJECT = 'u-4711-ada'
const MAP = ['--map', 'entities.user=$.user', '--map', 'entities.friend=$.friend']
const SHARE = ['--max-share', '100%']
const SOURCE = 's3://acme/archive/'
const PLAN = ['gdpr', 'erase', '--entity', `user:${SUBJECT}`, SOURCE, ...MAP, ...SHARE]
const APPLY = ['gdpr', 'erase', '--apply', 'plan', '--yes']

interface Version {
  Key: string
  VersionId: string
  IsLatest: boolean
}

function lines(from: number, count: number, about: (n: number) => string | null): string {
  return Array.from({ length: count }, (_, n) => {
    const id = from + n
    return `${JSON.stringify({ id: `e-${id}`, type: 't', user: about(id) ?? `u-${id}` })}\n`
  }).join('')
}
const withSubject = (from: number, count = 8) =>
  lines(from, count, (n) => (n % 4 === 0 ? SUBJECT : null))
const without = (from: number, count = 8) => lines(from, count, () => null)
/** What is to be left of a text. */
const erased = (text: string) =>
  text
    .split('\n')
    .filter((line) => !line.includes(SUBJECT))
    .join('\n')

let state = seed
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return state / 2 ** 32
}

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)(
  `an erasure from S3 (seed ${seed})`,
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
      state = seed
      const made = stage()
      at = { ...made, env: { ...made.env, ...moto.env, AWS_ENDPOINT_URL: bucket.url } }
    })
    afterEach(() => at.remove())
    afterAll(async () => {
      await bucket.stop()
      await moto.stop()
    })

    const authorization = 'AWS4-HMAC-SHA256 Credential=test/20261101/eu/s3/aws4_request'

    async function makeBucket({ isVersioned = true, isLocked = false } = {}) {
      const of = { Bucket: 'acme', ObjectLockEnabledForBucket: isLocked }
      const CreateBucketConfiguration = { LocationConstraint: moto.region }
      await moto.call('s3', 'create_bucket', { ...of, CreateBucketConfiguration })
      if (!isVersioned) return
      const VersioningConfiguration = { Status: 'Enabled' }
      await moto.call('s3', 'put_bucket_versioning', { Bucket: 'acme', VersioningConfiguration })
    }

    async function put(key: string, body: string | Buffer, headers: Record<string, string> = {}) {
      const url = `${moto.url}/acme/${key}`
      const all = { authorization, ...headers }
      const { ok } = await fetch(url, {
        method: 'PUT',
        headers: all,
        body: new Uint8Array(Buffer.from(body)),
      })
      expect(ok).toBe(true)
    }

    async function get(key: string, versionId?: string): Promise<Buffer> {
      const query = versionId === undefined ? '' : `?versionId=${versionId}`
      const answer = await fetch(`${moto.url}/acme/${key}${query}`, { headers: { authorization } })
      expect(answer.status, key).toBe(200)
      return Buffer.from(await answer.arrayBuffer())
    }

    async function versions() {
      const found = await moto.call('s3', 'list_object_versions', { Bucket: 'acme' })
      const { Versions = [], DeleteMarkers = [] } = found as Record<string, Version[]>
      return { all: Versions, markers: DeleteMarkers }
    }

    /** Every version of every object that the bucket still gives. */
    async function everyByte(): Promise<string> {
      const { all } = await versions()
      const bytes = await Promise.all(all.map(({ Key, VersionId }) => get(Key, VersionId)))
      return bytes.map((one) => (one[0] === 0x1f ? gunzipSync(one) : one).toString()).join('\n')
    }

    const run = async (...args: string[]) => {
      const child = startEvt(args, at)
      const { exit } = await child.end
      return { exit, out: child.out.text, err: child.err.text }
    }
    const planned = async () => {
      const made = await run(...PLAN, '--plan', 'plan')
      expect(made).toMatchObject({ exit: 0, err: '' })
      return made.out
    }

    test('all but the subject stays, its versions are gone, and the proof holds', async () => {
      await makeBucket()
      await put('archive/1.ndjson', without(0))
      await put('archive/1.ndjson', withSubject(100), {
        'content-type': 'application/x-ndjson',
        'cache-control': 'no-store',
        'x-amz-meta-owner': 'shop',
        'x-amz-storage-class': 'STANDARD_IA',
        'x-amz-server-side-encryption': 'AES256',
        'x-amz-tagging': 'team=a%20b&kind=archive',
        'x-amz-sdk-checksum-algorithm': 'SHA256',
        'x-amz-checksum-sha256': createHash('sha256').update(withSubject(100)).digest('base64'),
      })
      await put('archive/2.ndjson.gz', gzipSync(withSubject(200)))
      await put('archive/2.ndjson.gz', gzipSync(without(200)))
      await put('archive/3.ndjson', withSubject(300))
      await put('archive/4.ndjson', without(400))
      await put('others/5.ndjson', withSubject(500))
      await moto.call('s3', 'delete_object', { Bucket: 'acme', Key: 'archive/3.ndjson' })
      await moto.call('s3', 'delete_object', { Bucket: 'acme', Key: 'archive/4.ndjson' })
      const build = ['index', 'build', SOURCE, ...MAP, '--to', 's3://acme/of-archive']
      expect(await run(...build)).toMatchObject({ exit: 0 })
      const text = await planned()
      expect(text).toMatch(/drop 2 events {3}2 objects/)
      expect(text).toContain('for good   3 versions, and 1 delete marker that the bucket keeps')
      expect(text).not.toContain(SUBJECT)
      const ofIndex = (await versions()).all.filter(({ Key }) => Key.startsWith('of-archive/'))
      expect(ofIndex.map(({ Key }) => Key)).toContain('of-archive/evt-index.json')
      expect((await versions()).all).toHaveLength(7 + ofIndex.length)
      const applied = await run(...APPLY, '--to', 'bundle')
      expect(applied).toMatchObject({ exit: 0, err: '' })
      expect(applied.out).toContain('1 object written again, 3 older versions removed, 2 indexes')
      const left = await versions()
      expect(left.all.map(({ Key }) => Key).sort()).toEqual([
        ...['archive/1.ndjson', 'archive/1.ndjson', 'archive/2.ndjson.gz', 'archive/4.ndjson'],
        'others/5.ndjson',
      ])
      expect(left.markers.map(({ Key }) => Key)).toEqual(['archive/4.ndjson'])
      expect((await get('archive/1.ndjson')).toString()).toBe(erased(withSubject(100)))
      expect((await everyByte()).split(SUBJECT)).toHaveLength(
        withSubject(500).split(SUBJECT).length,
      )
      const Key = 'archive/1.ndjson'
      const all = { Bucket: 'acme', Key, ChecksumMode: 'ENABLED' }
      expect(await moto.call('s3', 'head_object', all)).toMatchObject({
        ChecksumSHA256: createHash('sha256')
          .update(erased(withSubject(100)))
          .digest('base64'),
        ContentType: 'application/x-ndjson',
        CacheControl: 'no-store',
        Metadata: { owner: 'shop' },
        StorageClass: 'STANDARD_IA',
        ServerSideEncryption: 'AES256',
      })
      const { TagSet } = await moto.call('s3', 'get_object_tagging', { Bucket: 'acme', Key })
      expect(TagSet).toEqual([
        { Key: 'team', Value: 'a b' },
        { Key: 'kind', Value: 'archive' },
      ])
      const home = at.env['HOME'] ?? ''
      const kept = readdirSync(home, { recursive: true, encoding: 'utf8' })
        .map((name) => join(home, name))
        .filter((file) => statSync(file).isFile())
      for (const file of kept) expect(readFileSync(file, 'latin1'), file).not.toContain(SUBJECT)
      expect(await run('gdpr', 'verify', 'plan')).toMatchObject({ exit: 0, err: '' })
      const offline = await run('gdpr', 'verify', 'bundle', '--endpoint-url', 'http://127.0.0.1:9')
      expect(offline).toMatchObject({ exit: 0, err: '' })
      expect(offline.out).toContain('3 objects of S3 not looked at: offline')
      await put('archive/1.ndjson', without(0))
      const changed = await run('gdpr', 'verify', 'plan')
      expect(changed.exit).toBe(4)
      expect(changed.err).toContain('s3://acme/archive/1.ndjson has been changed')
    })

    test('what is in S3 is found and extracted', async () => {
      await makeBucket({ isVersioned: false })
      await put('archive/1.ndjson', withSubject(0))
      await put('archive/2.ndjson.gz', gzipSync(withSubject(8)))
      const found = await run('gdpr', 'find', SUBJECT, SOURCE, ...MAP)
      expect(found).toMatchObject({ exit: 0, err: '' })
      expect(found.out).toContain('in 4 events of 16')
      const who = ['--entity', `user:${SUBJECT}`, '--map', 'id=$.id', ...MAP, ...SHARE]
      const extracted = await run('gdpr', 'extract', ...who, SOURCE, '--to', 'bundle')
      expect(extracted).toMatchObject({ exit: 0, err: '' })
      const events = readFileSync(join(at.work, 'bundle', 'events.ndjson'), 'utf8')
      expect(
        events
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).id),
      ).toEqual([...['e-0', 'e-4', 'e-8', 'e-12']])
      expect(await run('gdpr', 'verify', 'bundle')).toMatchObject({ exit: 0 })
    })

    test('an extract tells versions, and how long the bucket keeps what it has', async () => {
      await makeBucket()
      await put('archive/1.ndjson', without(0))
      await put('archive/1.ndjson', withSubject(0))
      await put('archive/2.ndjson', without(8))
      const rule = (ID: string, Prefix: string, more: object) => {
        return { ID, Status: 'Enabled', Filter: { Prefix }, ...more }
      }
      const Rules = [
        rule('old', 'archive/', { Expiration: { Days: 400 } }),
        rule('versions', '', { NoncurrentVersionExpiration: { NoncurrentDays: 30 } }),
        rule('other', 'others/', { Expiration: { Days: 1 } }),
        { ...rule('off', '', { Expiration: { Days: 2 } }), Status: 'Disabled' },
      ]
      const of = { Bucket: 'acme', LifecycleConfiguration: { Rules } }
      await moto.call('s3', 'put_bucket_lifecycle_configuration', of)
      const who = ['--entity', `user:${SUBJECT}`, ...MAP, ...SHARE]
      const first = await run('gdpr', 'extract', ...who, SOURCE, '--to', 'b')
      expect(first).toMatchObject({ exit: 0, err: '' })
      const bundled = (name: string) => readFileSync(join(at.work, name), 'utf8')
      const { all } = await versions()
      const now = all.find(({ Key, IsLatest }) => Key === 'archive/1.ndjson' && IsLatest)
      const { objects, storage } = JSON.parse(bundled('b/manifest.json'))
      expect(objects).toMatchObject([{ versionId: now?.VersionId }, { versionId: null }])
      const none = { only: null, expireAt: null }
      const rules = [
        { ...none, id: 'old', prefix: 'archive/', expireDays: 400, expireOlderDays: null },
        { ...none, id: 'versions', prefix: '', expireDays: null, expireOlderDays: 30 },
      ]
      expect(storage.buckets).toEqual([{ bucket: 'acme', rules, reason: null }])
      expect(bundled('b/report.md')).toMatch(/the bucket acme +\| 400 days below archive\//)
      bucket.fault = (key, _nth, { query }) =>
        key === '' && query.has('lifecycle') ? { status: 403, code: 'AccessDenied' } : undefined
      expect(await run('gdpr', 'extract', ...who, SOURCE, '--to', 'c')).toMatchObject({ exit: 0 })
      const { storage: untold } = JSON.parse(bundled('c/manifest.json'))
      expect(untold.buckets).toMatchObject([{ bucket: 'acme', rules: null }])
      expect(untold.buckets[0].reason).toContain('s3:GetLifecycleConfiguration')
    })

    test('in parts, while calls fail and answers are lost', async () => {
      await makeBucket()
      const big = without(0, 190_000) + withSubject(200_000)
      expect(big.length).toBeGreaterThan(8 * 1024 * 1024)
      await put('archive/1.ndjson', big)
      await put('archive/2.ndjson', withSubject(300))
      await planned()
      const seen = new Set<string>()
      bucket.fault = (key, _nth, { method, query }) => {
        const call = `${method} ${key} ${[...query.keys()]} ${query.get('partNumber')}`
        if (key === '' || seen.has(call)) return undefined
        seen.add(call)
        const isSending = method === 'PUT' && query.size <= 1
        return isSending ? 'lost' : { status: 503, code: 'SlowDown' }
      }
      expect(await run(...APPLY)).toMatchObject({ exit: 0, err: '' })
      expect((await get('archive/1.ndjson')).toString()).toBe(erased(big))
      expect((await get('archive/2.ndjson')).toString()).toBe(erased(withSubject(300)))
      expect(await everyByte()).not.toContain(SUBJECT)
      const { Uploads } = await moto.call('s3', 'list_multipart_uploads', { Bucket: 'acme' })
      expect(Uploads ?? []).toEqual([])
      expect([...seen].some((call) => call.startsWith('POST archive/1.ndjson uploadId'))).toBe(true)
    })

    test(
      'killed at any moment, it goes on to the same',
      async () => {
        for (let kills = isLong ? 100 : 4; kills > 0; ) kills -= await killedTimes(kills)
      },
      isLong ? 3_600_000 : 240_000,
    )

    /** An erasure that is killed again and again, somewhere in what is left to be done, until all
     * of it is. @returns how often */
    async function killedTimes(most: number): Promise<number> {
      await moto.reset()
      await makeBucket()
      const keys = Array.from({ length: 12 }, (_, n) => `archive/${n}.ndjson${n % 3 ? '' : '.gz'}`)
      const packed = (key: string, text: string) => (key.endsWith('.gz') ? gzipSync(text) : text)
      for (const [n, key] of keys.entries()) {
        await put(key, packed(key, withSubject(n * 1000, 20)))
        await put(key, packed(key, withSubject(n * 1000, 40)))
      }
      rmSync(join(at.work, 'plan'), { force: true })
      rmSync(join(at.work, 'plan.key'), { force: true })
      await planned()
      let kills = 0
      for (let isOver = false; !isOver && kills < most; ) {
        const child = startEvt(APPLY, at)
        const until = bucket.asked.length + 1 + Math.floor(random() * 30)
        for (let tries = 0; bucket.asked.length < until && tries < 200; tries++) await after(10)
        child.kill('SIGKILL')
        const { exit } = await child.end
        isOver = exit !== null
        if (isOver) expect({ exit, err: child.err.text }).toEqual({ exit: 0, err: '' })
        else kills += 1
        for (const [n, key] of keys.entries()) {
          const text = withSubject(n * 1000, 40)
          const now = await get(key)
          const plain = key.endsWith('.gz') ? gunzipSync(now) : now
          expect([text, erased(text)]).toContain(plain.toString())
        }
      }
      expect(await run(...APPLY)).toMatchObject({ exit: 0, err: '' })
      for (const [n, key] of keys.entries()) {
        const left = Buffer.from(packed(key, erased(withSubject(n * 1000, 40))))
        expect((await get(key)).equals(left), key).toBe(true)
      }
      expect((await versions()).all).toHaveLength(12)
      expect(await run('gdpr', 'verify', 'plan')).toMatchObject({ exit: 0 })
      // Nor is there a copy of what was read when it was killed.
      expect(readdirSync(at.temp)).toEqual([])
      return kills
    }

    test('without permission nothing is changed; lost half-way, it goes on', async () => {
      await makeBucket()
      for (const n of [1, 2, 3]) await put(`archive/${n}.ndjson`, withSubject(n * 100))
      await planned()
      const before = await versions()
      const denied = { status: 403, code: 'AccessDenied' }
      bucket.fault = (_key, _nth, { method, query }) =>
        method === 'DELETE' && query.has('versionId') ? denied : undefined
      const refused = await run(...APPLY)
      expect(refused.exit).toBe(3)
      expect(refused.err).toContain(
        's3:DeleteObjectVersion is not allowed on the bucket acme: nothing was changed',
      )
      expect(await versions()).toEqual(before)
      bucket.fault = (key, _nth, { method, query }) =>
        key === 'archive/2.ndjson' && method === 'DELETE' && query.has('versionId')
          ? denied
          : undefined
      const half = await run(...APPLY)
      expect(half.exit).toBe(3)
      expect(half.err).toContain('what is done is in the journal')
      bucket.fault = () => undefined
      expect(await run(...APPLY)).toMatchObject({ exit: 0, err: '' })
      expect((await versions()).all).toHaveLength(3)
      expect(await everyByte()).not.toContain(SUBJECT)
    })

    test.each([false, true])('an object that changes meanwhile stays (versions %s)', async (v) => {
      await makeBucket({ isVersioned: v })
      for (const n of [1, 2]) await put(`archive/${n}.ndjson`, withSubject(n * 100))
      await planned()
      const other = withSubject(900)
      let isDone = false
      bucket.fault = async (key, _nth, { method, query }) => {
        const isPut = method === 'PUT' && query.size <= 1
        if (key === 'archive/2.ndjson' && isPut && !isDone) {
          isDone = true
          await put('archive/2.ndjson', other)
        }
        return undefined
      }
      const applied = await run(...APPLY)
      expect(applied.exit).toBe(3)
      expect(applied.err).toContain('s3://acme/archive/2.ndjson has changed since the plan was')
      expect((await get('archive/2.ndjson')).toString()).toBe(other)
      expect((await get('archive/1.ndjson')).toString()).toBe(erased(withSubject(100)))
    })

    test('an older version that is there again meanwhile is not removed whole', async () => {
      await makeBucket()
      await put('archive/1.ndjson', withSubject(100))
      await put('archive/2.ndjson', withSubject(200))
      await moto.call('s3', 'delete_object', { Bucket: 'acme', Key: 'archive/2.ndjson' })
      await planned()
      const { markers } = await versions()
      for (const { Key, VersionId } of markers) {
        await moto.call('s3', 'delete_object', { Bucket: 'acme', Key, VersionId })
      }
      const applied = await run(...APPLY)
      expect(applied.exit).toBe(3)
      expect(applied.err).toContain('has become the object that is there since the plan was made')
      expect((await get('archive/2.ndjson')).toString()).toBe(withSubject(200))
    })

    test('an older version that is another one meanwhile is not removed', async () => {
      await makeBucket({ isVersioned: false })
      const turned = (Status: string) =>
        moto.call('s3', 'put_bucket_versioning', {
          ...{ Bucket: 'acme', VersioningConfiguration: { Status } },
        })
      await put('archive/1.ndjson', withSubject(100))
      await turned('Enabled')
      await put('archive/1.ndjson', without(100))
      await planned()
      await turned('Suspended')
      // As long as the one that was planned, and called the same: null.
      const other = withSubject(100).replaceAll(SUBJECT, SUBJECT.replace('ada', 'eve'))
      await put('archive/1.ndjson', other)
      await turned('Enabled')
      await put('archive/1.ndjson', without(100))
      const applied = await run(...APPLY)
      expect(applied.exit).toBe(3)
      expect(applied.err).toContain('1.ndjson?versionId=null has changed since the plan was made')
      expect((await get('archive/1.ndjson', 'null')).toString()).toBe(other)
    })

    test('an event that older versions have too was sent to its recipients once', async () => {
      await makeBucket()
      const gone = `{"id":"gone","type":"t","user":"${SUBJECT}"}\n`
      await put('archive/1.ndjson', `${withSubject(100)}${gone}`)
      await put('archive/1.ndjson', withSubject(100))
      await put('archive/1.ndjson', withSubject(100, 9))
      writeFileSync(
        join(at.work, 't.yaml'),
        `Resources:
  All: { Type: AWS::SNS::Topic, Properties: { TopicName: all } }
  To:
    Type: AWS::SNS::Subscription
    Properties: { TopicArn: !Ref All, Protocol: sqs, Endpoint: !GetAtt Mail.Arn }
  Mail: { Type: AWS::SQS::Queue, Properties: { QueueName: mail } }
`,
      )
      const map = ['--map', 'id=$.id', '--topology', 't.yaml']
      const { exit, out } = await run(...PLAN, ...map, '--plan', 'plan', '-o', 'json')
      expect(exit).toBe(0)
      const { recipients } = JSON.parse(out)
      // Of three versions: 100, 104, 108 and the one that is only in the oldest.
      expect(recipients.consumers).toMatchObject([{ id: 'queue:mail', events: 4 }])
    })

    test('who else an ACL lets in is said, as it is not kept', async () => {
      await makeBucket({ isVersioned: false })
      await put('archive/1.ndjson', withSubject(100), { 'x-amz-acl': 'public-read' })
      await put('archive/2.ndjson', withSubject(200))
      const text = await planned()
      expect(text).toMatch(/1\.ndjson: its ACL is not kept: 1 grant to others than its owner/)
      expect(text).not.toMatch(/2\.ndjson: its ACL/)
    })

    test('what is locked, held or archived is named and left', async () => {
      await makeBucket({ isLocked: true })
      const locked = (Key: string, Body: string, more: Record<string, string>) =>
        moto.call('s3', 'put_object', { Bucket: 'acme', Key, Body, ...more })
      const held = { ObjectLockLegalHoldStatus: 'ON' }
      await locked('archive/1.ndjson', withSubject(100), held)
      const until = { ObjectLockRetainUntilDate: '2099-01-01T00:00:00Z' }
      await locked('archive/2.ndjson', withSubject(200), { ObjectLockMode: 'COMPLIANCE', ...until })
      await put('archive/2.ndjson', without(200))
      await put('archive/3.ndjson', withSubject(300), { 'x-amz-storage-class': 'GLACIER' })
      await put('archive/4.ndjson', withSubject(400))
      writeFileSync(join(at.work, 'evt.yaml'), `archives: { prod: "${SOURCE}" }\n`)
      const made = await run(
        ...PLAN.map((arg) => (arg === SOURCE ? 'prod:' : arg)),
        '--plan',
        'plan',
      )
      expect(made.exit).toBe(3)
      expect(made.out).toContain('s3://acme/archive/1.ndjson is under a legal hold of S3 !')
      expect(made.out).toMatch(/2\.ndjson\?versionId=\S+ is locked by S3 until 2099-01-01/)
      expect(made.out).toContain('s3://acme/archive/3.ndjson is archived')
      expect(made.err).toContain('not all is erased')
      const applied = await run(...APPLY, '--allow-partial')
      expect(applied.exit).toBe(0)
      expect((await get('archive/4.ndjson')).toString()).toBe(erased(withSubject(400)))
      expect((await get('archive/1.ndjson')).toString()).toBe(withSubject(100))
      const proof = readFileSync(join(at.work, 'plan'), 'utf8')
      expect(proof).toContain('is under a legal hold of S3')
    })
  },
)
