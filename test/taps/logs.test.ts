import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import type { Decoded, EventRecord } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'
import { tap } from '../../src/taps/logs.js'
import { SeenEvents } from '../../src/taps/seen-events.js'
import type { TapOptions } from '../../src/taps/tap.js'
import { LogGroup } from '../testbed/log-group.js'

const MINUTE_MS = 60_000
const decode = createDecoder({ mapping: createMapping({ maps: ['id=$.id'] }) })

let group: LogGroup
let stop: AbortController
let seen: Decoded[]
let notes: string[]
beforeEach(async () => {
  group = new LogGroup()
  await group.start()
  stop = new AbortController()
  seen = []
  notes = []
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
})
afterEach(async () => {
  stop.abort()
  vi.unstubAllEnvs()
  await group.stop()
})

/** Reads in the background, once it is ready; `ended` is its end. */
async function watch(more: Partial<TapOptions> = {}, address = 'logs:///shop') {
  let onReady = () => {}
  const ready = new Promise<void>((resolve) => {
    onReady = resolve
  })
  const batches = tap.open(address, {
    ...{ start: 'latest', follow: undefined, aliases: {}, cwd: '.', decode, pollMs: 5 },
    ...{ stdin: new PassThrough(), isWanted: () => true, signal: stop.signal, onReady },
    ...{ aws: { region: 'eu-west-1', endpointUrl: group.url }, consents: new Set() },
    filter: undefined,
    onFault: () => {},
    onNote: (text) => notes.push(text),
    ...more,
  })
  const ended = (async () => {
    for await (const batch of batches) seen.push(...batch)
  })()
  await Promise.race([ready, ended])
  return { ended }
}

const ids = () => seen.map((one) => (one.kind === 'event' ? one.event.id : one.undecodable.reason))

async function until(expected: readonly unknown[]): Promise<void> {
  const text = expected.map(String)
  await vi.waitFor(() => expect(ids()).toEqual(text), { timeout: 5_000, interval: 5 })
  // Nothing comes twice.
  const looks = group.asked.length
  await vi.waitFor(() => expect(group.asked.length).toBeGreaterThan(looks + 2))
  expect(ids()).toEqual(text)
}

test('what comes late and in any order is seen once', async () => {
  group.put('before')
  group.events[0] = { ...group.events[0], ingestionTime: group.nowMs() - 5_000 } as never
  await watch()
  group.put(1)
  await until([1])
  group.put(2, 90_000)
  group.put(3, -MINUTE_MS)
  await until([1, 2, 3])
  group.put(4, 110_000)
  await until([1, 2, 3, 4])
})

test('a clock of this machine that is wrong loses nothing', async () => {
  for (const aheadMs of [-30 * MINUTE_MS, 30 * MINUTE_MS]) {
    seen = []
    group.events.length = 0
    group.aheadMs = aheadMs
    const { ended } = await watch()
    group.put(1)
    await until([1])
    stop.abort()
    await ended
    stop = new AbortController()
  }
})

