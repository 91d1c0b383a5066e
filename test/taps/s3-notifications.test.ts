import { PassThrough } from 'node:stream'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import type { JsonValue } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'
import { notificationOf } from '../../src/taps/object-notifications.js'
import { tap } from '../../src/taps/s3.js'
import type { Batch, CheckpointAt, Consent, TapOptions } from '../../src/taps/tap.js'
import { describeWith } from '../helpers/needs.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

const decode = createDecoder({ mapping: createMapping({ maps: ['id=$.id'] }) })

/** A record of S3's notifications; keys are as S3 writes them. */
function told(key: string, eTag: string | undefined, more: Record<string, unknown> = {}) {
  const object = { key, size: 10, eTag, sequencer: '0055AED6DCD90281E5' }
  return {
    ...{ eventVersion: '2.1', eventSource: 'aws:s3', eventName: 'ObjectCreated:Put' },
    ...{ eventTime: '2026-11-01T10:00:00.000Z', s3: { bucket: { name: 'acme' }, object } },
    ...more,
  }
}
const records = (...all: unknown[]) => JSON.stringify({ Records: all })
const bridged = (type: string, key: string) =>
  JSON.stringify({
    ...{ source: 'aws.s3', 'detail-type': type, time: '2026-11-01T10:00:00Z' },
    detail: { bucket: { name: 'acme' }, object: { key, size: 3, etag: 'e1' } },
  })
const bySns = (Message: string) => JSON.stringify({ Type: 'Notification', Message })

test('what S3 tells of objects, by itself, through SNS and EventBridge', () => {
  const keysOf = (body: string) => {
    const found = notificationOf(body)
    return found && [...found.objects.map(({ key }) => key), found.others.length]
  }
  expect(keysOf(records(told('in/a+b%2Bc/%E2%82%AC', 'e')))).toEqual(['in/a b+c/€', 0])
  expect(keysOf(bySns(records(told('in/a', 'e'), told('in/b', 'e'))))).toEqual(['in/a', 'in/b', 0])
  expect(keysOf(bridged('Object Created', 'in/a+b%20'))).toEqual(['in/a+b%20', 0])
  expect(keysOf(bySns(bridged('Object Created', 'in/a')))).toEqual(['in/a', 0])
  expect(keysOf(bridged('Object Deleted', 'in/a'))).toEqual([1])
  expect(keysOf(records(told('in/a', undefined, { eventName: 'ObjectRemoved:Delete' })))).toEqual([
    1,
  ])
  expect(keysOf('{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"acme"}')).toEqual([1])
  expect(notificationOf(records(told('in/a', 'd41d')))?.objects[0]).toEqual({
    ...{ bucket: 'acme', key: 'in/a', etag: '"d41d"', sizeBytes: 10 },
    modifiedMs: Date.parse('2026-11-01T10:00:00Z'),
  })
})

