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
const decode = createDecoder({
  mapping: createMapping({ maps: ['id=$.id', 'time=$.time', 'sequence=$.n'] }),
})

let model: StreamModel
let double: KinesisDouble
beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  model = new StreamModel('orders', 8)
  double = new KinesisDouble(model)
  await double.start()
})
afterEach(async () => {
  await double.stop()
  vi.unstubAllEnvs()
})

/** What the producer knows of what it put. */
interface Line {
  readonly id: string
  readonly n: number
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

/** Puts it all, with three splits and two merges on the way. */
async function produced(random: Random): Promise<Ledger> {
  const ledger = new Ledger()
  const changes = ['split', 'merge', 'split', 'merge', 'split']
  for (let n = 0; n < COUNT; n++) {
    const key = `k${random.below(KEYS)}`
    const latencyMs = 1 + random.below(5_000)
    const atMs = Date.now()
    const time = new Date(atMs - latencyMs).toISOString()
    model.put(key, JSON.stringify({ id: `e${n}`, n, time }), atMs)
    ledger.add(key, { id: `e${n}`, n, latencyUs: latencyMs * 1_000 })
    if (n % AT_ONCE === 0) await setTimeout(1)
    if (n % Math.ceil(COUNT / 6) !== 0 || n === 0) continue
    if (changes.shift() === 'merge') model.merge(...model.neighbours())
    else model.split(model.open[random.below(model.open.length)]?.id ?? '')
  }
  return ledger
}

const consumerArn = 'arn:aws:kinesis:eu-west-1:123456789012:stream/orders/consumer/ours:1'

test.each<[string, Partial<TapOptions>]>([
  ['polled and throttled at random', {}],
  ['sent and cut at random', { fanOut: { consumerArn } }],
])('what is %s is what was put: count, identities, order, latencies', async (_, more) => {
  const random = new Random(seed, 1)
  double.fault = ({ operation }) =>
    operation === 'GetRecords' && random.below(10) === 0
      ? new Refusal('ProvisionedThroughputExceededException', 'Rate exceeded for shard')
      : undefined
  double.faults('exception', 'cut', 'closed', 'corrupt', 'exception', 'cut', 'closed', 'corrupt')
  const tail = await watch(double.url, { decode, ...more })
  const ledger = await produced(new Random(seed, 2))
  await tail.until(COUNT)
  await tail.stop()
  const seen = new Ledger()
  for (const { id, key, sequence, receivedAtUs, timeUs } of tail.events) {
    const latencyUs = (receivedAtUs ?? 0) - (timeUs ?? 0)
    seen.add(String(key), { id: String(id), n: Number(sequence), latencyUs })
  }
  expect(model.shards).toHaveLength(8 + 3 * 2 + 2)
  expect(tail.events).toHaveLength(COUNT)
  expect(new Map([...seen.byKey].sort())).toEqual(new Map([...ledger.byKey].sort()))
  expect(seen.latencies.figures(1)).toEqual(ledger.latencies.figures(1))
})
