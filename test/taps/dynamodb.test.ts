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

const table = 'dynamodb://orders'
const open = async (more: Parameters<typeof watch>[1] = {}, address = table) => {
  watched = await watch(double.url, more, address)
  return watched
}

test('what is there comes child behind parent, through splits and shards that follow', async () => {
  const ids = producer.rolls(5)
  const tail = await open()
  await tail.until(ids.length)
  ids.push(...producer.put(10))
  await tail.until(ids.length)
  producer.expectAll(tail.events, ids)
})

test('what comes is followed, without what was before', async () => {
  producer.rolls(2)
  const tail = await open({ start: 'latest' })
  const ids = producer.rolls(5)
  await tail.until(ids.length)
  producer.expectAll(tail.events, ids)
})

test('a change has its table, item, time and position; attributes keep their types', async () => {
  model.put('k1', '{"id":"a","total":3}', 1_700_000_000_123)
  const tail = await open()
  await tail.until(1)
  const shard = model.shards.find(({ records }) => records.length > 0)
  const sequence = shard?.records[0]?.SequenceNumber
  const arn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/a'
  expect(tail.events[0]).toMatchObject({
    ...{ id: 'a', key: 'k1', source: 'aws:dynamodb/orders', type: 'INSERT' },
    ...{ timeUs: 1_700_000_000_000_000, receivedAtUs: null },
    position: { path: `dynamodb://orders/${shard?.id}/${sequence}`, record: 1 },
    document: {
      eventSourceARN: arn,
      dynamodb: { NewImage: { pk: { S: 'k1' }, id: { S: 'a' }, total: { N: '3' } } },
    },
  })
})

test('from a time on, what is older is left out, however much that is', async () => {
  double.calls.pageSize = 5
  producer.put(200, Date.now() - 120_000)
  const ids = producer.put(10, Date.now() - 30_000)
  model.split('shardId-000000000001')
  ids.push(...producer.put(10))
  const tail = await open({ fromUs: (Date.now() - 60_000) * 1_000, follow: false })
  await tail.ended
  producer.expectAll(tail.events, ids)
})

test('throttled reads and iterators that expire lose nothing', async () => {
  double.calls.pageSize = 5
  const ids = producer.put(60)
  let calls = 0
  const faults = ['', '', 'LimitExceededException', 'ExpiredIteratorException', '']
  double.fault = ({ operation }) => {
    const type = operation === 'GetRecords' ? faults[calls++ % faults.length] : ''
    return type ? new Refusal(type, 'no') : undefined
  }
  const tail = await open()
  await tail.until(ids.length)
  producer.expectAll(tail.events, ids)
  await tail.said(/^dynamodb:\/\/orders: reads of \S+ are throttled; evt reads less often$/)
})

test('what is removed before it was read is said, and the rest is read', async () => {
  const [shard] = model.shards
  const keys = ['k0', 'k1', 'k2', 'k3'].filter(
    (key) => model.put(key, '{"id":"0"}').shard === shard?.id,
  )
  const [key = ''] = keys
  const tail = await open()
  await tail.until(4)
  for (const id of ['1', '2', '3']) model.put(key, JSON.stringify({ id }))
  if (shard) shard.trimmed = shard.records.length - 1
  await tail.until(5)
  expect(tail.ids.at(-1)).toBe('3')
  await tail.said(
    /^dynamodb:\/\/orders: of shardId-0{12} what came behind \d+ is not kept any more: some is/,
  )
})

test('one shard is read alone, from a change on, to its end', async () => {
  producer.put(40)
  const [shard] = model.shards
  const records = shard?.records ?? []
  model.roll(shard?.id ?? '')
  producer.put(20)
  const tail = await open({ sequence: records[3]?.SequenceNumber }, `${table}/${shard?.id}`)
  await tail.ended
  expect(tail.events).toHaveLength(records.length - 3)
})

test('a stream that is turned off is read to its end, which is said', async () => {
  const ids = producer.rolls(3)
  const tail = await open()
  await tail.until(ids.length)
  ids.push(...producer.put(5))
  model.close()
  double.calls.isOff = true
  await tail.ended
  producer.expectAll(tail.events, ids)
  expect(tail.notes).toEqual([
    'the stream of dynamodb://orders was turned off: all that it has was read',
  ])
})

test('a stream of keys alone says so', async () => {
  double.calls.view = 'KEYS_ONLY'
  producer.put(1)
  const tail = await open({ follow: false })
  await tail.ended
  expect(tail.notes).toEqual([
    'dynamodb://orders tells of changes by their keys alone: its stream has no images (KEYS_ONLY)',
  ])
})

const turnOn =
  'aws dynamodb update-table --table-name orders --stream-specification ' +
  'StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES'

test.each<[string, () => void, Parameters<typeof open>, object]>([
  [
    'another table',
    () => {},
    [{}, 'dynamodb://others'],
    { message: 'there is no table others in eu-west-1' },
  ],
  [
    'a table without a stream',
    () => {
      double.calls.label = 'none'
    },
    [],
    { message: 'the table orders has no stream', hint: `turn one on: ${turnOn}` },
  ],
  [
    'a stream that is off',
    () => {
      double.calls.isOff = true
      model.close()
    },
    [{ start: 'latest' }],
    {
      message: 'the stream of the table orders is turned off, and nothing comes',
      hint: `--from beginning reads what it still has; or turn one on: ${turnOn}`,
    },
  ],
  [
    'another shard',
    () => {},
    [{}, `${table}/shardId-9`],
    {
      message: 'there is no shard shardId-9 in the stream of the table orders',
      hint: 'those that are open: shardId-000000000000, shardId-000000000001',
    },
  ],
  [
    'a sequence number that is trimmed',
    () => {
      producer.put(40)
      const [shard] = model.shards
      if (shard) shard.trimmed = 5
    },
    [{ sequence: '1'.repeat(21) }, `${table}/shardId-000000000000`],
    {
      message: `${'1'.repeat(21)} is no sequence number of this shard of ${table}`,
      hint:
        'it may be of another shard, or older than 24 hours; ' +
        '--from beginning begins with what is there',
    },
  ],
])('%s is refused in words', async (_, prepare, [more, address], failure) => {
  prepare()
  const opening = open(more, address)
  await expect(opening.then(({ ended }) => ended)).rejects.toMatchObject({
    ...{ code: 'usage', ...failure },
  })
})

test('what is not allowed says which permission is missing', async () => {
  double.fault = ({ operation }) =>
    operation === 'GetRecords' ? new Refusal('AccessDeniedException', 'no') : undefined
  const { ended } = await open()
  await expect(ended).rejects.toMatchObject({
    ...{ code: 'outside' },
    message: 'dynamodb:GetRecords is not allowed on the stream of the table orders',
    hint:
      'it takes dynamodb:DescribeTable, dynamodb:DescribeStream, dynamodb:GetShardIterator, ' +
      'dynamodb:GetRecords',
  })
})

test('a table that is deleted, or its stream made anew, ends it in words', async () => {
  const first = await open()
  double.calls.isGone = true
  await expect(first.ended).rejects.toMatchObject({
    ...{ message: 'the table orders was deleted while evt read it', code: 'outside' },
  })
  double.calls.isGone = false
  const second = await open()
  double.calls.label = 'b'
  double.fault = ({ operation }) =>
    operation === 'GetRecords' ? new Refusal('ResourceNotFoundException', 'no') : undefined
  await expect(second.ended).rejects.toMatchObject({
    message:
      'the stream of the table orders was turned off, or off and on again, while evt read it',
  })
})
