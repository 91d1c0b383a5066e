import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import type { Decoded } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'
import { tap } from '../../src/taps/sqs.js'
import type { Consent } from '../../src/taps/tap.js'
import { type Answer, type QueueDouble, queueDouble } from '../testbed/queue-double.js'

const decode = createDecoder({ mapping: createMapping({ maps: ['id=$.id'] }) })

let sqs: QueueDouble
let stop: AbortController
let notes: string[]
let seen: string[]
const taken = new WeakSet<Decoded>()
beforeEach(async () => {
  sqs = await queueDouble()
  stop = new AbortController()
  notes = []
  seen = []
  const env = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'eu-west-1' }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
})
afterEach(() => {
  stop.abort()
  sqs.stop()
  vi.unstubAllEnvs()
})

const open = (...consents: Consent[]) =>
  tap.open('sqs://orders', {
    ...{ start: undefined, follow: undefined, aliases: {}, cwd: '.', decode, pollMs: 20 },
    ...{ stdin: new PassThrough(), isWanted: () => true, signal: stop.signal, filter: undefined },
    ...{ aws: { endpointUrl: sqs.url }, taken },
    consents: new Set<Consent>(['intrusive', ...consents]),
    onFault: (path, { detail }) => notes.push(`${path} ${detail}`),
    onNote: (text) => notes.push(text.replace(/ \d+\.\d s$/, '')),
  })

async function watch(batches = open()): Promise<void> {
  for await (const batch of batches) {
    for (const one of batch) {
      seen.push(one.kind === 'event' ? String(one.event.id) : one.undecodable.detail)
      taken.add(one)
    }
  }
}

const message = (id: string, received = 1) => ({
  ...{ MessageId: `m-${id}`, ReceiptHandle: `r-${id}`, Body: JSON.stringify({ id }) },
  Attributes: { ApproximateReceiveCount: `${received}`, SentTimestamp: '1793541727301' },
})
const messages = (...ids: string[]): Answer => ({
  body: { Messages: ids.map((id) => message(id)) },
})
const nothing: Answer = { body: {} }

