import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import type { EventRecord, JsonValue } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'
import { Random } from '../../src/generate/random.js'
import { tapFor } from '../../src/taps/index.js'
import type { CheckpointAt, TapOptions } from '../../src/taps/tap.js'
import { campaign, seed } from '../helpers/campaign.js'
import { KinesisDouble } from '../testbed/kinesis-double.js'
import { StreamModel } from '../testbed/stream-model.js'
import { Producer } from './stream-producer.js'

// A stream is read on where another run was interrupted, after any event, whatever became of its
// shards in between.

let model: StreamModel
let double: KinesisDouble
let notes: string[]
beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  notes = []
  await begin()
})
afterEach(async () => {
  await double.stop()
  vi.unstubAllEnvs()
})

async function begin(): Promise<void> {
  model = new StreamModel('orders', 2)
  double = new KinesisDouble(model)
  await double.start()
}

const consumerArn = 'arn:aws:kinesis:eu-west-1:123456789012:stream/orders/consumer/ours:1'

interface Run {
  readonly events: EventRecord[]
  readonly state: JsonValue | undefined
}

/** Takes so many events; its state goes through JSON. */
async function take(
  address: string,
  count: number,
  resume: JsonValue | undefined,
  more: Partial<TapOptions> = {},
): Promise<Run> {
  const { tap } = await tapFor(address, { cwd: '.', aliases: {} })
  const path = tap.name === 'dynamodb' ? '$.dynamodb.NewImage.id.S' : '$.id'
  const stop = new AbortController()
  let at: CheckpointAt | undefined
  let size = 0
  const batches = tap.open(address, {
    ...{ start: 'beginning', follow: false, aliases: {}, cwd: '.', pollMs: 1, resume },
    decode: createDecoder({ mapping: createMapping({ maps: [`id=${path}`] }) }),
    ...{ stdin: new PassThrough(), isWanted: () => true, signal: stop.signal },
    ...{ aws: { region: 'eu-west-1', endpointUrl: double.url }, consents: new Set() },
    ...{ filter: undefined, onFault: () => {}, onNote: (text) => notes.push(text) },
    checkpoint: (batch, next) => {
      ;[at, size] = [next, batch.length]
    },
    ...more,
  })
  const events: EventRecord[] = []
  let taken: number | undefined
  for await (const batch of batches) {
    const some = batch.slice(0, count - events.length)
    events.push(...some.flatMap((one) => (one.kind === 'event' ? [one.event] : [])))
    taken = some.length
    if (events.length >= count) break
    taken = undefined
  }
  stop.abort()
  const state = at?.(taken ?? size)
  return { events, state: state === undefined ? resume : JSON.parse(JSON.stringify(state)) }
}

describe.each<[string, string, Partial<TapOptions>]>([
  ['polled', 'kinesis://orders', {}],
  ['sent to a consumer', 'kinesis://orders', { fanOut: { consumerArn } }],
  ['of a table', 'dynamodb://orders', {}],
])('a stream that is %s', (_, address, more) => {
  const mayMerge = address.startsWith('kinesis')

  test('is read once, in the order of each key, wherever runs end', async () => {
    for (let run = 0; run < campaign(6); run++) {
      if (run > 0) await double.stop()
      await begin()
      const random = new Random(seed, run)
      const producer = new Producer(model)
      double.calls.pageSize = 1 + random.below(9)
      const ids = producer.put(20)
      const events: EventRecord[] = []
      let state: JsonValue | undefined
      for (let step = 0; step < 8; step++) {
        const part = await take(address, 1 + random.below(12), state, more)
        events.push(...part.events)
        state = part.state
        const open = model.open[random.below(model.open.length)]?.id ?? ''
        const change = random.below(4)
        if (change === 0) model.split(open)
        else if (change === 1) model.roll(open)
        else if (mayMerge && change === 2 && model.open.length > 1)
          model.merge(...model.neighbours())
        ids.push(...producer.put(random.below(15)))
      }
      const rest = await take(address, Number.POSITIVE_INFINITY, state, more)
      producer.expectAll([...events, ...rest.events], ids)
    }
    expect(notes).toEqual([])
  })
})