test.each([
  ['no JSON', '{'],
  ['something else', '{"Message":"hello","id":7}'],
  ['records of something else', '{"Records":[{"eventSource":"aws:ses"}]}'],
  ['an object without a bucket', records({ ...told('a', 'e'), s3: { object: { key: 'a' } } })],
  ['a key that is not encoded', records(told('in/%E2%8', 'e'))],
  ['a bus of somebody else', JSON.stringify({ source: 'shop', 'detail-type': 'Object Created' })],
  ['SNS in SNS without end', [1, 2, 3, 4].reduce((text) => bySns(text), records())],
])('%s is no notification of S3', (_, body) => {
  expect(notificationOf(body)).toBeUndefined()
})

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('a queue', () => {
  let moto: Moto
  let notes: string[]
  let QueueUrl: string
  const consume = new Set<Consent>(['intrusive', 'consume'])

  beforeAll(async () => {
    moto = await startMoto()
  })
  afterAll(() => moto.stop())
  beforeEach(async () => {
    await moto.reset()
    notes = []
    for (const [key, value] of Object.entries(moto.env)) vi.stubEnv(key, value)
    const CreateBucketConfiguration = { LocationConstraint: moto.region }
    await moto.call('s3', 'create_bucket', { Bucket: 'acme', CreateBucketConfiguration })
    QueueUrl = `${(await moto.call('sqs', 'create_queue', { QueueName: 'news' }))['QueueUrl']}`
  })
  afterEach(() => vi.unstubAllEnvs())

  /** Has S3 tell the queue, at which it sends a test first. */
  const notify = () =>
    moto.call('s3', 'put_bucket_notification_configuration', {
      Bucket: 'acme',
      NotificationConfiguration: {
        QueueConfigurations: [
          {
            QueueArn: `arn:aws:sqs:${moto.region}:123456789012:news`,
            Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'],
          },
        ],
      },
    })
  const put = (Key: string, ...ids: string[]) => {
    const Body = ids.map((id) => `{"id":"${id}"}\n`).join('')
    return moto.call('s3', 'put_object', { Bucket: 'acme', Key, Body })
  }
  const send = (MessageBody: string) => moto.call('sqs', 'send_message', { QueueUrl, MessageBody })

  /** Messages that are there, whether hidden or not. */
  async function left(): Promise<number> {
    const AttributeNames = ['All']
    const found = await moto.call('sqs', 'get_queue_attributes', { QueueUrl, AttributeNames })
    const of = (found['Attributes'] ?? {}) as Record<string, string>
    const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = of
    return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible)
  }

  const open = (stop: AbortController, more: Partial<TapOptions>) =>
    tap.open('s3://acme/in/', {
      ...{ start: undefined, follow: false, aliases: {}, cwd: '.', decode },
      ...{ stdin: new PassThrough(), isWanted: () => true, signal: stop.signal },
      ...{ aws: {}, consents: consume, filter: undefined, notifications: 'sqs://news' },
      onFault: (path, { detail }) => notes.push(`${path} ${detail}`),
      onNote: (text) => notes.push(text),
      ...more,
    })
  const idsOf = (batch: Batch) =>
    batch.map((one) => (one.kind === 'event' ? String(one.event.id) : 'bad'))

  async function take(most = 99, more: Partial<TapOptions> = {}) {
    const stop = new AbortController()
    const ids: string[] = []
    let at: CheckpointAt | undefined
    let state: JsonValue | undefined
    const checkpoint: TapOptions['checkpoint'] = (_, next) => {
      at = next
    }
    for await (const batch of open(stop, { checkpoint, ...more })) {
      const some = idsOf(batch).slice(0, most - ids.length)
      ids.push(...some)
      if (batch.length > 0) state = JSON.parse(JSON.stringify(at?.(some.length)))
      if (ids.length >= most) break
    }
    stop.abort()
    return { ids, state }
  }

  test('of each object is read once, and nothing is left of its messages', async () => {
    await put('in/before', 'old')
    await notify()
    await put('in/a b+c', '1', '2')
    await put('in/€', '3')
    await put('in/_evt/lock', 'x')
    await moto.call('s3', 'delete_object', { Bucket: 'acme', Key: 'in/_evt/lock' })
    expect(await left()).toBeGreaterThanOrEqual(4)
    expect((await take()).ids).toEqual(['1', '2', '3'])
    expect(await left()).toBe(0)
    expect(notes).toEqual([])
  })

  test('what is told twice, written anew and gone, and what is told of others', async () => {
    const { ETag } = await put('in/a', '1')
    await put('in/gone', 'x')
    await moto.call('s3', 'delete_object', { Bucket: 'acme', Key: 'in/gone' })
    const etag = `${ETag}`.replaceAll('"', '')
    await send(records(told('in/a', etag)))
    await send(bySns(records(told('in/a', etag))))
    await send(records(told('in/a', 'older')))
    await send(records(told('in/gone', undefined)))
    await send(records(told('in/a', etag), told('other/b', 'e')))
    await send('hello')
    // What becomes of others is not evt's to delete.
    await send(records(told('other/b', undefined, { eventName: 'ObjectRemoved:Delete' })))
    await send(bridged('Object Deleted', 'other/b'))
    await send('{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"other"}')
    await send(bridged('Object Deleted', 'in/b'))
    await send('{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"acme"}')
    expect((await take()).ids).toEqual(['1'])
    expect(await left()).toBe(5)
    expect(notes).toEqual([
      's3://acme/in/gone was removed before it was read',
      expect.stringMatching(
        /^sqs:\/\/news: what tells of objects that are not below s3:\/\/acme\/in\/ is left in the /,
      ),
      expect.stringMatching(
        /^sqs:\/\/news: what is no notification of S3 is left in the queue, such as message \S+$/,
      ),
    ])
  })

  test('a run that ends in an object leaves its message, and the next goes on there', async () => {
    await notify()
    await put('in/a', '1', '2', '3')
    const first = await take(2)
    expect(first.ids).toEqual(['1', '2'])
    // That test of S3 is none of them any more.
    expect(await left()).toBe(1)
    await put('in/b', '4')
    const next = await take(99, { resume: first.state })
    expect(next.ids).toEqual(['3', '4'])
    expect(await left()).toBe(0)
  })

  test('with holdMs a message stays until what its object held is kept', async () => {
    await notify()
    await put('in/a', '1')
    await put('in/b', '2')
    const stop = new AbortController()
    const ids: string[] = []
    const waiting: (() => Promise<boolean>)[] = []
    let most = 0
    for await (const batch of open(stop, { holdMs: 1_000 })) {
      ids.push(...idsOf(batch))
      if (batch.acknowledge) waiting.push(batch.acknowledge)
      most = Math.max(most, await left())
      // Both objects, and the test of S3.
      if (waiting.length === 3 && most === 3) for (const done of waiting) await done()
    }
    expect(ids).toEqual(['1', '2'])
    expect(most).toBe(3)
    expect(await left()).toBe(0)
  })

  test('who lists from then on goes on where the queue was, and reads nothing twice', async () => {
    await put('in/before', 'before')
    await notify()
    await put('in/a', '1', '2')
    const { ids, state } = await take()
    expect(ids).toEqual(['1', '2'])
    // Told of, and not read any more.
    await put('in/b', '3')
    const run = await take(99, { resume: state, notifications: undefined })
    expect(run.ids.sort()).toEqual(['3', 'before'])
    expect(notes).toEqual([
      expect.stringMatching(
        /^s3:\/\/acme\/in\/: a queue told of its objects until now; those since \S+Z of which it /,
      ),
    ])
    notes = []
    await put('in/c', '4')
    const again = await take(99, { resume: run.state, notifications: undefined })
    expect({ ids: again.ids, notes }).toEqual({ ids: ['4'], notes: [] })
    // The queue tells of what was listed meanwhile, too.
    expect((await take(99, { resume: again.state })).ids).toEqual([])
    expect(await left()).toBe(0)
  })

  test('what is older than a queue can tell of is not read by who lists from then on', async () => {
    await put('in/before', 'before')
    await notify()
    await put('in/a', '1')
    const days = 86_400_000
    // The queue keeps four days, and an object may be told of a day after its time.
    const stateAfter = async (ms: number) => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })
      try {
        return (await take()).state
      } finally {
        vi.useRealTimers()
      }
    }
    const late = await stateAfter(5 * days + 60_000)
    expect((await take(99, { resume: late, notifications: undefined })).ids).toEqual([])
    await put('in/b', '2')
    const inTime = await stateAfter(5 * days - 60_000)
    const { ids } = await take(99, { resume: inTime, notifications: undefined })
    expect(ids.sort()).toEqual(['1', 'before'])
  })

  test('what was listed before is not read again where a queue tells of it later', async () => {
    const tell = async (key: string, id: string, eventTime?: string) => {
      const { ETag } = await put(key, id)
      await send(records(told(key, `${ETag}`, { eventTime })))
    }
    const resume = { doneMs: Date.parse('2026-11-10T00:00:00Z'), seen: [], part: null }
    await tell('in/a', '1', '2026-11-09T23:59:59.999Z')
    await tell('in/b', '2', '2026-11-10T00:00:00.000Z')
    const first = await take(99, { resume })
    expect(first.ids).toEqual(['2'])
    await tell('in/a', '1', '2026-11-09T23:59:59.999Z')
    expect((await take(99, { resume: first.state })).ids).toEqual([])
    // Of one whose time is not told, nobody knows.
    await tell('in/a', '1')
    expect((await take(99, { resume: first.state })).ids).toEqual(['1'])
    expect(await left()).toBe(0)
  })

  test('what is left is kept out of a dead-letter queue, unless that was agreed to', async () => {
    await moto.call('sqs', 'create_queue', { QueueName: 'dead' })
    const deadLetterTargetArn = `arn:aws:sqs:${moto.region}:123456789012:dead`
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 })
    await moto.call('sqs', 'set_queue_attributes', { QueueUrl, Attributes: { RedrivePolicy } })
    await send('hello')
    await put('in/a', '1')
    await take()
    expect(notes).toHaveLength(1)
    // It is received for the second of three times: somebody else may have the third.
    await take(99, { follow: true })
    expect(notes.at(-1)).toMatch(
      /^sqs:\/\/news is left: message \S+ was received 2 times, and after 3 it goes to the dead-/,
    )
    expect(await left()).toBe(1)
    notes = []
    await take(99, { consents: new Set([...consume, 'dead-letter']) })
    expect(notes).toEqual([expect.stringContaining('what is no notification of S3 is left')])
  })

  test('nothing is received without consent', async () => {
    await send(records(told('in/a', 'e')))
    const refused = take(99, { consents: new Set(['intrusive']) })
    await expect(refused).rejects.toMatchObject({
      code: 'usage',
      hint: expect.stringMatching(
        /^evt tail s3:\/\/acme\/in\/ --notifications sqs:\/\/news --intrusive --consume\n/,
      ),
    })
    expect(await left()).toBe(1)
    const missing = take(99, { notifications: 'sqs://none' })
    await expect(missing).rejects.toMatchObject({ code: 'usage' })
  })
})
