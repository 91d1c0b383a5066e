import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { seed } from '../helpers/campaign.js'
import { describeWith } from '../helpers/needs.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'
import { type FaultyBucket, startFaultyBucket } from '../testbed/s3-double.js'

const SUBJECT = 'u-4711-ada'
const PLAN = ['gdpr', 'erase', '--entity', `user:${SUBJECT}`, '--map', 'entities.user=$.user']
const FOLLOW = ['--max-share', '100%', '--follow-claims', 's3']
const APPLY = ['gdpr', 'erase', '--apply', 'plan', '--yes']
const DENIED = { status: 403, code: 'AccessDenied' }

interface Version {
  Key: string
  VersionId: string
}

const event = (id: string, user: string) => `${JSON.stringify({ id, type: 't', user })}\n`
const pointer = (key: string) => `${JSON.stringify({ s3BucketName: 'big', s3Key: key })}\n`
const line = (value: object) => `${JSON.stringify(value)}\n`

let state = seed
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return state / 2 ** 32
}

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)(
  `payloads that erased events point to, in S3 (seed ${seed})`,
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

    async function makeBucket(name: string, { isVersioned = false, isLocked = false } = {}) {
      const CreateBucketConfiguration = { LocationConstraint: moto.region }
      const of = { Bucket: name, CreateBucketConfiguration, ObjectLockEnabledForBucket: isLocked }
      await moto.call('s3', 'create_bucket', of)
      if (isVersioned) await turn(name, 'Enabled')
    }
    const turn = (Bucket: string, Status: string) =>
      moto.call('s3', 'put_bucket_versioning', { Bucket, VersioningConfiguration: { Status } })
    const put = (Key: string, Body: string, more: object = {}) =>
      moto.call('s3', 'put_object', { Bucket: 'big', Key, Body, ...more })
    const remove = (Key: string) => moto.call('s3', 'delete_object', { Bucket: 'big', Key })

    /** All that the bucket of payloads has, older versions and delete markers too. */
    async function left(): Promise<string[]> {
      const found = await moto.call('s3', 'list_object_versions', { Bucket: 'big' })
      const { Versions = [], DeleteMarkers = [] } = found as Record<string, Version[]>
      return [...Versions, ...DeleteMarkers].map(({ Key }) => Key).sort()
    }

    const archive = (text: string) => writeFileSync(join(at.work, 'a.ndjson'), text)
    const archived = () => readFileSync(join(at.work, 'a.ndjson'), 'utf8')
    const proof = () => JSON.parse(readFileSync(join(at.work, 'plan'), 'utf8'))
    const run = async (...args: string[]) => {
      const child = startEvt(args, at)
      const { exit } = await child.end
      return { exit, out: child.out.text, err: child.err.text }
    }
    const plan = (...more: string[]) =>
      run(...PLAN, ...FOLLOW, 'a.ndjson', '--plan', 'plan', ...more)

    test('go with them, unless an event that stays points there, or they change', async () => {
      await makeBucket('big')
      for (const key of ['ada', 'shared', 'changes']) await put(key, event(key, SUBJECT))
      await put('bob', event('bob', 'u-1'))
      const bobs = pointer('bob') + line({ user: 'u-1', see: JSON.parse(pointer('shared')) })
      const own = { user: SUBJECT, s3BucketName: 'big', s3Key: 'changes', n: 1 }
      archive(pointer('ada') + bobs + pointer('shared') + line(own) + pointer('gone'))
      const planned = await plan('-o', 'json')
      expect(planned.exit).toBe(3)
      expect(planned.err).toContain('s3://big/shared is what an event that stays points to as well')
      const { payloads, claims } = JSON.parse(planned.out)
      expect(payloads).toMatchObject({
        from: 's3',
        erased: [
          { address: 's3://big/ada', records: 1, sha256: expect.any(String) },
          { address: 's3://big/changes', records: 1, etag: expect.any(String) },
        ],
        left: [{ address: 's3://big/shared' }],
        ...{ gone: 0, unread: 1 },
      })
      expect(claims).toEqual(['s3://big/shared'])
      await remove('changes')
      await put('changes', event('other', 'u-2'))
      const applied = await run(...APPLY)
      expect(applied.exit).toBe(3)
      expect(applied.out).toContain('1 object written again, 1 payload removed')
      expect(applied.out).toContain('s3://big/changes has changed since the plan was made !')
      expect(await left()).toEqual(['bob', 'changes', 'shared'])
      expect(archived()).toBe(`${bobs}${pointer('gone')}`)
      expect(JSON.stringify(proof())).not.toContain(SUBJECT)
      expect(proof().payloads).toMatchObject([{ address: 's3://big/ada', isFile: false }])
      const sentences = proof().completeness.join('\n')
      expect(sentences).toContain('Not erased: s3://big/changes, which has changed since the plan')
      expect(sentences).toContain('Not searched: 1 payload that could not be read.')
      expect(await run('gdpr', 'verify', 'plan')).toMatchObject({ exit: 0, err: '' })
      await put('ada', event('ada', SUBJECT))
      const back = await run('gdpr', 'verify', 'plan')
      expect(back.exit).toBe(4)
      expect(back.err).toContain('s3://big/ada is there again')
    })

    test('go with all versions and delete markers that the bucket keeps', async () => {
      await makeBucket('big', { isVersioned: true })
      await put('ada', event('ada', SUBJECT))
      await put('ada', event('ada', SUBJECT))
      await put('hidden', event('hidden', SUBJECT))
      await remove('hidden')
      await put('ada-2', event('ada-2', 'u-2'))
      await put('again', event('again', SUBJECT))
      const pointing = ['hidden', 'again', 'nowhere'].map((key) => {
        return line({ user: SUBJECT, n: 1, s3BucketName: 'big', s3Key: key })
      })
      archive(pointer('ada') + pointing.join('') + pointer('ada-2'))
      const planned = await plan()
      expect(planned).toMatchObject({ exit: 0, err: '' })
      expect(planned.out).toMatch(/3 payloads, [\d,]+ B, that only .* point to; 2 older versions/)
      expect(planned.out).toContain('1 gone already')
      await put('again', event('again', SUBJECT))
      const applied = await run(...APPLY)
      expect(applied.exit).toBe(3)
      expect(applied.err).toContain('s3://big/again has changed since the plan was made')
      expect(await left()).toEqual(['ada-2', 'again', 'again'])
      const { payloads } = proof()
      expect(payloads.map(({ versions }: { versions: object[] }) => versions.length)).toEqual([
        2, 2,
      ])
      expect(await run('gdpr', 'verify', 'plan')).toMatchObject({ exit: 0, err: '' })
      expect(archived()).toBe(pointer('ada-2'))
    })

    test('are not taken for others whose names differ by identifiers alone', async () => {
      await makeBucket('big')
      const [ada, bob] = ['ada@example.com', 'bob@example.com']
      await put(ada, event('1', SUBJECT))
      await put(bob, event('2', 'u-43-bobby'))
      archive(pointer(ada) + pointer(bob))
      // S3 says times to the second.
      await after(2_000)
      expect((await plan()).exit).toBe(0)
      expect((await run(...APPLY)).exit).toBe(0)
      expect(await left()).toEqual([bob])
      expect(proof().payloads).toMatchObject([{ address: 's3://big/[identifier]' }])
      expect(await run('gdpr', 'verify', 'plan')).toMatchObject({ exit: 0, err: '' })
      await after(2_000)
      await put(ada, event('1', SUBJECT))
      const back = await run('gdpr', 'verify', 'plan')
      expect(back.exit).toBe(4)
      expect(back.err).toContain('s3://big/[identifier] is there again')
    })

    test('stay where they are another one than what was read', async () => {
      await makeBucket('big')
      for (const key of ['ada', 'again']) await put(key, event(key, SUBJECT))
      const of = { specversion: '1.0', id: '1', type: 't', source: 's', user: SUBJECT }
      archive(pointer('ada') + line({ ...of, dataref: 's3://big/again' }))
      let isPut = false
      bucket.fault = async (key, _nth, { method }) => {
        // It was read; what it is now is asked for.
        if (key === 'again' && method === 'HEAD' && !isPut) await put(key, event(key, 'u-2'))
        isPut ||= key === 'again' && method === 'HEAD'
        return undefined
      }
      const planned = await plan()
      expect([planned.exit, isPut]).toEqual([3, true])
      expect(planned.out).toContain('s3://big/again was changed while it was searched !')
      expect((await run(...APPLY, '--allow-partial')).exit).toBe(0)
      expect(await left()).toEqual(['again'])
    })

    test('of names that S3 has not are left, each for itself', async () => {
      await makeBucket('big')
      await put('ada', event('ada', SUBJECT))
      const own = (s3BucketName: string, s3Key: string) =>
        line({ user: SUBJECT, n: 1, s3BucketName, s3Key })
      const names = [own('big', ''), own('BIG', 'a'), own('big', '../../etc'), own('big', 'a\0')]
      archive(pointer('ada') + names.join('') + own('big', 'k'.repeat(1025)))
      const planned = await plan('--allow-partial')
      expect(planned).toMatchObject({ exit: 0, err: '' })
      expect(planned.out).toContain('1 payload, ')
      expect((await run(...APPLY, '--allow-partial')).exit).toBe(0)
      expect(await left()).toEqual([])
    })

    test('go by what older versions of the archive point to as well', async () => {
      await makeBucket('acme', { isVersioned: true })
      await makeBucket('big')
      for (const key of ['ada', 'bob', 'shared', 'older']) await put(key, event(key, 'u-1'))
      const of = (user: string, Key: string) => line({ user, s3BucketName: 'big', s3Key: Key })
      const archivedAs = (Key: string, Body: string) =>
        moto.call('s3', 'put_object', { Bucket: 'acme', Key: `a/${Key}`, Body })
      // It goes as a whole, but what it says of Bob has nothing to do with it.
      await archivedAs('1.ndjson', of(SUBJECT, 'older') + of('u-1', 'bob'))
      await archivedAs('1.ndjson', of(SUBJECT, 'ada') + of(SUBJECT, 'shared'))
      await archivedAs('2.ndjson', of('u-1', 'shared'))
      await archivedAs('2.ndjson', line({ user: 'u-2' }))
      const planned = await run(...PLAN, ...FOLLOW, 's3://acme/a/', '--plan', 'plan')
      expect(planned.exit).toBe(3)
      expect(planned.err).toContain('s3://big/shared is what an event that stays points to as well')
      const applied = await run(...APPLY, '--allow-partial', '--to', 'bundle')
      expect(applied).toMatchObject({ exit: 0, err: '' })
      expect(await left()).toEqual(['bob', 'shared'])
      expect(await run('gdpr', 'verify', 'plan')).toMatchObject({ exit: 0, err: '' })
      const offline = await run('gdpr', 'verify', 'bundle')
      expect(offline).toMatchObject({ exit: 0, err: '' })
      expect(offline.out).toContain('3 objects of S3 not looked at: offline')
    })

    test('are named and left where S3 holds them or does not give them', async () => {
      await makeBucket('big', { isLocked: true })
      await put('held', event('held', SUBJECT), { ObjectLockLegalHoldStatus: 'ON' })
      const ObjectLockRetainUntilDate = '2099-01-01T00:00:00Z'
      const until = { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate }
      await put('locked', event('locked', SUBJECT), until)
      await put('denied', event('denied', SUBJECT))
      await put('ada', event('ada', SUBJECT))
      const denied = { user: SUBJECT, n: 1, s3BucketName: 'big', s3Key: 'denied' }
      archive(['held', 'locked', 'ada'].map(pointer).join('') + line(denied))
      bucket.fault = (key) => (key === 'denied' ? DENIED : undefined)
      const planned = await plan()
      expect(planned.exit).toBe(3)
      expect(planned.out).toContain('s3://big/held is under a legal hold of S3 !')
      expect(planned.out).toContain('s3://big/locked is locked by S3 until 2099-01-01')
      expect(planned.out).toContain('s3://big/denied is not given by S3: ')
      expect(planned.out).toContain('s3:GetObject is not allowed on the bucket big !')
      expect(await run(...APPLY, '--allow-partial')).toMatchObject({ exit: 0, err: '' })
      expect(await left()).toEqual(['denied', 'held', 'locked'])
      expect(archived()).toBe('')
    })

    test.each([
      [false, 's3:DeleteObject'],
      [true, 's3:DeleteObjectVersion'],
    ])(
      'without permission nothing is changed; lost half-way, it goes on (%s)',
      async (v, action) => {
        await makeBucket('big', { isVersioned: v })
        for (const key of ['1', '2', '3']) await put(key, event(key, SUBJECT))
        const before = ['1', '2', '3'].map(pointer).join('')
        archive(before)
        expect(await plan()).toMatchObject({ exit: 0, err: '' })
        bucket.fault = (_key, _nth, { method }) => (method === 'DELETE' ? DENIED : undefined)
        const refused = await run(...APPLY)
        expect(refused.exit).toBe(3)
        expect(refused.err).toContain(
          `${action} is not allowed on the bucket big: nothing was chang`,
        )
        expect(archived()).toBe(before)
        bucket.fault = (key, _nth, { method }) =>
          method === 'DELETE' && key === '2' ? DENIED : undefined
        const half = await run(...APPLY)
        expect(half.exit).toBe(3)
        expect(half.err).toContain('what is done is in the journal')
        expect([archived(), await left()]).toEqual(['', ['2', '3']])
        bucket.fault = () => undefined
        expect(await run(...APPLY)).toMatchObject({ exit: 0, err: '' })
        expect(await left()).toEqual([])
        expect(proof().payloads).toHaveLength(3)
      },
    )

    test('a bucket that keeps versions by now is not changed, nor is the archive', async () => {
      await makeBucket('big')
      await put('ada', event('ada', SUBJECT))
      archive(pointer('ada'))
      expect(await plan()).toMatchObject({ exit: 0, err: '' })
      await turn('big', 'Enabled')
      const applied = await run(...APPLY)
      expect(applied.exit).toBe(3)
      expect(applied.err).toContain('the bucket big keeps versions, as it did not when the plan')
      expect([archived(), await left()]).toEqual([pointer('ada'), ['ada']])
    })

    test.each([false, true])(
      'killed at any moment, it goes on to the same (versions %s)',
      async (isVersioned) => {
        await makeBucket('big', { isVersioned })
        const keys = Array.from({ length: 24 }, (_, n) => `p-${n}`)
        for (const [n, key] of keys.entries()) {
          const about = n % 6 === 5 ? 'u-1' : SUBJECT
          for (let times = isVersioned ? 2 : 1; times > 0; times--)
            await put(key, event(key, about))
        }
        archive(keys.map(pointer).join(''))
        const others = keys.filter((_, n) => n % 6 === 5)
        expect(await plan()).toMatchObject({ exit: 0, err: '' })
        for (let kills = 6; kills > 0; kills--) {
          const child = startEvt(APPLY, at)
          const until = bucket.asked.length + 1 + Math.floor(random() * 30)
          for (let tries = 0; bucket.asked.length < until && tries < 300; tries++) await after(10)
          child.kill('SIGKILL')
          const { exit } = await child.end
          if (exit !== null) break
          // None goes before the events that point to it are gone.
          const now = new Set(await left())
          if (archived() !== others.map(pointer).join('')) expect([...now]).toHaveLength(24)
          for (const key of others) expect(now).toContain(key)
        }
        expect(await run(...APPLY)).toMatchObject({ exit: 0, err: '' })
        expect([...new Set(await left())]).toEqual([...others].sort())
        expect(archived()).toBe(others.map(pointer).join(''))
        expect(existsSync(join(at.work, 'plan.journal'))).toBe(false)
        expect(readdirSync(at.temp)).toEqual([])
        expect(await run('gdpr', 'verify', 'plan')).toMatchObject({ exit: 0, err: '' })
        rmSync(join(at.work, 'plan'))
        rmSync(join(at.work, 'plan.key'))
        expect((await plan()).exit).toBe(5)
      },
      240_000,
    )
  },
)
