import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { describeWith } from '../helpers/needs.js'
import { listing } from '../testbed/account.js'
import { startEvt } from '../testbed/evt-process.js'
import { LogGroup } from '../testbed/log-group.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

// The built evt proposes a mapping of what comes.

const order = (n: number) => ({
  orderId: `o-${n % 20}`,
  eventId: `11111111-1111-4111-8111-${String(n).padStart(12, '0')}`,
  occurredAt: new Date(Date.UTC(2026, 10, 1) + n * 1_000).toISOString(),
})
const ORDERS = 60
const mapped = /id: \$\.(detail\.)?eventId/

let at: Stage
afterEach(() => at.remove())

describe('evt init of what needs no account', () => {
  beforeEach(() => {
    at = stage({ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' })
  })

  test('takes what a log group has and what comes', async () => {
    const group = new LogGroup()
    await group.start()
    for (let n = 0; n < ORDERS; n++) group.put(n, 60_000)
    group.events.forEach((event, n) => {
      group.events[n] = { ...event, message: JSON.stringify(order(n)) }
    })
    const aws = ['--region', 'eu-west-1', '--endpoint-url', group.url]
    const args = ['init', 'logs:///shop', '--yes', '--duration', '2s', ...aws]
    const run = startEvt(args, at)
    expect((await run.end).exit, run.err.text).toBe(0)
    await group.stop()
    expect(readFileSync(join(at.work, 'evt.yaml'), 'utf8')).toMatch(mapped)
    expect(run.out.text).toContain('evt stats logs:///shop --duration 60s')
    expect(run.err.text).toBe('shares  logs:///shop\n')
  })

  test('of standard input that stays open, takes what came in the time', async () => {
    const evt = spawn('evt', ['init', '-', '--yes', '--duration', '3s'], {
      ...{ cwd: at.work, env: at.env, stdio: ['pipe', 'ignore', 'pipe'] },
    })
    for (let n = 0; n < ORDERS; n++) evt.stdin.write(`${JSON.stringify(order(n))}\n`)
    evt.stdin.write('{"orderId":"o-1","eventId')
    const exit = await new Promise((resolve) => evt.on('close', resolve))
    expect(exit).toBe(0)
    expect(readFileSync(join(at.work, 'evt.yaml'), 'utf8')).toMatch(mapped)
  })
})

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('evt init', () => {
  let moto: Moto
  beforeAll(async () => {
    moto = await startMoto()
  })
  afterAll(() => moto.stop())
  beforeEach(async () => {
    at = stage(moto.env)
    await moto.reset()
  })
  const init = (...args: string[]) => startEvt(['init', ...args], at)

  test('of a bus, through a queue that is removed', async () => {
    await moto.call('events', 'create_event_bus', { Name: 'shop' })
    const before = await listing(moto)
    const run = init('eventbridge://shop', '--yes', '--duration', '25s')
    await run.said('from now on')
    // moto takes a second for each.
    const Entries = Array.from({ length: 10 }, (_, n) => {
      const Detail = JSON.stringify(order(n))
      return { Source: 'shop', DetailType: 'placed', Detail, EventBusName: 'shop' }
    })
    await moto.call('events', 'put_events', { Entries })
    expect((await run.end).exit, run.err.text).toBe(0)
    expect(readFileSync(join(at.work, 'evt.yaml'), 'utf8')).toMatch(
      /from 10 events in 1 of 1 object/,
    )
    await vi.waitFor(async () => expect(await listing(moto)).toEqual(before))
  }, 120_000)

  test('of a topic on which nothing comes, says so', async () => {
    await moto.call('sns', 'create_topic', { Name: 'orders' })
    const before = await listing(moto)
    const run = init('sns://orders', '--yes', '--duration', '1s')
    expect((await run.end).exit).toBe(5)
    expect(run.err.text).toContain(
      'evt: nothing came from sns://orders within 1 s\n     --duration 5m waits longer\n',
    )
    expect(await listing(moto)).toEqual(before)
  })

  test('of a queue, with consent alone, and gives everything back', async () => {
    const { QueueUrl } = await moto.call('sqs', 'create_queue', { QueueName: 'orders' })
    for (let n = 0; n < ORDERS; n += 10) {
      const Entries = Array.from({ length: 10 }, (_, i) => {
        return { Id: `${i}`, MessageBody: JSON.stringify(order(n + i)) }
      })
      await moto.call('sqs', 'send_message_batch', { QueueUrl, Entries })
    }
    const refused = init('sqs://orders', '--yes')
    expect((await refused.end).exit).toBe(2)
    const run = init('sqs://orders', '--yes', '--intrusive', '--duration', '5s')
    expect((await run.end).exit, run.err.text).toBe(0)
    expect(readFileSync(join(at.work, 'evt.yaml'), 'utf8')).toMatch(mapped)
    expect(run.out.text).toContain('evt stats --intrusive sqs://orders --duration 60s')
    const AttributeNames = ['ApproximateNumberOfMessages']
    const of = { QueueUrl, AttributeNames }
    const { Attributes } = await moto.call('sqs', 'get_queue_attributes', of)
    expect(Attributes).toEqual({ ApproximateNumberOfMessages: `${ORDERS}` })
  })
})
