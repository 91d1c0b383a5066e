import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import { createMapping } from '../../src/event/mapping.js'
import { Random } from '../../src/generate/random.js'
import { LatencyHistogram } from '../../src/meters/hdr.js'
import type { TapOptions } from '../../src/taps/tap.js'
import { isLong, seed } from '../helpers/campaign.js'
import { KinesisDouble } from '../testbed/kinesis-double.js'
import { Refusal, StreamModel } from '../testbed/stream-model.js'
import { watch } from './stream-watch.js'

const COUNT = isLong ? 100_000 : 20_000
const KEYS = 500
const AT_ONCE = 500
const decoderOf = (...maps: string[]) => createDecoder({ mapping: createMapping({ maps }) })
const decode = decoderOf('id=$.id', 'time=$.time', 'sequence=$.n')
const image = '$.dynamodb.NewImage'
const decodeChange = decoderOf(
  ...[`id=${image}.id.S`, `time=${image}.time.S`, `sequence=${image}.n.N`],
)

let model: StreamModel
let double: KinesisDouble
const warnings: Error[] = []
const keep = (warning: Error) => warnings.push(warning)
beforeEach(async () => {
  process.on('warning', keep)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  model = new StreamModel('orders', 8)
  double = new KinesisDouble(model)
  await double.start()
})
afterEach(async () => {
  await double.stop()
  vi.unstubAllEnvs()
  process.off('warning', keep)
})

/** What the producer knows of what it put. */
interface Line {
  readonly id: string
  readonly n: number
  readonly timeUs: number
  readonly latencyUs: number
}

class Ledger {
  readonly byKey = new Map<string, Line[]>()
  readonly latencies = new LatencyHistogram()

  add(key: string, line: Line): void {
    const lines = this.byKey.get(key) ?? []
    lines.push(line)
    this.byKey.set(key, lines)
    this.latencies.record(line.latencyUs)
  }
}

type Reshape = 'split' | 'merge' | 'roll'

const ofStream = ['split', 'merge', 'split', 'merge', 'split'] as const
const ofTable = ['split', 'roll', 'split', 'roll', 'split'] as const

/** Puts it all, with these changes of the shards on the way. */
async function produced(random: Random, reshapes: readonly Reshape[]): Promise<Ledger> {
  const ledger = new Ledger()
  const changes = [...reshapes]
  for (let n = 0; n < COUNT; n++) {
    const key = `k${random.below(KEYS)}`
    const latencyMs = 1 + random.below(5_000)
    const atMs = Date.now()
    const timeMs = atMs - latencyMs
    const time = new Date(timeMs).toISOString()
    model.put(key, JSON.stringify({ id: `e${n}`, n, time }), atMs)
    ledger.add(key, { id: `e${n}`, n, timeUs: timeMs * 1_000, latencyUs: latencyMs * 1_000 })
    if (n % AT_ONCE === 0) await setTimeout(1)
    if (n % Math.ceil(COUNT / 6) !== 0 || n === 0) continue
    const change = changes.shift() ?? 'split'
    if (change === 'merge') model.merge(...model.neighbours())
    else model[change](model.open[random.below(model.open.length)]?.id ?? '')
  }
  return ledger
}

const consumerArn = 'arn:aws:kinesis:eu-west-1:123456789012:stream/orders/consumer/ours:1'

test.each<[string, string, readonly Reshape[], Partial<TapOptions>]>([
  ['polled and throttled at random', 'kinesis://orders', ofStream, {}],
  ['sent and cut at random', 'kinesis://orders', ofStream, { fanOut: { consumerArn } }],
  ['of a table and throttled', 'dynamodb://orders', ofTable, { decode: decodeChange }],
])('what is %s is what was put, in its order', async (_, address, reshapes, more) => {
  const random = new Random(seed, 1)
  double.fault = ({ operation }) =>
    operation === 'GetRecords' && random.below(10) === 0
      ? new Refusal('ProvisionedThroughputExceededException', 'Rate exceeded for shard')
      : undefined
  double.faults('exception', 'cut', 'closed', 'corrupt', 'exception', 'cut', 'closed', 'corrupt')
  const tail = await watch(double.url, { decode, ...more }, address)
  const ledger = await produced(new Random(seed, 2), reshapes)
  await tail.until(COUNT)
  await tail.stop()
  const seen = new Ledger()
  const lines = [...ledger.byKey.values()].flat()
  const latencies = new Map(lines.map(({ id, latencyUs }) => [id, latencyUs]))
  for (const { id, key, sequence, receivedAtUs, timeUs } of tail.events) {
    // DynamoDB does not say when a change arrived.
    const put = latencies.get(String(id)) ?? 0
    const latencyUs = receivedAtUs === null ? put : receivedAtUs - (timeUs ?? 0)
    expect(receivedAtUs === null).toBe(address.startsWith('dynamodb'))
    seen.add(String(key), { id: String(id), n: Number(sequence), timeUs: timeUs ?? 0, latencyUs })
  }
  expect(model.shards).toHaveLength(8 + 3 * 2 + 2) // a merge, as a roll, makes one
  expect(tail.events).toHaveLength(COUNT)
  expect(new Map([...seen.byKey].sort())).toEqual(new Map([...ledger.byKey].sort()))
  expect(seen.latencies.figures(1)).toEqual(ledger.latencies.figures(1))
})

test('of many shards that are sent Node has nothing to warn of', async () => {
  model = new StreamModel('orders', 16)
  await double.stop()
  double = new KinesisDouble(model)
  await double.start()
  const tail = await watch(double.url, { decode, fanOut: { consumerArn } }, 'kinesis://orders')
  for (let n = 0; n < 100; n++) model.put(`k${n}`, JSON.stringify({ id: `e${n}` }), Date.now())
  await tail.until(100)
  await setTimeout(100)
  await tail.stop()
  expect(warnings).toEqual([])
})