async function until(isSo: () => boolean) {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

const askedOf = (action: string) =>
  sqs.asked.filter((one) => one.action === action).map(({ body }) => body)

describe('a queue that fails for a while', () => {
  test.each<[string, Answer[], string]>([
    ['is throttled', Array(4).fill({ error: 'ThrottlingException' }), 'ThrottlingException'],
    ['has too many in flight', Array(4).fill({ error: 'OverLimit' }), 'OverLimit'],
    ['fails itself', Array(4).fill({ error: 'InternalError', status: 500 }), 'InternalError'],
    ['has a gateway that answers in HTML', Array(4).fill({ html: 503 }), 'HTTP 503'],
    ['is cut off', Array(4).fill('cut'), 'ECONNRESET'],
  ])('%s: that is said, and when it is back', async (_, faults, name) => {
    sqs.answers('ReceiveMessage', messages('a'), ...faults, messages('b'), nothing)
    const ended = watch()
    await until(() => seen.length === 2)
    stop.abort()
    await ended
    expect(seen).toEqual(['a', 'b'])
    expect(notes).toEqual([
      expect.stringMatching(new RegExp(`^sqs://orders does not answer: ${name}; evt tries again$`)),
      'sqs://orders is back after',
    ])
  })
})

describe('a queue that fails for good', () => {
  test.each<[string, Answer, object]>([
    [
      'whose credentials expire',
      { error: 'ExpiredTokenException' },
      {
        code: 'outside',
        message: 'the AWS credentials are not valid, or no longer (ExpiredTokenException)',
      },
    ],
    [
      'that is removed',
      { error: 'QueueDoesNotExist' },
      { code: 'usage', message: 'there is no queue orders in eu-west-1' },
    ],
    [
      'whose proxy answers in HTML',
      { html: 200 },
      {
        code: 'outside',
        message: expect.stringMatching(
          /^sqs:ReceiveMessage fails on the queue orders \(\w+\): the answer is not AWS's \(HTTP/,
        ),
      },
    ],
    [
      'whose proxy forbids it in HTML',
      { html: 403 },
      {
        code: 'outside',
        message: expect.stringMatching(/the answer is not AWS's \(HTTP 403\)$/),
      },
    ],
  ])('%s: that ends it, and what was received is given back', async (_, fault, error) => {
    sqs.answers('ReceiveMessage', messages('a'), fault)
    await expect(watch()).rejects.toMatchObject(error)
    expect(seen).toEqual(['a'])
    const back = [{ Id: '0', ReceiptHandle: 'r-a', VisibilityTimeout: 0 }]
    expect(askedOf('ChangeMessageVisibilityBatch')[0]).toMatchObject({ Entries: back })
  })

  test.each([
    ['GetQueueUrl', 'GetQueueUrl'],
    ['GetQueueAttributes', 'GetQueueAttributes'],
    ['ReceiveMessage', 'ReceiveMessage'],
    ['ChangeMessageVisibilityBatch', 'ChangeMessageVisibility'],
    ['DeleteMessageBatch', 'DeleteMessage'],
  ])('without permission for %s names it, and all that it takes', async (call, action) => {
    sqs.answers('ReceiveMessage', messages('a'), nothing)
    sqs.answers(call, { error: 'AccessDeniedException' })
    const isConsumed = action === 'DeleteMessage'
    await expect(watch(isConsumed ? open('consume') : open())).rejects.toMatchObject({
      code: 'outside',
      message: `sqs:${action} is not allowed on the queue orders`,
      hint: expect.stringContaining('it takes sqs:GetQueueUrl, sqs:GetQueueAttributes, sqs:'),
    })
  })
})

describe('entries of a batch that are refused', () => {
  const refused = (Code: string, SenderFault: boolean): Answer => ({
    body: { Failed: [{ Id: '1', Code, SenderFault }] },
  })

  test('by chance are tried again alone', async () => {
    sqs.answers('ReceiveMessage', messages('a', 'b', 'c'), nothing)
    sqs.answers('ChangeMessageVisibilityBatch', refused('InternalError', false), nothing)
    const ended = watch()
    await until(() => askedOf('ChangeMessageVisibilityBatch').length === 2)
    stop.abort()
    await ended
    expect(askedOf('ChangeMessageVisibilityBatch')[1]).toMatchObject({
      Entries: [{ Id: '0', ReceiptHandle: 'r-b', VisibilityTimeout: 0 }],
    })
    expect(notes).toEqual([])
  })

  test('since SQS fails as a whole are tried again, then said', async () => {
    sqs.answers('ReceiveMessage', messages('a'), nothing)
    sqs.answers('ChangeMessageVisibilityBatch', { html: 502 })
    const ended = watch()
    await until(() => notes.length > 0)
    stop.abort()
    await ended
    expect(notes).toEqual([
      'sqs://orders: 1 message could not be given back (HTTP 502): hidden for up to 10 s',
    ])
  })

  test('for good are said', async () => {
    sqs.answers('ReceiveMessage', messages('a', 'b'), nothing)
    sqs.answers('ChangeMessageVisibilityBatch', refused('InvalidParameterValue', true), nothing)
    const ended = watch()
    await until(() => notes.length > 0)
    stop.abort()
    await ended
    expect(notes).toEqual([
      'sqs://orders: 1 message could not be given back (InvalidParameterValue): ' +
        'hidden for up to 10 s',
    ])
  })

  test('when they are deleted are said, and deleted when they come again, not shown', async () => {
    sqs.answers('ReceiveMessage', messages('a', 'b'), nothing, messages('b'), nothing)
    sqs.answers('DeleteMessageBatch', refused('ReceiptHandleIsInvalid', true), nothing)
    const ended = watch(open('consume'))
    await until(() => askedOf('DeleteMessageBatch').length === 2)
    stop.abort()
    await ended
    expect(seen).toEqual(['a', 'b'])
    expect(notes).toEqual(['sqs://orders: 1 message could not be deleted (ReceiptHandleIsInvalid)'])
  })
})

test('what is held is given back although nobody asks for more', async () => {
  sqs.answers('ReceiveMessage', messages('a'), messages('b'), nothing)
  const batches = open()
  expect((await batches.next()).done).toBe(false)
  await until(() => askedOf('ChangeMessageVisibilityBatch').length > 0)
  expect(askedOf('ReceiveMessage')).toHaveLength(1)
  stop.abort()
  await batches.return(undefined)
})

test('what the reader did not take is not deleted', async () => {
  sqs.answers('ReceiveMessage', messages('a', 'b'), nothing)
  const batches = open('consume')
  const { value } = await batches.next()
  const [first] = value as Decoded[]
  if (first) taken.add(first)
  await batches.return(undefined)
  expect(askedOf('DeleteMessageBatch')).toMatchObject([{ Entries: [{ ReceiptHandle: 'r-a' }] }])
  expect(askedOf('ChangeMessageVisibilityBatch')).toMatchObject([
    { Entries: [{ ReceiptHandle: 'r-b' }] },
  ])
})

test('what was received ahead is given back where deleting is not allowed', async () => {
  sqs.answers('ReceiveMessage', messages('a'), messages('b'), messages('c'), nothing)
  sqs.answers('DeleteMessageBatch', { error: 'AccessDeniedException' })
  await expect(watch(open('consume'))).rejects.toMatchObject({ code: 'outside' })
  const back = askedOf('ChangeMessageVisibilityBatch').flatMap(({ Entries }) => Entries)
  const asked = askedOf('DeleteMessageBatch').flatMap(({ Entries }) => Entries)
  expect(back.length + asked.length).toBe(3)
})

test.each([
  { consents: [], seconds: 10 },
  { consents: ['consume' as const], seconds: 30 },
])('it ends although SQS is silent, and says what stays hidden', async ({ consents, seconds }) => {
  sqs.answers('ReceiveMessage', messages('a'), 'silence')
  sqs.answers('DeleteMessageBatch', 'silence')
  sqs.answers('ChangeMessageVisibilityBatch', 'silence')
  const batches = open(...consents)
  await batches.next()
  stop.abort()
  await batches.return(undefined)
  expect(notes).toEqual([
    'sqs://orders: 1 message could not be given back (SQS did not answer in time): ' +
      `hidden for up to ${seconds} s`,
  ])
})

test('from the latest on, what was there before is not shown', async () => {
  const now = { ...message('new'), Attributes: { SentTimestamp: `${Date.now() + 60_000}` } }
  sqs.answers('ReceiveMessage', { body: { Messages: [message('old'), now] } }, nothing)
  const batches = tap.open('sqs://orders', {
    ...{ start: 'latest', follow: false, aliases: {}, cwd: '.', decode, pollMs: 20 },
    ...{ stdin: new PassThrough(), isWanted: () => true, signal: stop.signal, filter: undefined },
    ...{ aws: { endpointUrl: sqs.url }, consents: new Set<Consent>(['intrusive']) },
    onFault: () => {},
    onNote: () => {},
  })
  await watch(batches)
  expect(seen).toEqual(['new'])
})
