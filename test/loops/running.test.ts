import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { describeWith } from '../helpers/needs.js'
import { listing } from '../testbed/account.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

// A loop that runs: a rule puts events into a queue, and whoever consumes it puts another event.

const timeoutMs = 200_000
const MOST_TURNS = 10
const QUEUE = 'arn:aws:sqs:eu-west-1:123456789012:again'
const named = { Name: 'again', EventBusName: 'shop' }

interface Message {
  Body: string
  ReceiptHandle: string
}

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('evt loops', () => {
  let moto: Moto
  let at: Stage
  let QueueUrl: unknown
  beforeAll(async () => {
    moto = await startMoto()
    at = stage(moto.env)
    const queue = await moto.call('sqs', 'create_queue', { QueueName: 'again' })
    QueueUrl = queue['QueueUrl']
    await moto.call('events', 'create_event_bus', { Name: 'shop' })
    await moto.call('events', 'put_rule', { ...named, EventPattern: '{"source":["shop"]}' })
    const Targets = [{ Id: 'again', Arn: QUEUE }]
    await moto.call('events', 'put_targets', { Rule: 'again', EventBusName: 'shop', Targets })
    await moto.call('events', 'put_rule', {
      ...{ Name: 'other', EventBusName: 'shop', EventPattern: '{"source":["bank"]}' },
    })
    await moto.call('events', 'put_rule', {
      ...{ Name: 'off', EventBusName: 'shop', State: 'DISABLED' },
      EventPattern: '{"source":["shop"]}',
    })
  })
  afterAll(async () => {
    at.remove()
    await moto.stop()
  })

  const put = async (cause: string | null) => {
    const Detail = JSON.stringify({ order: 7, causationId: cause })
    const entry = { Source: 'shop', DetailType: 'order.placed', EventBusName: 'shop', Detail }
    await moto.call('events', 'put_events', { Entries: [entry] })
  }

  /** Takes what is in the queue and puts an effect of each of it.
   * @returns how many */
  const turn = async (): Promise<number> => {
    const { Messages = [] } = await moto.call('sqs', 'receive_message', {
      ...{ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 },
    })
    for (const { Body, ReceiptHandle } of Messages as Message[]) {
      await put(JSON.parse(Body).id)
      await moto.call('sqs', 'delete_message', { QueueUrl, ReceiptHandle })
    }
    return (Messages as Message[]).length
  }

  const state = async (Name: string) =>
    (await moto.call('events', 'describe_rule', { ...named, Name }))['State']

  const loops = (...args: string[]) =>
    startEvt(
      ['loops', 'eventbridge://shop', '--map', 'causationId=$.detail.causationId', ...args],
      at,
    )

  test(
    'one that runs is seen within ten turns, and its rule is disabled when that was said',
    async () => {
      const before = await listing(moto)
      const evt = loops('--disable-rule', 'shop/again', '--yes', '--duration', '150s', '-o', 'json')
      await evt.said('from now on')
      await put(null)
      let isOver = false
      const end = evt.end.finally(() => {
        isOver = true
      })
      // Once the rule is disabled, nothing comes any more.
      for (let turns = 0; turns < MOST_TURNS && !isOver; ) turns += await turn()
      expect(await end).toEqual({ exit: 4, signal: null })
      const { loops: found, partial } = JSON.parse(evt.out.text)
      expect(partial).toBe(false)
      expect(found).toMatchObject([{ path: ['shop/order.placed'] }])
      expect(found[0].turns).toBeGreaterThanOrEqual(5)
      expect(found[0].turns).toBeLessThanOrEqual(MOST_TURNS + 1)
      expect(evt.err.text).toContain('loop: shop/order.placed causes itself: ')
      expect(evt.err.text).toContain(
        'the rule again is disabled; this enables it again: ' +
          'aws events enable-rule --name again --event-bus-name shop',
      )
      expect(await state('again')).toBe('DISABLED')
      await moto.call('events', 'enable_rule', named)
      expect(await listing(moto)).toEqual(before)
    },
    timeoutMs,
  )

  test(
    'a rule that no loop passes is left as it is',
    async () => {
      const evt = loops('--disable-rule', 'shop/other', '--yes', '--duration', '10s')
      expect((await evt.end).exit).toBe(5)
      expect(evt.err.text).toContain('no loop goes by the rule other: it is left as it is')
      expect(await state('other')).toBe('ENABLED')
    },
    timeoutMs,
  )

  test.each<[string, string[], number, string]>([
    ['nobody can be asked', ['shop/again'], 2, '--disable-rule asks, and there is no terminal'],
    ['it is disabled', ['shop/off', '--yes'], 2, 'the rule off is disabled already'],
    ['it is not there', ['shop/none', '--yes'], 2, 'there is no rule none of the bus shop'],
  ])(
    'nothing is begun where %s',
    async (_, args, exit, message) => {
      const evt = loops('--duration', '60s', '--disable-rule', ...args)
      expect((await evt.end).exit).toBe(exit)
      expect(evt.err.text).toContain(message)
      expect(evt.err.text).not.toContain('from now on')
    },
    timeoutMs,
  )
})
