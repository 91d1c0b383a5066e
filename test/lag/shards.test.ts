import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { Producer } from '../taps/stream-producer.js'
import { startEvt } from '../testbed/evt-process.js'
import { KinesisDouble } from '../testbed/kinesis-double.js'
import { StreamModel } from '../testbed/stream-model.js'

const HOUR_MS = 3_600_000
const AGE_MS = 5 * HOUR_MS

let at: Stage
let double: KinesisDouble
let model: StreamModel
beforeEach(async () => {
  model = new StreamModel('orders', 2)
  double = new KinesisDouble(model)
  await double.start()
  const made = stage()
  const aws = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'eu-west-1' }
  at = { ...made, env: { ...made.env, ...aws, AWS_ENDPOINT_URL: double.url } }
})
afterEach(async () => {
  await double.stop()
  at.remove()
})

const lag = (...args: string[]) => startEvt(['lag', ...args, '--allow-partial'], at)

async function asked(...args: string[]) {
  const child = lag(...args, '-o', 'json')
  expect(await child.end, child.err.text).toEqual({ exit: 0, signal: null })
  const { sources, findings } = JSON.parse(child.out.text)
  const told = findings.map(({ kind, explain }: { kind: string; explain: string }) => [
    kind,
    explain.replace(/in [\d.]+ h/, 'in TIME'),
  ])
  return { rows: sources[0].byShard, told }
}

const lease = (shard: string, checkpoint: string, leaseOwner?: string) => ({
  leaseKey: { S: shard },
  checkpoint: { S: checkpoint },
  checkpointSubSequenceNumber: { N: '0' },
  leaseCounter: { N: '7' },
  ...(leaseOwner && { leaseOwner: { S: leaseOwner } }),
})

/** Two shards and, of the first, its halves; records of five hours ago and of now. */
function reshaped() {
  const producer = new Producer(model)
  producer.put(20, Date.now() - AGE_MS)
  const [first, second] = model.shards.map(({ id }) => id)
  model.split(first ?? '')
  producer.put(40)
  const [, , third, fourth] = model.shards.map(({ id }) => id)
  return { first, second, third, fourth } as Record<string, string>
}

test.each(['kinesis', 'dynamodb'])(
  'how far an application of KCL is in each shard of %s, and who reads it',
  async (kind) => {
    const { first = '', second = '', third = '', fourth = '' } = reshaped()
    const read = model.shard(second).records[0]?.SequenceNumber
    const leases = [
      lease(first, 'SHARD_END'),
      lease(second, `${read}`, 'worker-1'),
      lease(third, 'TRIM_HORIZON'),
      lease(fourth, 'LATEST', 'worker-2'),
      { leaseKey: { S: 'worker-1' }, heartbeat: { N: '1' } },
    ]
    double.calls.tables = { billing: leases }
    const { rows, told } = await asked(`${kind}://orders`, '--application', 'billing')
    expect(rows).toMatchObject([
      { shard: first, isOpen: false, behindMs: 0, lossInMs: null, owner: null },
      { shard: second, isOpen: true, owner: 'worker-1' },
      { shard: third, isOpen: true, owner: null },
      { shard: fourth, isOpen: true, behindMs: null, lossInMs: null, owner: 'worker-2' },
    ])
    const [, { behindMs: secondMs }, { behindMs: thirdMs }] = rows
    expect(secondMs).toBeGreaterThanOrEqual(AGE_MS - 2_000)
    expect(secondMs).toBeLessThan(AGE_MS + 120_000)
    expect(thirdMs).toBeLessThan(120_000)
    expect(told).toEqual([['notReceived', `no worker of billing holds the lease of ${third}`]])
  },
  240_000,
)

test('leases of several streams are told apart', async () => {
  const { second = '' } = reshaped()
  const read = `${model.shard(second).records[0]?.SequenceNumber}`
  const leases = [
    lease(`123456789012:orders:1700000000:${second}`, read, 'worker-1'),
    lease(`123456789012:others:1700000000:${second}`, 'SHARD_END', 'worker-2'),
  ]
  double.calls.tables = { billing: leases }
  const { rows } = await asked('kinesis://orders', '--application', 'billing')
  expect(rows[1]).toMatchObject({ shard: second, owner: 'worker-1' })
  expect(rows[1].behindMs).toBeGreaterThanOrEqual(AGE_MS - 2_000)
}, 240_000)

test('what retention has removed before an application has read it is said', async () => {
  const { second = '' } = reshaped()
  const old = `${model.shard(second).records[0]?.SequenceNumber}`
  model.shard(second).trimmed = 3
  double.calls.tables = { billing: [lease(second, old, 'worker-1')] }
  const { rows, told } = await asked('dynamodb://orders', '--application', 'billing')
  expect(rows[1]).toMatchObject({ shard: second, lossInMs: 0, owner: 'worker-1' })
  expect(told[0]).toEqual(['loss', `retention removes what billing has not read of ${second}`])
}, 240_000)

test('what each shard holds, where nobody is named', async () => {
  const { first, second, third } = reshaped()
  const { rows, told } = await asked('kinesis://orders', '--shards')
  expect(told).toEqual([])
  const [of, ...others] = rows
  expect(of).toMatchObject({ shard: first, isOpen: false, behindMs: null, lossInMs: null })
  expect(of.oldestAgeMs).toBeGreaterThanOrEqual(AGE_MS - 2_000)
  expect(others[0]).toMatchObject({ shard: second, isOpen: true })
  expect(others[0].oldestAgeMs).toBeGreaterThanOrEqual(AGE_MS - 2_000)
  expect(others[1]).toMatchObject({ shard: third, isOpen: true })
  expect(others[1].oldestAgeMs).toBeLessThan(120_000)
  const text = lag('kinesis://orders', 'dynamodb://orders', '--shards')
  expect(await text.end).toEqual({ exit: 0, signal: null })
  expect(text.out.text).toMatch(/kinesis:..orders, by shard\nshard +open +oldest\n/)
}, 240_000)

test('an application that is none', async () => {
  double.calls.tables = { carts: [{ pk: { S: 'a' } }] }
  const none = lag('kinesis://orders', '--application', 'nobody')
  expect(await none.end).toEqual({ exit: 2, signal: null })
  expect(none.err.text).toContain('evt: there is no table nobody in eu-west-1')
  const other = lag('kinesis://orders', '--application', 'carts')
  expect(await other.end).toEqual({ exit: 2, signal: null })
  expect(other.err.text).toContain(
    'evt: the table carts holds no leases of the Kinesis Client Library\n',
  )
}, 240_000)