test('pages are read to their end, also where one is empty', async () => {
  group.pageSize = 3
  for (let id = 0; id < 10; id++) group.put(id, 600_000 - id)
  await watch({ start: 'beginning' })
  await until([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  group.put(10)
  await until([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})

test('from a time on, no more is asked for than may have arrived since', async () => {
  group.put('old', 60 * MINUTE_MS)
  group.put('new')
  const fromUs = (Date.now() - 15 * MINUTE_MS) * 1_000
  const { ended } = await watch({ start: 'beginning', fromUs, follow: false })
  await ended
  expect(ids()).toEqual(['new'])
  expect(group.asked[1]?.startTime).toBe(Math.floor(fromUs / 1_000) - 2 * MINUTE_MS)
})

test('limits, failures of the service and cuts are waited out, and said', async () => {
  await watch()
  const throttled = { __type: 'ThrottlingException', message: 'Rate exceeded' }
  for (const fault of [
    { status: 400, body: throttled },
    { status: 500, body: { __type: 'InternalFailure', message: 'oops' } },
    { status: 503, body: '<html><body>busy</body></html>' },
    'cut',
  ] as const) {
    notes.length = 0
    group.faults.push(fault, fault, fault)
    await vi.waitFor(() => expect(group.faults).toEqual([]), { timeout: 5_000 })
    group.put(notes.length)
    await vi.waitFor(() => expect(notes).toHaveLength(2), { timeout: 5_000 })
    expect(notes[0]).toMatch(/^logs:\/\/\/shop does not answer: [\w ]+; evt tries again$/)
    expect(notes[1]).toMatch(/^logs:\/\/\/shop is back after [\d.]+ s$/)
  }
  await vi.waitFor(() => expect(seen).toHaveLength(4), { timeout: 5_000 })
}, 30_000)

test.each([
  [
    'ResourceNotFoundException',
    'logs://shop/orders',
    {
      code: 'usage',
      message: 'there is no log group shop/orders in eu-west-1',
      hint: 'did you mean logs:///shop/orders?\nsee --region, --profile and --endpoint-url',
    },
  ],
  [
    'AccessDeniedException',
    'logs:///shop',
    {
      code: 'outside',
      message: 'logs:FilterLogEvents is not allowed on the log group /shop',
      hint: 'it takes logs:FilterLogEvents',
    },
  ],
])('%s ends it before anybody is told to write', async (name, address, failure) => {
  group.faults.push({ status: 400, body: { __type: name, message: 'no' } })
  await expect(watch({ onReady: () => expect.unreachable() }, address)).rejects.toMatchObject(
    failure,
  )
})

test('credentials that expire during a run end it', async () => {
  const { ended } = await watch()
  group.faults.push({ status: 400, body: { __type: 'ExpiredTokenException', message: 'no' } })
  await expect(ended).rejects.toMatchObject({
    code: 'outside',
    message: 'the AWS credentials are not valid, or no longer (ExpiredTokenException)',
  })
})

test('an ARN names the group in its account and region', async () => {
  const arn = 'arn:aws:logs:us-east-1:210987654321:log-group:/shop'
  await watch({ aws: { endpointUrl: group.url } }, `${arn}:*`)
  expect(group.asked[0]).toMatchObject({ logGroupIdentifier: arn })
  expect(group.asked[0]?.logGroupName).toBeUndefined()
})

test('an event says when it arrived, and is what its line holds', async () => {
  await watch()
  group.put('x')
  const event = {
    ...{ version: '0', id: 'e-1', source: 'shop', 'detail-type': 'order.placed' },
    ...{ time: '2026-11-01T14:02:07Z', region: 'eu-west-1', resources: [], detail: { n: 1 } },
  }
  const [template] = group.events
  if (!template) throw new Error('nothing was put')
  const timestamp = group.nowMs()
  const more = { timestamp, ingestionTime: timestamp + 40 }
  group.events.push({ ...template, ...more, eventId: 'a', message: JSON.stringify(event) })
  group.events.push({ ...template, ...more, eventId: 'b', message: 'START RequestId: 1' })
  await vi.waitFor(() => expect(seen).toHaveLength(3), { timeout: 5_000 })
  const [, found, prose] = seen
  const record = found?.kind === 'event' ? found.event : ({} as EventRecord)
  expect(record).toMatchObject({
    ...{ source: 'shop', type: 'order.placed', envelopes: ['logs', 'eventbridge'] },
    ...{ receivedAtUs: (timestamp + 40) * 1_000, payload: { n: 1 } },
    position: { path: 'logs:///shop/s/a', record: 1 },
  })
  expect(prose).toMatchObject({ kind: 'undecodable', undecodable: { reason: 'bad body' } })
})

test('of too many events the first that came are forgotten', () => {
  const events = new SeenEvents(3)
  expect(['a', 'b', 'c', 'a', 'd', 'a'].map((id) => events.isNew(id, 1))).toEqual([
    ...[true, true, true, false, true, true],
  ])
  events.forgetBefore(2)
  expect(events.isNew('d', 1)).toBe(true)
})

const liveTails = async (count: number) =>
  vi.waitFor(() => expect(group.liveTails).toBe(count), { timeout: 100_000, interval: 10 })
const seenSoon = async (expected: readonly unknown[]) =>
  vi.waitFor(() => expect(ids()).toEqual(expected.map(String)), { timeout: 100_000, interval: 5 })

test('a live tail says when to look, and what is looked up is shown', async () => {
  group.hasLiveTails = true
  const { ended } = await watch({ liveTail: true, pollMs: 100_000 })
  await liveTails(1)
  for (let id = 0; id < 1_000; id++) group.put(id)
  group.tell()
  await seenSoon(Array.from({ length: 1_000 }, (_, id) => id))
  // One that is over is begun again.
  group.endLiveTails()
  await liveTails(0)
  await liveTails(1)
  group.put('after')
  group.tell()
  await seenSoon([...Array.from({ length: 1_000 }, (_, id) => id), 'after'])
  stop.abort()
  await ended
  await liveTails(0)
  expect(notes).toEqual([])
})

test('without permission for a live tail it is said, and asked by itself', async () => {
  await watch({ liveTail: true })
  await vi.waitFor(() => expect(notes).toHaveLength(1), { timeout: 100_000 })
  expect(notes[0]).toMatch(/^no live tail of \/shop: logs:StartLiveTail is not allowed/)
  group.put(1)
  await until([1])
})
