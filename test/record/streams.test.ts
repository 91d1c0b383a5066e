import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JsonObject } from '../../src/event/event.js'
import { Random } from '../../src/generate/random.js'
import { type Stage, stage } from '../cases/run-case.js'
import { campaign, seed } from '../helpers/campaign.js'
import { Producer } from '../taps/stream-producer.js'
import { startEvt } from '../testbed/evt-process.js'
import { KinesisDouble } from '../testbed/kinesis-double.js'
import { StreamModel } from '../testbed/stream-model.js'
import { partsIn, recordsIn } from './recorded.js'

const PATIENCE_MS = 150_000

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

const record = (...args: string[]) =>
  startEvt(['record', ...args, '--to', 'recorded', '--roll-every', '100ms'], at)
const recorded = () => recordsIn(partsIn(join(at.work, 'recorded')))

/** The ids of what was recorded of a source, by the key of their records. */
function idsOf(source: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const { source: from, records } of recorded()) {
    const value = records?.[0] as JsonObject
    if (from !== source) continue
    const change = value['dynamodb'] as { Keys: { pk: { S: string } }; NewImage: JsonObject }
    const key = change ? change.Keys.pk.S : String(value['PartitionKey'])
    const text = Buffer.from(String(value['Data']), 'base64').toString()
    const id = change ? (change.NewImage['id'] as { S: string }).S : JSON.parse(text).id
    found.set(key, [...(found.get(key) ?? []), String(id)])
  }
  return new Map([...found].sort())
}

test(`streams are recorded once through kill -9 and splits (seed ${seed})`, async () => {
  const random = new Random(seed, 1)
  const producer = new Producer(model)
  const sources = ['kinesis://orders', 'dynamodb://orders']
  const start = () => record(...sources, '--from', 'beginning')
  const ids: string[] = []
  for (let round = 0; round < campaign(4); round++) {
    const child = start()
    await child.said('shares')
    await setTimeout(500 + random.below(500))
    ids.push(...producer.rolls(1 + random.below(3), 10))
    await setTimeout(random.below(1_000))
    child.kill('SIGKILL')
    await child.end
  }
  const child = start()
  // All may be recorded already: no signal before it listens.
  await child.said('shares')
  const endMs = performance.now() + PATIENCE_MS
  while (recorded().length < 2 * ids.length && performance.now() < endMs) await setTimeout(100)
  child.kill('SIGTERM')
  expect(await child.end).toEqual({ exit: 130, signal: null })
  const all = model.shards.flatMap(({ records }) => records)
  const put = new Map<string, string[]>()
  for (const { PartitionKey: key, Data } of all.sort(bySequence)) {
    const { id } = JSON.parse(Buffer.from(Data, 'base64').toString())
    put.set(key, [...(put.get(key) ?? []), String(id)])
  }
  for (const source of sources) expect(idsOf(source)).toEqual(new Map([...put].sort()))
}, 600_000)

test('where to go on in the words of another evt is refused', async () => {
  new Producer(model).put(3)
  expect(await record('kinesis://orders', '--no-follow').end).toEqual({ exit: 0, signal: null })
  const [part] = partsIn(join(at.work, 'recorded'))
  const file = join(at.work, 'recorded', part?.name ?? '')
  const text = gunzipSync(readFileSync(file)).toString()
  expect(text).toContain('"tap":"kinesis","version":1')
  writeFileSync(file, gzipSync(text.replace('"version":1', '"version":9')))
  const child = record('kinesis://orders', '--no-follow')
  expect(await child.end).toEqual({ exit: 2, signal: null })
  expect(child.err.text).toContain(
    'tells of kinesis://orders what this evt does not understand (kinesis, 9)\n' +
      '     record to another target, or go on with the evt that recorded it\n',
  )
})

function bySequence(a: { SequenceNumber: string }, b: { SequenceNumber: string }): number {
  return BigInt(a.SequenceNumber) < BigInt(b.SequenceNumber) ? -1 : 1
}

