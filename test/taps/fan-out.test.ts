import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openStream } from '../../src/aws/kinesis.js'
import { ShardSubscriptions } from '../../src/taps/shard-subscriptions.js'
import type { TapOptions } from '../../src/taps/tap.js'
import { KinesisDouble } from '../testbed/kinesis-double.js'
import { Refusal, StreamModel } from '../testbed/stream-model.js'
import { Producer } from './stream-producer.js'
import { type Watch, watch } from './stream-watch.js'

let model: StreamModel
let producer: Producer
let double: KinesisDouble
let watched: Watch | undefined
beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  model = new StreamModel('orders', 2)
  producer = new Producer(model)
  double = new KinesisDouble(model)
  await double.start()
})
afterEach(async () => {
  await watched?.stop().catch(() => {})
  watched = undefined
  await double.stop()
  vi.unstubAllEnvs()
})

const consumerArn = 'arn:aws:kinesis:eu-west-1:123456789012:stream/orders/consumer/ours:1'

async function open(more: Partial<TapOptions> = {}): Promise<Watch> {
  const url = process.env['EVT_KINESIS_HTTP'] === '2' ? double.url2 : double.url
  watched = await watch(url, { fanOut: { consumerArn }, ...more })
  return watched
}

describe.each(['1', '2'])('over HTTP/%s', (version) => {
  beforeEach(() => void vi.stubEnv('EVT_KINESIS_HTTP', version))

  test('what is there and what comes is sent, through splits and merges', async () => {
    const ids = producer.reshapes(2)
    const tail = await open()
    ids.push(...producer.reshapes(2))
    await tail.until(ids.length)
    producer.expectAll(tail.events, ids)
    expect(tail.notes).toEqual([])
    expect(double.count('GetRecords')).toBe(0)
  })

  test('of what comes nothing is missed, and nothing of before is seen', async () => {
    producer.put(20)
    const tail = await open({ start: 'latest' })
    const ids = producer.reshapes(1)
    await tail.until(ids.length)
    producer.expectAll(tail.events, ids)
  })

  test('a subscription that is over is renewed without a gap', async () => {
    double.subscriptions.lifeMs = 30
    const tail = await open()
    const ids: string[] = []
    while (double.subscriptions.begun < 20) {
      ids.push(...producer.put(3))
      await setTimeout(5)
    }
    await tail.until(ids.length)
    producer.expectAll(tail.events, ids)
    expect(tail.notes).toEqual([])
  })

  test.each(['exception', 'cut', 'corrupt', 'closed', 'busy'] as const)(
    'one that ends by %s goes on behind what came, which is said',
    async (fault) => {
      double.faults(fault, fault, fault, fault)
      const tail = await open()
      const ids: string[] = []
      for (let n = 0; n < 10; n++) {
        ids.push(...producer.put(10))
        await tail.until(ids.length)
      }
      producer.expectAll(tail.events, ids)
      await tail.said(/^kinesis:\/\/orders does not answer: \w+; evt tries again$/)
      await tail.said(/^kinesis:\/\/orders is back after [\d.]+ s$/)
    },
  )
})

test.each([
  ['denied', 'the key of KMS that encrypts the stream orders may not be used'],
  ['gone', 'the stream orders was deleted while evt read it'],
] as const)('a subscription in whose midst it is %s ends it in words', async (fault, message) => {
  double.faults(fault)
  const tail = await open()
  double.calls.isGone = fault === 'gone'
  // Some to each shard: it is told behind the first that come.
  producer.put(7)
  await expect(tail.ended).rejects.toMatchObject({ message, code: 'outside' })
  expect(tail.events.length).toBeGreaterThan(0)
})

test.each([-3_600_000, 3_600_000])('a clock that is %i ms apart loses nothing', async (ms) => {
  model.clockAheadMs = ms
  producer.put(10, model.nowMs - 10_000)
  double.faults('closed', 'closed')
  const tail = await open({ start: 'latest' })
  const ids = producer.reshapes(1)
  await tail.until(ids.length)
  producer.expectAll(tail.events, ids)
})

test('a server that says GOAWAY is left, and nothing is lost', async () => {
  vi.stubEnv('EVT_KINESIS_HTTP', '2')
  const tail = await open()
  const ids: string[] = []
  for (let n = 0; n < 5; n++) {
    ids.push(...producer.put(10))
    if (n % 2 === 1) double.goAway()
    await tail.until(ids.length)
  }
  producer.expectAll(tail.events, ids)
})

