import { afterEach, beforeEach, expect, test, vi } from 'vitest'
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

const open = async (...more: Parameters<typeof watch> extends [string, ...infer R] ? R : never) => {
  watched = await watch(double.url, ...more)
  return watched
}

test('what is there comes child behind parent, through splits and merges', async () => {
  const ids = producer.reshapes(2)
  const tail = await open()
  await tail.until(ids.length)
  ids.push(...producer.put(10))
  await tail.until(ids.length)
  producer.expectAll(tail.events, ids)
})

test('what comes is followed through splits and merges, without what was before', async () => {
  producer.reshapes(2)
  const tail = await open({ start: 'latest' })
  const ids = producer.reshapes(3)
  await tail.until(ids.length)
  producer.expectAll(tail.events, ids)
})

test('an event has its arrival, key and position from the shard', async () => {
  model.put('k1', '{"id":"a"}', 1_700_000_000_123)
  const tail = await open()
  await tail.until(1)
  const shard = model.shards.find(({ records }) => records.length > 0)
  const sequence = shard?.records[0]?.SequenceNumber
  expect(tail.events[0]).toMatchObject({
    ...{ id: 'a', key: 'k1', receivedAtUs: 1_700_000_000_123_000 },
    position: { path: `kinesis://orders/${shard?.id}/${sequence}`, record: 1 },
  })
})

test('iterators that expire are made anew, without a gap or a repetition', async () => {
  double.calls.pageSize = 7
  const before = producer.put(30)
  const tail = await open()
  let calls = 0
  double.fault = ({ operation }) =>
    operation === 'GetRecords' && calls++ % 3 === 1
      ? new Refusal('ExpiredIteratorException', 'Iterator expired')
      : undefined
  await tail.until(before.length)
  const ids = [...before, ...producer.put(30)]
  await tail.until(ids.length)
  producer.expectAll(tail.events, ids)
  expect(tail.notes).toEqual([])
})

test('throttled reads are said with how far behind, waited out, and lose nothing', async () => {
  double.calls.pageSize = 5
  const ids = producer.put(60, Date.now() - 90_000)
  let calls = 0
  double.fault = ({ operation }) =>
    operation === 'GetRecords' && [2, 3, 4, 5].includes(calls++)
      ? new Refusal('ProvisionedThroughputExceededException', 'Rate exceeded for shard')
      : undefined
  const tail = await open()
  await tail.until(ids.length)
  await tail.said(/usual pace/)
  producer.expectAll(tail.events, ids)
  const [throttled, again, ...more] = tail.notes
  expect(throttled).toMatch(
    /^kinesis:\/\/orders: reads of shardId-0{11}[01] are throttled, 9\d s behind; evt reads less/,
  )
  expect(again).toMatch(/^kinesis:\/\/orders is read at its usual pace again, \d+ s behind$/)
  expect(more).toEqual([])
})

test('a shard is read three times in a second at most', async () => {
  double.calls.pageSize = 5
  const ids = producer.put(40)
  const tail = await open({ pollMs: undefined })
  await tail.until(ids.length)
  const reads = double.asked.filter(({ operation }) => operation === 'GetRecords')
  for (const { id } of model.shards) {
    const times = reads
      .filter(({ body }) => String(body['ShardIterator']).includes(id))
      .map(({ atMs }) => atMs)
    for (const [n, atMs] of times.entries()) {
      const third = times[n + 3]
      if (third !== undefined) expect(third - atMs).toBeGreaterThan(950)
    }
  }
})

test('from a time on, each shard begins there', async () => {
  producer.put(10, Date.now() - 120_000)
  const ids = producer.put(10, Date.now() - 30_000)
  model.split('shardId-000000000001')
  ids.push(...producer.put(10))
  const tail = await open({ fromUs: (Date.now() - 60_000) * 1_000, follow: false })
  await tail.ended
  producer.expectAll(tail.events, ids)
})

test('from before what retention keeps, it is said', async () => {
  const tail = await open({ fromUs: (Date.now() - 30 * 3_600_000) * 1_000, follow: false })
  await tail.ended
  expect(tail.notes).toEqual(['kinesis://orders keeps 24 hours: what came before is gone'])
})

test.each([
  { aheadHours: 2, backHours: 23, said: 1 },
  { aheadHours: -2, backHours: 25, said: 0 },
])("what retention keeps goes by the stream's clock: $aheadHours h ahead", async (clock) => {
  model.clockAheadMs = clock.aheadHours * 3_600_000
  const fromUs = (Date.now() - clock.backHours * 3_600_000) * 1_000
  const tail = await open({ fromUs, follow: false })
  await tail.ended
  expect(tail.notes).toHaveLength(clock.said)
})

test.each([-3_600_000, 3_600_000])('a clock that is %i ms apart loses nothing', async (ms) => {
  model.clockAheadMs = ms
  producer.put(10, model.nowMs - 10_000)
  double.calls.iteratorLifeMs = 20
  const tail = await open({ start: 'latest', pollMs: 30 })
  const ids = producer.reshapes(1)
  await tail.until(ids.length)
  producer.expectAll(tail.events, ids)
})

