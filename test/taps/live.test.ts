import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { describeWith } from '../helpers/needs.js'
import { listing } from '../testbed/account.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

// The built evt follows topics and buses; boto3 publishes.

const arn = (topic: string) => `arn:aws:sns:eu-west-1:123456789012:${topic}`
const READY = 'from now on'

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('evt tail', () => {
  let moto: Moto
  let at: Stage
  let before: Awaited<ReturnType<typeof listing>>
  beforeAll(async () => {
    moto = await startMoto()
  })
  afterAll(() => moto.stop())
  beforeEach(async () => {
    at = stage(moto.env)
    await moto.reset()
    await moto.call('sns', 'create_topic', { Name: 'orders' })
    const fifo = { Name: 'orders.fifo', Attributes: { FifoTopic: 'true' } }
    await moto.call('sns', 'create_topic', fifo)
    await moto.call('events', 'create_event_bus', { Name: 'shop' })
    const EventPattern = '{"detail-type":["order.placed"]}'
    await moto.call('events', 'put_rule', { Name: 'placed', EventBusName: 'shop', EventPattern })
    before = await listing(moto)
  })
  afterEach(() => at.remove())

  const publish = (n: number, more: Record<string, unknown> = {}) =>
    moto.call('sns', 'publish', { TopicArn: arn('orders'), Message: `{"n":${n}}`, ...more })
  const put = (...types: string[]) =>
    moto.call('events', 'put_events', {
      Entries: types.map((type, n) => {
        return { Source: 'shop', DetailType: type, Detail: `{"n":${n}}`, EventBusName: 'shop' }
      }),
    })
  const tail = (...args: string[]) => startEvt(['tail', ...args], at)
  const gc = async (...args: string[]) => {
    const run = startEvt(['gc', ...args], at)
    const { exit } = await run.end
    return { exit, out: run.out.text, err: run.err.text }
  }

  test('of a standard topic gives what is published, with all its times', async () => {
    const evt = tail('sns://orders', '-o', 'ndjson', '--limit', '2')
    await evt.said(READY)
    const ids = [await publish(1), await publish(2)].map(({ MessageId }) => MessageId)
    expect(await evt.end).toEqual({ exit: 0, signal: null })
    const events = (await evt.lines(2)).map((text) => JSON.parse(text))
    expect(events.map(({ id }) => id).sort()).toEqual([...ids].sort())
    for (const event of events) {
      expect(event).toMatchObject({ envelopes: ['sqs', 'sns'], attempt: 1 })
      expect(event.position.path).toMatch(/^sns:\/\/orders\/[\w-]+$/)
      const names = event.stamps.map(({ name }: { name: string }) => name)
      expect(names).toContain('Timestamp')
      expect(Date.parse(event.receivedAt)).toBeGreaterThanOrEqual(Date.parse(event.time))
    }
    expect(await listing(moto)).toEqual(before)
  })

  test('of a FIFO topic keeps the order of each group', async () => {
    const evt = tail(arn('orders.fifo'), '-o', 'ndjson', '--limit', '40')
    await evt.said(READY)
    const sent: Record<string, number[]> = { a: [], b: [] }
    for (let n = 0; n < 40; n++) {
      const MessageGroupId = n % 3 === 0 ? 'a' : 'b'
      sent[MessageGroupId]?.push(n)
      const more = { MessageGroupId, MessageDeduplicationId: `d-${n}` }
      await publish(n, { TopicArn: arn('orders.fifo'), ...more })
    }
    expect((await evt.end).exit).toBe(0)
    const seen: Record<string, number[]> = { a: [], b: [] }
    for (const text of await evt.lines(40)) {
      const { key, payload } = JSON.parse(text)
      seen[key]?.push(payload.n)
    }
    expect(seen).toEqual(sent)
    expect(await listing(moto)).toEqual(before)
  })

  test('has SNS choose by --filter what it can, and chooses the rest', async () => {
    const filter = '{"n":[1,2,3],"kind":[{"anything-but":"test"}]}'
    const evt = tail('sns://orders', '-o', 'ndjson', '--limit', '1', '--filter', filter)
    await evt.said(READY)
    const [own] = (await listing(moto)).subscriptions
    const of = { SubscriptionArn: Reflect.get(own ?? {}, 'SubscriptionArn') }
    const { Attributes } = await moto.call('sns', 'get_subscription_attributes', of)
    expect(Attributes).toMatchObject({
      FilterPolicy: '{"n":[1,2,3]}',
      FilterPolicyScope: 'MessageBody',
      RawMessageDelivery: 'false',
    })
    await publish(9, { Message: '{"n":4,"kind":"order"}' })
    await publish(9, { Message: '{"n":1,"kind":"test"}' })
    await publish(9, { Message: '{"n":2,"kind":"order"}' })
    expect((await evt.end).exit).toBe(0)
    expect(JSON.parse((await evt.lines(1))[0] ?? '').payload).toEqual({ n: 2, kind: 'order' })
    expect(evt.err.text).toContain('sns://orders: SNS chooses by --filter; messages whose body')
  })

  test('chooses itself where SNS does not take --filter', async () => {
    // moto knows no blocks of addresses.
    const filter = '{"ip":[{"cidr":"10.0.0.0/24"}]}'
    const evt = tail('sns://orders', '-o', 'ndjson', '--limit', '1', '--filter', filter)
    await evt.said(READY)
    expect(evt.err.text).toContain('sns://orders: SNS does not take --filter, evt chooses: ')
    await publish(9, { Message: '{"ip":"10.0.1.1"}' })
    await publish(9, { Message: '{"ip":"10.0.0.1"}' })
    expect((await evt.end).exit).toBe(0)
    expect(JSON.parse((await evt.lines(1))[0] ?? '').payload).toEqual({ ip: '10.0.0.1' })
    expect(await listing(moto)).toEqual(before)
  })

  test.each([
    ['eventbridge://shop', ['order.placed', 'order.paid', 'order.placed'], []],
    ['eventbridge://shop/placed', ['order.placed', 'order.placed'], []],
    ['eventbridge://shop', ['order.paid'], ['--filter', '{"detail-type":[{"suffix":"paid"}]}']],
    ['eventbridge://shop/placed', ['order.placed'], ['--filter', '{"detail":{"n":[2]}}']],
  ])('of %s gives %j with %j', async (address, types, flags) => {
    const limit = `${types.length}`
    const evt = tail(address, '-o', 'ndjson', '--limit', limit, ...flags)
    await evt.said('from now on, through the queue')
    await put('order.placed', 'order.paid', 'order.placed')
    expect((await evt.end).exit).toBe(0)
    const events = (await evt.lines(types.length)).map((text) => JSON.parse(text))
    expect(events.map(({ type }) => type)).toEqual(types)
    expect(events[0]).toMatchObject({ source: 'shop', envelopes: ['sqs', 'eventbridge'] })
    expect(await listing(moto)).toEqual(before)
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ends by %s and leaves nothing',
    async (signal) => {
      const evt = tail('sns://orders', 'eventbridge://shop', '-o', 'ndjson')
      await evt.said('sns://orders: what is published from now on')
      await evt.said('eventbridge://shop: what is put from now on')
      expect((await listing(moto)).queues).toHaveLength(2)
      evt.kill(signal)
      expect(await evt.end).toEqual({ exit: 130, signal: null })
      expect(await listing(moto)).toEqual(before)
    },
  )

  test('whose reader has gone ends quietly and leaves nothing', async () => {
    const evt = tail('sns://orders', '-o', 'ndjson', '--quiet')
    while ((await listing(moto)).subscriptions.length === 0) await setTimeout(20)
    evt.closeOutput()
    await publish(1)
    await publish(2)
    expect(await evt.end).toEqual({ exit: 0, signal: null })
    expect(evt.err.text).toBe('')
    expect(await listing(moto)).toEqual(before)
  })

  test('whose output cannot be written says so and leaves nothing', async () => {
    const evt = startEvt(['-c', 'exec evt tail sns://orders > /dev/full'], at, 'sh')
    await evt.said(READY)
    await publish(1)
    expect(await evt.end).toEqual({ exit: 3, signal: null })
    expect(evt.err.text).toContain('evt: cannot write the output: no space left on device\n')
    expect(await listing(moto)).toEqual(before)
  })

  test.each(['sns://orders', 'eventbridge://shop'])(
    'of %s whose time is over before it is set up ends as any other',
    async (source) => {
      const evt = tail(source, '--duration', '1ms')
      expect(await evt.end).toEqual({ exit: 0, signal: null })
      expect(evt.err.text).toBe(`observe  ${source}\n`)
      expect(await listing(moto)).toEqual(before)
    },
  )

  test('changes nothing for a consumer beside it', async () => {
    const consumed = async (isTapped: boolean) => {
      const queues = await consumers(isTapped ? 'tapped' : 'alone')
      const evt = isTapped ? tail('sns://orders', 'eventbridge://shop', '-o', 'ndjson') : undefined
      await evt?.said('sns://orders: what is published from now on')
      await evt?.said('eventbridge://shop: what is put from now on')
      for (let n = 0; n < 10; n++) await publish(n)
      for (let n = 0; n < 5; n++) await put('order.placed', 'order.paid')
      await evt?.lines(20)
      evt?.kill('SIGTERM')
      await evt?.end
      const seen = []
      for (const QueueUrl of queues) seen.push(await drain(QueueUrl))
      return seen
    }
    const alone = await consumed(false)
    expect(await consumed(true)).toEqual(alone)
    expect(alone.map(({ length }) => length)).toEqual([10, 5])
  })

  /** Queues behind the topic and behind the rule. */
  async function consumers(name: string): Promise<string[]> {
    const urls: string[] = []
    for (const of of ['topic', 'rule']) {
      const made = await moto.call('sqs', 'create_queue', { QueueName: `${name}-${of}` })
      urls.push(String(made['QueueUrl']))
    }
    const queue = (of: string) => `arn:aws:sqs:eu-west-1:123456789012:${name}-${of}`
    const to = { TopicArn: arn('orders'), Protocol: 'sqs', Endpoint: queue('topic') }
    await moto.call('sns', 'subscribe', to)
    const Targets = [{ Id: name, Arn: queue('rule') }]
    await moto.call('events', 'put_targets', { Rule: 'placed', EventBusName: 'shop', Targets })
    return urls
  }

  /** What a consumer gets, apart from ids and times. */
  async function drain(QueueUrl: string): Promise<unknown[]> {
    const seen: unknown[] = []
    for (;;) {
      const asked = { QueueUrl, MaxNumberOfMessages: 10, AttributeNames: ['All'] }
      const { Messages = [] } = await moto.call('sqs', 'receive_message', asked)
      if ((Messages as unknown[]).length === 0) return seen
      for (const { Body, Attributes } of Messages as Received[]) {
        const { Message, detail } = JSON.parse(Body)
        seen.push({ Message, detail, count: Attributes['ApproximateReceiveCount'] })
      }
    }
  }

  describe('that is killed', () => {
    const killed = async () => {
      const evt = tail('sns://orders', 'sns://orders.fifo', 'eventbridge://shop', '-o', 'ndjson')
      for (const what of ['sns://orders:', 'sns://orders.fifo:', 'eventbridge://shop:']) {
        await evt.said(`${what} what is pu`)
      }
      evt.kill('SIGKILL')
      await evt.end
    }

    test('leaves what evt gc finds, and evt gc --all removes', async () => {
      await killed()
      expect((await listing(moto)).queues).toHaveLength(3)
      const shown = await gc('--dry-run')
      expect(shown).toMatchObject({ exit: 0, err: '' })
      const lines = shown.out.split('\n')
      expect(lines[0]).toBe('account 123456789012, region eu-west-1')
      const kinds = lines.map((line) => line.split(' ')[0]).filter((word) => word !== '')
      expect(kinds.slice(2, -1)).toEqual([
        ...['subscription', 'subscription', 'rule', 'queue', 'queue', 'queue'],
      ])
      const kept = '6 not expired: --all removes them, too, also under who uses them'
      expect(lines.at(-2)).toBe(kept)
      expect(await gc('--yes')).toMatchObject({ exit: 0, err: '' })
      expect((await listing(moto)).queues).toHaveLength(3)
      const unasked = await gc('--all')
      expect(unasked.exit).toBe(2)
      expect(unasked.err).toBe(
        'evt: nothing was removed: there is no terminal to ask on\n     evt gc --all --yes\n',
      )
      expect((await listing(moto)).queues).toHaveLength(3)
      const { exit, out } = await gc('--all', '--yes')
      expect({ exit, last: out.split('\n').at(-2) }).toEqual({ exit: 0, last: '6 removed' })
      expect(await listing(moto)).toEqual(before)
      expect((await gc('--all', '--yes')).out).toBe(
        'account 123456789012, region eu-west-1: nothing of evt is left over\n',
      )
    })

    test('leaves what has expired some hours later, as JSON', async () => {
      await killed()
      const { queues } = await listing(moto)
      const url = (name: string | undefined) => `${moto.url}/123456789012/${name}`
      const standard = queues.filter((name) => !name?.endsWith('.fifo'))
      for (const name of standard) {
        const Tags = { 'evt:expires': '2026-01-01T00:00:00.000Z' }
        await moto.call('sqs', 'tag_queue', { QueueUrl: url(name), Tags })
      }
      const { exit, out } = await gc('--yes', '-o', 'json')
      const { schema, found, faults } = JSON.parse(out)
      expect({ exit, schema, faults }).toEqual({ exit: 0, schema: 'evt.gc/1', faults: [] })
      const told = found.map((one: Record<string, unknown>) => [
        one['kind'],
        one['of'],
        one['outcome'],
      ])
      expect(told.sort()).toEqual([
        ['queue', null, 'kept'],
        ['queue', null, 'removed'],
        ['queue', null, 'removed'],
        ['rule', 'shop', 'kept'],
        ['subscription', 'orders', 'removed'],
        ['subscription', 'orders.fifo', 'kept'],
      ])
      for (const { owner } of found) expect(owner).toBe('arn:aws:sts::123456789012:user/moto')
    })

    test('leaves a subscription that is found although its queue is gone', async () => {
      await killed()
      for (const name of (await listing(moto)).queues) {
        await moto.call('sqs', 'delete_queue', { QueueUrl: `${moto.url}/123456789012/${name}` })
      }
      const { out } = await gc('--yes')
      expect(out.split('\n').at(-2)).toMatch(/^2 removed, 1 not expired/)
      expect((await listing(moto)).subscriptions).toEqual([])
    })
  })

  test('is not taken for what somebody else named so', async () => {
    const theirs = 'evt-tap-0123456789ab'
    await moto.call('sqs', 'create_queue', { QueueName: theirs })
    await moto.call('sqs', 'create_queue', { QueueName: 'evt-tap-mine' })
    const Endpoint = `arn:aws:sqs:eu-west-1:123456789012:${theirs}`
    await moto.call('sns', 'subscribe', { TopicArn: arn('orders'), Protocol: 'sqs', Endpoint })
    const at = { EventBusName: 'shop', EventPattern: '{"source":["x"]}' }
    await moto.call('events', 'put_rule', { Name: theirs, ...at })
    const made = await listing(moto)
    expect((await gc('--all', '--yes')).out).toMatch(/: nothing of evt is left over\n$/)
    expect(await listing(moto)).toEqual(made)
  })
})

interface Received {
  Body: string
  Attributes: Record<string, string>
}