test('one is renewed before its time is over, and one that is silent is left', async () => {
  const stop = new AbortController()
  const { signal } = stop
  const aws = { region: 'eu-west-1', endpointUrl: double.url }
  const stream = await openStream(
    { name: 'orders', arn: undefined, region: undefined },
    {
      ...{ ...aws, needs: [], signal },
    },
  )
  const notes: string[] = []
  const source = new ShardSubscriptions(
    {
      place: 'kinesis://orders',
      shards: () => stream.shards(),
      subscribe: (id, start, ended) => stream.subscribe(consumerArn, { id, start }, ended),
      record: ({ SequenceNumber: sequence = '' }) => ({
        sequence,
        value: {
          ...{ value: sequence, position: { path: '', record: 1 }, sizeBytes: 1 },
          head: new Uint8Array(),
        },
      }),
      nowMs: () => Date.now(),
      failure: async (error) => error,
    },
    { signal, follow: true, pollMs: 5, onNote: (text) => void notes.push(text) },
    { renewedMs: 20, silentMs: 150 },
  )
  double.faults('silent')
  double.subscriptions.idleMs = 10
  model.merge('shardId-000000000000', 'shardId-000000000001')
  const shard = model.open[0]?.id ?? ''
  const beginning = { id: shard, start: { at: 'beginning' }, isClosed: false } as const
  const seen: unknown[] = []
  const ended = (async () => {
    for await (const page of source.pages(beginning)) {
      seen.push(...page.records.map(({ value }) => value.value))
    }
  })()
  while (double.subscriptions.begun < 8) {
    producer.put(1)
    await setTimeout(10)
  }
  const put = model.shard(shard).records.map(({ SequenceNumber }) => SequenceNumber)
  await vi.waitFor(() => expect(seen).toEqual(put), { timeout: 100_000 })
  stop.abort()
  await ended
  stream.close()
  expect(notes[0]).toBe('kinesis://orders does not answer: TimeoutError; evt tries again')
})

test('--fan-out registers a consumer, and removes it at the end', async () => {
  const ids = producer.put(10)
  const tail = await open({ fanOut: 'own' })
  await tail.until(ids.length)
  const [made] = [...double.calls.consumers.values()]
  expect(made?.name).toMatch(/^evt-tap-[0-9a-f]{12}$/)
  expect(made?.tags['evt:owner']).toBe('arn:aws:iam::123456789012:user/ann')
  expect(Date.parse(made?.tags['evt:expires'] ?? '')).toBeGreaterThan(Date.now())
  await tail.stop()
  expect(double.calls.consumers.size).toBe(0)
  expect(tail.notes).toEqual([])
})

test('a consumer that evt may not ask about is removed all the same', async () => {
  double.fault = ({ operation }) => {
    if (operation !== 'DescribeStreamConsumer') return undefined
    return new Refusal('AccessDeniedException', 'not authorized to perform: it')
  }
  const opening = open({ fanOut: 'own' }).then(({ ended }) => ended)
  await expect(opening).rejects.toMatchObject({
    message: expect.stringMatching(
      /^kinesis:DescribeStreamConsumer is not allowed on the consumer/,
    ),
  })
  expect(double.calls.consumers.size).toBe(0)
})

test('a consumer of another stream is refused', async () => {
  const other = consumerArn.replace('stream/orders', 'stream/others')
  const opening = open({ fanOut: { consumerArn: other } }).then(({ ended }) => ended)
  await expect(opening).rejects.toMatchObject({
    ...{ message: 'the consumer ours is of the stream others', code: 'usage' },
  })
})

test('a stream without a free consumer says so', async () => {
  for (let n = 0; n < 20; n++) {
    double.calls.consumers.set(`${n}`, { name: `c${n}`, arn: `${n}`, tags: {} })
  }
  const opening = open({ fanOut: 'own' }).then(({ ended }) => ended)
  await expect(opening).rejects.toMatchObject({
    ...{ message: 'the stream orders takes no consumer more, or none so soon', code: 'outside' },
  })
  expect(double.calls.consumers.size).toBe(20)
})