test('one shard is read alone, from a record on, to its end', async () => {
  producer.put(40)
  const [shard] = model.shards
  const records = shard?.records ?? []
  model.split(shard?.id ?? '')
  producer.put(20)
  const tail = await open({ sequence: records[3]?.SequenceNumber }, `kinesis://orders/${shard?.id}`)
  await tail.ended
  expect(tail.events).toHaveLength(records.length - 3)
  expect(tail.notes).toEqual([
    `kinesis://orders/${shard?.id} is closed: it was split or merged, and nothing comes to it`,
  ])
})

test('from a record on that is trimmed, it begins with another, which is said', async () => {
  producer.put(40)
  const [shard] = model.shards
  const [first, , third] = shard?.records ?? []
  if (shard) shard.trimmed = 2
  const from = { sequence: first?.SequenceNumber, follow: false }
  const tail = await open(from, `kinesis://orders/${shard?.id}`)
  await tail.ended
  expect(tail.events).toHaveLength((shard?.records.length ?? 0) - 2)
  expect(tail.notes).toEqual([
    `kinesis://orders/${shard?.id}: ${first?.SequenceNumber} is not kept any more, or never was ` +
      `there; what is read begins with ${third?.SequenceNumber}`,
  ])
})

test('a stream that spreads its records says so, and no key is a place of an order', async () => {
  model.strategy = 'AUTO'
  producer.put(1)
  const tail = await open({ follow: false })
  await tail.ended
  expect(tail.notes).toEqual([
    'kinesis://orders spreads its records regardless of their keys: no order per key is promised',
  ])
  expect(tail.events[0]?.place?.name).toContain('shardId-')
})

const shard0 = 'kinesis://orders/shardId-000000000000'

test.each([
  [
    'another stream',
    'kinesis://others',
    { sequence: undefined },
    'there is no stream others in eu-west-1',
  ],
  [
    'another shard',
    'kinesis://orders/shardId-9',
    {},
    'there is no shard shardId-9 in the stream orders',
  ],
  [
    'a sequence number without a shard',
    'kinesis://orders',
    { sequence: '1'.repeat(56) },
    'a sequence number is of one shard, and none is named',
  ],
  [
    'a sequence number of before',
    shard0,
    { sequence: '1'.repeat(56) },
    `${'1'.repeat(56)} is no sequence number of this shard of kinesis://orders`,
  ],
])('%s is refused in words', async (what, address, more, message) => {
  if (what === 'another stream') double.calls.isGone = true
  const opening = open(more, address)
  await expect(opening.then(({ ended }) => ended)).rejects.toMatchObject({ message, code: 'usage' })
})

test.each([
  ['AccessDeniedException', 'kinesis:GetRecords is not allowed on the stream orders'],
  ['KMSAccessDeniedException', 'the key of KMS that encrypts the stream orders may not be used'],
  ['KMSDisabledException', 'the key of KMS that encrypts the stream orders is disabled'],
])('%s ends it in words', async (type, message) => {
  double.fault = ({ operation }) =>
    operation === 'GetRecords' ? new Refusal(type, 'no') : undefined
  const { ended } = await open()
  await expect(ended).rejects.toMatchObject({ message, code: 'outside' })
})

test('a stream that is deleted, or deleted and made anew, ends it in words', async () => {
  const first = await open()
  double.calls.isGone = true
  await expect(first.ended).rejects.toMatchObject({
    ...{ message: 'the stream orders was deleted while evt read it', code: 'outside' },
  })
  double.calls.isGone = false
  const second = await open()
  model.madeMs += 1_000
  double.fault = ({ operation }) =>
    operation === 'GetRecords' ? new Refusal('ResourceNotFoundException', 'no') : undefined
  await expect(second.ended).rejects.toMatchObject({
    ...{ message: 'the stream orders was deleted and made anew while evt read it' },
  })
})

test('limits of the service and cuts are waited out, and said', async () => {
  const ids = producer.put(10)
  const tail = await open()
  await tail.until(ids.length)
  let cuts = 0
  double.fault = ({ operation }) => (operation === 'GetRecords' && cuts++ < 4 ? 'cut' : undefined)
  ids.push(...producer.put(10))
  await tail.until(ids.length)
  producer.expectAll(tail.events, ids)
  await tail.said(/^kinesis:\/\/orders does not answer: \w+; evt tries again$/)
  await tail.said(/^kinesis:\/\/orders is back after [\d.]+ s$/)
})

test('HTTP/2 does as well', async () => {
  vi.stubEnv('EVT_KINESIS_HTTP', '2')
  const ids = producer.reshapes(2)
  watched = await watch(double.url2)
  await watched.until(ids.length)
  double.goAway()
  ids.push(...producer.put(30))
  await watched.until(ids.length)
  producer.expectAll(watched.events, ids)
})

test('an endpoint that does not speak HTTP/2 is told of', async () => {
  vi.stubEnv('EVT_KINESIS_HTTP', '2')
  const opening = open().then(({ ended }) => ended)
  await expect(opening).rejects.toMatchObject({
    message: 'what answers for Kinesis does not speak HTTP/2',
    hint: 'EVT_KINESIS_HTTP=1 has evt speak HTTP/1.1, as emulators do',
  })
})