test('what comes before the first part of a recording is not lost to the next run', async () => {
  const sources = ['kinesis://orders', 'dynamodb://orders']
  const start = (every: string) =>
    startEvt(['record', ...sources, '--to', 'recorded', '--roll-every', every], at)
  const producer = new Producer(model)
  producer.put(3, Date.now() - 60_000)
  const child = start('1h')
  const begun = join(at.work, 'recorded', '_evt', 'begun')
  while (!existsSync(begun) || !readFileSync(begun, 'utf8').includes('dynamodb')) {
    await setTimeout(20)
  }
  child.kill('SIGKILL')
  await child.end
  const later = producer.put(20)
  const again = start('100ms')
  const endMs = performance.now() + PATIENCE_MS
  while (recorded().length < 2 * later.length && performance.now() < endMs) await setTimeout(100)
  again.kill('SIGTERM')
  expect(await again.end).toEqual({ exit: 130, signal: null })
  for (const source of sources) {
    expect([...idsOf(source).values()].flat().sort()).toEqual(later.map(String).sort())
  }
}, 400_000)

test('evt lag says how far the recording is in each shard', async () => {
  const sources = ['kinesis://orders', 'dynamodb://orders']
  const producer = new Producer(model)
  producer.put(10)
  const { end } = record(...sources, '--from', 'beginning', '--no-follow')
  expect(await end).toEqual({ exit: 0, signal: null })
  const HOUR_MS = 3_600_000
  producer.put(10, Date.now() - HOUR_MS)
  const child = startEvt(
    ['lag', ...sources, '--recording', 'recorded', '--allow-partial', '-o', 'json'],
    at,
  )
  expect(await child.end).toEqual({ exit: 0, signal: null })
  const [stream, table] = JSON.parse(child.out.text).sources
  expect(table).toMatchObject({ kind: 'table', name: 'orders', shards: 2, closedShards: 0 })
  for (const { byShard, retentionMs } of [stream, table]) {
    expect(byShard.map(({ shard }: { shard: string }) => shard)).toEqual(
      model.shards.map(({ id }) => id),
    )
    for (const { isOpen, behindMs, lossInMs } of byShard) {
      expect(isOpen).toBe(true)
      expect(behindMs).toBeGreaterThanOrEqual(HOUR_MS - 2_000)
      expect(lossInMs).toBe(retentionMs - behindMs)
    }
  }
  const none = startEvt(['lag', ...sources, '--recording', 'nowhere'], at)
  expect(await none.end).toEqual({ exit: 2, signal: null })
  expect(none.err.text).toContain(
    'evt: nowhere holds no recording by evt\n     name what evt record was given as --to\n',
  )
}, 240_000)

test('what was there before a recording began with what comes is not to be lost', async () => {
  new Producer(model).put(10, Date.now() - 23 * 3_600_000)
  const child = startEvt(['record', 'dynamodb://orders', '--to', 'recorded'], at)
  const begun = join(at.work, 'recorded', '_evt', 'begun')
  while (!existsSync(begun)) await setTimeout(20)
  child.kill('SIGTERM')
  expect(await child.end).toEqual({ exit: 130, signal: null })
  const line = ['lag', 'dynamodb://orders', '--recording', 'recorded', '--allow-partial']
  const lag = startEvt([...line, '-o', 'json'], at)
  expect(await lag.end).toEqual({ exit: 0, signal: null })
  const { sources, findings } = JSON.parse(lag.out.text)
  expect(findings).toEqual([])
  for (const { behindMs, lossInMs } of sources[0].byShard) {
    expect({ behindMs, lossInMs }).toEqual({ behindMs: null, lossInMs: null })
  }
}, 240_000)

test('a recording of a stream that was named by its ARN is found', async () => {
  new Producer(model).put(2)
  const arn = 'arn:aws:kinesis:eu-west-1:123456789012:stream/orders'
  const { end } = record(arn, '--from', 'beginning', '--no-follow')
  expect(await end).toEqual({ exit: 0, signal: null })
  const line = ['lag', arn, '--recording', 'recorded', '--allow-partial', '-o', 'json']
  const lag = startEvt(line, at)
  expect(await lag.end).toEqual({ exit: 0, signal: null })
  expect(JSON.parse(lag.out.text).sources[0].byShard).toHaveLength(2)
}, 240_000)
