import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openStream } from '../../src/aws/kinesis.js'
import type { EventRecord } from '../../src/event/event.js'
import { KinesisLocal } from '../testbed/kinesis-local.js'
import { type Watch, watch } from './stream-watch.js'

let local: KinesisLocal
let watched: Watch | undefined
beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  local = await KinesisLocal.start(2)
}, 120_000)
afterEach(async () => {
  await watched?.stop().catch(() => {})
  watched = undefined
  await local.stop()
  vi.unstubAllEnvs()
})

/** That what was put from there on came once, in the order of its shard and of its key. */
function expectAll(events: readonly EventRecord[], from = 0): void {
  const put = local.put.slice(from)
  expect(events).toHaveLength(put.length)
  for (const [name, of] of [
    ['key', 'key'],
    ['shard', 'shard'],
  ] as const) {
    for (const one of new Set(put.map((record) => record[name]))) {
      const seen = events.filter((event) => partOf(event)[of] === one).map(({ id }) => id)
      expect(seen).toEqual(put.filter((record) => record[name] === one).map(({ id }) => id))
    }
  }
  const [places, sequences] = [events.map(placeOf), put.map((p) => `${p.shard}/${p.sequence}`)]
  expect(places.sort()).toEqual(sequences.sort())
}

const placeOf = (event: EventRecord) => event.position.path.replace('kinesis://orders/', '')
const partOf = (event: EventRecord) => ({ key: event.key, shard: placeOf(event).split('/')[0] })

/** Splits a shard, merges two others, and puts records before, between and behind. */
async function reshape(): Promise<void> {
  await local.putMany(30)
  const [first] = await local.open()
  if (first === undefined) throw new Error('no shard is open')
  await local.split(first)
  await local.putMany(30)
  await local.merge()
  await local.putMany(30)
}

test('what is there and what comes is read once, in order, through splits and merges', async () => {
  await reshape()
  watched = await watch(local.url)
  await reshape()
  await local.putMany(30)
  await reshape()
  await watched.until(local.put.length)
  expectAll(watched.events)
})

test('of what comes nothing is missed through splits and merges, nothing before seen', async () => {
  await reshape()
  const before = local.put.length
  watched = await watch(local.url, { start: 'latest' })
  await reshape()
  await watched.until(local.put.length - before)
  expectAll(watched.events, before)
})

test.each(['beginning', 'latest'] as const)('a consumer over HTTP/1.1, from %s', async (start) => {
  await local.putMany(50)
  const before = start === 'latest' ? local.put.length : 0
  watched = await watch(local.url, { fanOut: { consumerArn: await local.consumer() }, start })
  for (let round = 0; round < 3; round++) {
    await local.putMany(30)
    await watched.until(local.put.length - before)
  }
  expectAll(watched.events, before)
  expect(watched.notes).toEqual([])
})

/** So fan-out through splits is held to the double. Where this fails, kinesis-local learned it. */
describe('kinesis-local lacks', () => {
  test('the end of a subscription to a shard that is closed', async () => {
    await reshape()
    const open = new Set((await local.open()).map(({ ShardId }) => ShardId))
    const closed = local.put.find(({ shard }) => !open.has(shard))?.shard ?? ''
    const stop = new AbortController()
    const of = { name: 'orders', arn: undefined, region: undefined }
    const aws = { region: 'eu-west-1', endpointUrl: local.url }
    const stream = await openStream(of, { ...aws, needs: [], signal: stop.signal })
    const shard = { id: closed, start: { at: 'beginning' } } as const
    const events = await stream.subscribe(await local.consumer(), shard, stop.signal)
    const seen: unknown[] = []
    for await (const { SubscribeToShardEvent: event } of events) {
      if (event) seen.push([event.ChildShards, typeof event.ContinuationSequenceNumber])
      if (seen.length === 3) break
    }
    stop.abort()
    stream.close()
    expect(seen).toEqual(Array(3).fill([undefined, 'string']))
  })
})
