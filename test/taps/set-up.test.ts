import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { tagsOf } from '../../src/aws/own-resources.js'
import { createDecoder } from '../../src/envelopes/decode.js'
import { EvtError } from '../../src/errors.js'
import { createMapping } from '../../src/event/mapping.js'
import { leftInAccount } from '../../src/leftovers/in-account.js'
import { faultOf, gcRun } from '../../src/leftovers/run.js'
import { tapFor } from '../../src/taps/index.js'
import type { TapOptions } from '../../src/taps/tap.js'
import { describeWith } from '../helpers/needs.js'
import { listing } from '../testbed/account.js'
import { type Asked, denied, type Fault, type Faulty, startFaulty } from '../testbed/faulty.js'
import { KinesisDouble } from '../testbed/kinesis-double.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'
import { StreamModel } from '../testbed/stream-model.js'

/** What each tap asks of AWS until it receives, in this order. */
const steps: Readonly<Record<string, readonly string[]>> = {
  'sns://orders': ['GetCallerIdentity', 'GetTopicAttributes', 'CreateQueue', 'Subscribe'],
  'sns://orders.fifo': ['GetCallerIdentity', 'GetTopicAttributes', 'CreateQueue', 'Subscribe'],
  'eventbridge://shop': ['GetCallerIdentity', 'PutRule', 'CreateQueue', 'PutTargets'],
  'eventbridge://shop/placed': [
    ...['GetCallerIdentity', 'DescribeRule', 'PutRule', 'CreateQueue', 'PutTargets'],
  ],
}
const each = Object.entries(steps).flatMap(([address, actions]) =>
  actions.map((action) => [address, action] as const),
)

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('a tap', () => {
  let moto: Moto
  let faulty: Faulty
  let before: Awaited<ReturnType<typeof listing>>
  let notes: string[]
  beforeAll(async () => {
    moto = await startMoto()
    Object.assign(process.env, moto.env)
    faulty = await startFaulty(moto.url)
    await moto.call('sns', 'create_topic', { Name: 'orders' })
    const fifo = { Name: 'orders.fifo', Attributes: { FifoTopic: 'true' } }
    await moto.call('sns', 'create_topic', fifo)
    await moto.call('events', 'create_event_bus', { Name: 'shop' })
    const EventPattern = '{"detail-type":["placed"]}'
    await moto.call('events', 'put_rule', { Name: 'placed', EventBusName: 'shop', EventPattern })
    before = await listing(moto)
  })
  afterAll(async () => {
    await faulty.stop()
    await moto.stop()
  })
  beforeEach(() => {
    faulty.asked.length = 0
    faulty.fault = () => undefined
    notes = []
  })
  afterEach(() => void vi.unstubAllEnvs())

  const decode = createDecoder({ mapping: createMapping({ maps: [] }) })
  async function opened(address: string, signal: AbortSignal, more: Partial<TapOptions> = {}) {
    const { tap } = await tapFor(address, { cwd: '.', aliases: {} })
    return tap.open(address, {
      ...{ start: undefined, follow: undefined, aliases: {}, cwd: '.', decode, signal },
      ...{ stdin: process.stdin, isWanted: () => true, onFault: () => {} },
      ...{ aws: { endpointUrl: faulty.url }, consents: new Set(), filter: undefined },
      onNote: (text) => notes.push(text),
      ...more,
    })
  }
  const failing = (action: string, fault: (asked: Asked) => Fault) => (asked: Asked) =>
    asked.operation === action ? fault(asked) : undefined

  test.each(each)(
    'of %s that is not allowed %s names it and leaves nothing',
    async (address, action) => {
      faulty.fault = failing(action, denied)
      const failure = await (await opened(address, new AbortController().signal))
        .next()
        .catch((e) => e)
      expect(failure).toBeInstanceOf(EvtError)
      expect(failure).toMatchObject({ code: 'outside' })
      expect(failure.message).toMatch(new RegExp(`^\\w+:${action} is not allowed on the `))
      if (action !== 'GetCallerIdentity')
        expect(failure.hint).toMatch(/^it takes .*sqs:CreateQueue/)
      expect(await listing(moto)).toEqual(before)
      expect(notes).toEqual([])
    },
  )

  test.each(each)(
    'of %s whose %s was done and not answered leaves nothing',
    async (address, action) => {
      faulty.fault = failing(action, () => 'lost')
      const failure = await (await opened(address, new AbortController().signal))
        .next()
        .catch((e) => e)
      expect(failure).toBeInstanceOf(EvtError)
      expect(failure.message).toMatch(new RegExp(`^\\w+:${action} fails on the .*\\(ECONNRESET\\)`))
      expect(await listing(moto)).toEqual(before)
      expect(notes).toEqual([])
    },
  )

  test.each(each)('of %s that is interrupted at %s leaves nothing', async (address, action) => {
    const stop = new AbortController()
    faulty.fault = ({ operation }) => {
      if (operation === action) stop.abort()
      return undefined
    }
    const end = await (await opened(address, stop.signal)).next().catch((e) => e)
    if (end instanceof EvtError) expect(end.code).toBe('interrupted')
    else expect(end).toEqual({ done: true, value: undefined })
    expect(await listing(moto)).toEqual(before)
  })

  test.each(Object.keys(steps))('of %s asks for what it says, and removes it', async (address) => {
    const stop = new AbortController()
    let during: unknown
    const onReady = () => {
      during = listing(moto)
      setTimeout(() => stop.abort(), 300)
    }
    const batches = await opened(address, stop.signal, { onReady })
    expect(await batches.next()).toEqual({ done: true, value: undefined })
    expect(await during).not.toEqual(before)
    const { tap } = await tapFor(address, { cwd: '.', aliases: {} })
    const allowed = new Set([
      'GetCallerIdentity',
      ...tap.iamActions.map((one) => one.split(':')[1]),
    ])
    const actions = faulty.asked.map(({ operation }) => operation)
    expect(actions.filter((action) => !allowed.has(action))).toEqual([])
    expect(actions.slice(0, steps[address]?.length)).toEqual(steps[address])
    expect(await listing(moto)).toEqual(before)
  })

  test('tells what it could not remove, and removes the rest', async () => {
    faulty.fault = (asked) =>
      /^(ReceiveMessage|DeleteQueue)$/.test(asked.operation) ? denied(asked) : undefined
    const batches = await opened('sns://orders', new AbortController().signal)
    const failure = await batches.next().catch((error) => error)
    expect(failure.message).toMatch(/^sqs:ReceiveMessage is not allowed on the queue evt-tap-/)
    const { queues, subscriptions } = await listing(moto)
    expect({ queues: queues.length, subscriptions }).toEqual({ queues: 1, subscriptions: [] })
    const [name] = queues
    const reason = `sqs:DeleteQueue is not allowed on the queue ${name}`
    expect(notes.at(-1)).toBe(`the queue ${name} is left over: ${reason}; evt gc --all removes it`)
    await moto.call('sqs', 'delete_queue', { QueueUrl: `${moto.url}/123456789012/${name}` })
  })

  test('waits while AWS is busy, and says so once', async () => {
    let pages = 0
    const stop = new AbortController()
    const page = { status: 503, body: '<html>busy</html>' }
    faulty.fault = ({ operation }) =>
      operation === 'ReceiveMessage' && pages++ < 4 ? page : undefined
    const onReady = async () => {
      const topic = 'arn:aws:sns:eu-west-1:123456789012:orders'
      await moto.call('sns', 'publish', { TopicArn: topic, Message: '{"n":1}' })
    }
    const batches = await opened('sns://orders', stop.signal, { onReady: () => void onReady() })
    const { value } = await batches.next()
    expect(value).toHaveLength(1)
    expect(notes.filter((note) => note.includes('does not answer'))).toHaveLength(1)
    expect(notes.filter((note) => note.includes('is back'))).toHaveLength(1)
    await batches.return(undefined)
    expect(await listing(moto)).toEqual(before)
  })

  const survey = () => {
    const aws = { endpointUrl: faulty.url }
    return leftInAccount(aws, { signal: new AbortController().signal, nowMs: Date.now() })
  }
  /** A tap that ends without removing anything, as when evt is killed. */
  async function leave(address: string): Promise<void> {
    const stop = new AbortController()
    faulty.fault = (asked) =>
      /^(Delete|Unsubscribe|Remove)/.test(asked.operation) ? denied(asked) : undefined
    const batches = await opened(address, stop.signal, { onReady: () => stop.abort() })
    await batches.next()
    faulty.fault = () => undefined
  }

  test.each([
    // A subscription goes with its queue: one that is there, and not known, keeps it.
    ['ListQueues', 'queues: sqs:ListQueues', ['rule: removed']],
    [
      'ListSubscriptions',
      'subscriptions: sns:ListSubscriptions',
      ['rule: removed', 'queue: removed'],
    ],
    ['ListRules', 'rules: events:ListRules', ['subscription: removed', 'queue: removed']],
    [
      'DeleteRule',
      'events:DeleteRule',
      ['subscription: removed', 'rule: failed', 'queue: removed'],
    ],
  ])(
    'leaves what evt gc removes as far as it may where it may not %s',
    async (action, told, done) => {
      for (const address of ['sns://orders', 'eventbridge://shop']) await leave(address)
      faulty.fault = failing(action, denied)
      const run = gcRun(await survey(), true)
      await run.remove(new AbortController().signal)
      const outcomes = run.listed.map(({ leftover, outcome }) => `${leftover.kind}: ${outcome}`)
      expect([...new Set(outcomes)]).toEqual(done)
      const fault = faultOf(run)
      expect(fault?.code).toBe('outside')
      expect(fault?.hint).toMatch(/^it takes sqs:ListQueues, .*, kinesis:DeregisterStreamConsumer$/)
      expect(fault?.message).toContain(`${told} is not allowed on `)
      faulty.fault = () => undefined
      await gcRun(await survey(), true).remove(new AbortController().signal)
      await gcRun(await survey(), true).remove(new AbortController().signal)
      expect(await listing(moto)).toEqual(before)
    },
  )

  test('leaves a subscription that is found behind a hundred others', async () => {
    const TopicArn = 'arn:aws:sns:eu-west-1:123456789012:orders'
    const subscribe = (name: string) => {
      const Endpoint = `arn:aws:sqs:eu-west-1:123456789012:${name}`
      return moto.call('sns', 'subscribe', { TopicArn, Protocol: 'sqs', Endpoint })
    }
    for (let n = 0; n < 120; n++) await subscribe(`theirs-${n}`)
    await subscribe('evt-tap-0123456789ab')
    const { found, gaps } = await survey()
    expect(gaps).toEqual([])
    expect(found).toMatchObject([
      { kind: 'subscription', name: 'evt-tap-0123456789ab', of: 'orders', isExpired: true },
    ])
    await gcRun({ where: '', found, gaps }, false).remove(new AbortController().signal)
    expect((await listing(moto)).subscriptions.length).toBeLessThan(121)
    expect((await survey()).found).toEqual([])
  })

  test('leaves a consumer of a stream, and none of anybody else is removed', async () => {
    const model = new StreamModel('orders', 1)
    const double = new KinesisDouble(model)
    await double.start()
    vi.stubEnv('AWS_ENDPOINT_URL', faulty.url)
    vi.stubEnv('AWS_ENDPOINT_URL_KINESIS', double.url)
    const left = 'evt-tap-0123456789ab'
    for (const [name, tags] of [
      [left, tagsOf({ owner: 'ann', expiresMs: 1_700_000_000_000 })],
      ['evt-tap-0123456789ac', {}],
      ['billing', {}],
    ] as const) {
      const arn = `${model.arn}/consumer/${name}:1`
      double.calls.consumers.set(arn, { name, arn, tags })
    }
    const { signal } = new AbortController()
    const { found, gaps } = await leftInAccount({}, { signal, nowMs: Date.now() })
    expect(gaps).toEqual([])
    expect(found).toMatchObject([{ kind: 'consumer', name: left, of: 'orders', isExpired: true }])
    await gcRun({ where: '', found, gaps }, false).remove(signal)
    const names = [...double.calls.consumers.values()].map(({ name }) => name)
    expect(names).toEqual(['evt-tap-0123456789ac', 'billing'])
    await double.stop()
  })
})