test('of a record with several events, those that were given are not given again', async () => {
  model.put('a', '[{"id":"1"},{"id":"2"},{"id":"3"}]')
  model.put('a', '[{"id":"4"},{"id":"5"}]')
  const ids: string[] = []
  let state: JsonValue | undefined
  for (const count of [1, 1, 2, 9]) {
    const run = await take('kinesis://orders', count, state)
    ids.push(...run.events.map(({ id }) => String(id)))
    state = run.state
  }
  expect(ids).toEqual(['1', '2', '3', '4', '5'])
})

test('a run that saw nothing of what comes is gone on with where it began', async () => {
  const producer = new Producer(model)
  producer.put(10, Date.now() - 60_000)
  model.split('shardId-000000000000')
  const stop = new AbortController()
  const more = { start: 'latest', follow: true, signal: stop.signal } as const
  const first = await take('kinesis://orders', 1, undefined, {
    ...more,
    onReady: () => setTimeout(() => stop.abort(), 50),
  })
  expect(first.events).toEqual([])
  const ids = producer.put(10)
  const second = await take('kinesis://orders', 99, first.state)
  producer.expectAll(second.events, ids)
})

test('what is not kept any more is said', async () => {
  const producer = new Producer(model)
  producer.put(30, Date.now() - 60_000)
  const { state } = await take('dynamodb://orders', 5, undefined)
  for (const shard of model.shards) shard.trimmed = shard.records.length - 1
  const { events } = await take('dynamodb://orders', 99, state)
  expect(events).toHaveLength(2)
  expect(notes).toEqual([
    expect.stringMatching(/^dynamodb:\/\/orders: of shardId-0+\d what came behind \d+ is not kept/),
  ])
})

const hour = 3_600_000

test('what a stream may not have kept is said with its time, and a shard gone', async () => {
  new Producer(model).put(30)
  const { state } = await take('kinesis://orders', 99, undefined)
  const old = JSON.parse(
    JSON.stringify(state).replaceAll(/"reachedMs":\d+/g, () => {
      return `"reachedMs":${Date.now() - 30 * hour}`
    }),
  )
  await take('kinesis://orders', 99, old)
  expect(notes).toEqual([
    expect.stringMatching(
      /^kinesis:\/\/orders keeps 24 hours: what came from \S+Z to \S+Z may be missing$/,
    ),
  ])
  notes.length = 0
  const [first] = model.shards
  model.roll(first?.id ?? '')
  model.shards = model.shards.slice(1)
  await take('kinesis://orders', 99, state)
  expect(notes).toEqual([
    'kinesis://orders: shardId-000000000000 is gone, and what of it was not read is missing',
  ])
})

test('another stream of the same name is read from its beginning, and a gap is said', async () => {
  const producer = new Producer(model)
  const ids = producer.put(10)
  const { state } = await take('kinesis://orders', 5, undefined)
  model.madeMs += 1_000
  const { events } = await take('kinesis://orders', 99, state)
  producer.expectAll(events, ids)
  expect(notes).toEqual([
    'kinesis://orders is another stream than before: what that one had and was not read is missing',
  ])
})

test.each([
  [{ shards: 1 }, 'the checkpoint is damaged: it does not say where kinesis://orders is read on'],
  [
    { stream: 'arn:aws:kinesis:us-east-1:1:stream/orders', madeMs: null, shards: {} },
    'the checkpoint is of kinesis://orders in us-east-1, account 1, not in eu-west-1, ' +
      'account 123456789012',
  ],
])('a checkpoint of something else is refused', async (state, message) => {
  const refused = take('kinesis://orders', 1, state as JsonValue)
  await expect(refused).rejects.toMatchObject({ code: 'usage', message })
})
