import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { evtChild } from '../helpers/child.js'
import { describeWith } from '../helpers/needs.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

/** The built evt beside an independent client, at queues that hold what others wait for. */
describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)(
  'evt tail sqs://',
  () => {
    let moto: Moto
    beforeAll(async () => {
      moto = await startMoto()
    })
    afterEach(() => moto.reset())
    afterAll(() => moto.stop())

    const evt = (args: readonly string[]) => evtChild(['tail', ...args], moto.env)

    async function queue(name: string, attributes: Record<string, string> = {}): Promise<string> {
      const fifo = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {}
      const made = await moto.call('sqs', 'create_queue', {
        ...{ QueueName: name, Attributes: { VisibilityTimeout: '43200', ...fifo, ...attributes } },
      })
      return String(made['QueueUrl'])
    }

    const redrive = (name: string, maxReceiveCount: number) => ({
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: `arn:aws:sqs:${moto.region}:123456789012:${name}`,
        maxReceiveCount,
      }),
    })

    async function send(url: string, bodies: readonly string[], group?: string) {
      for (const [n, MessageBody] of bodies.entries()) {
        const fifo = group ? { MessageGroupId: group, MessageDeduplicationId: `${group}${n}` } : {}
        await moto.call('sqs', 'send_message', { QueueUrl: url, MessageBody, ...fifo })
      }
    }

    const orders = (count: number, type = 'order') =>
      Array.from({ length: count }, (_, id) => JSON.stringify({ id: `${type}-${id}`, type }))

    /** How many messages wait, and how many are hidden. */
    async function depth(url: string) {
      const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible']
      const given = { QueueUrl: url, AttributeNames: names }
      const { Attributes } = await moto.call('sqs', 'get_queue_attributes', given)
      const [waiting, hidden] = names.map((name) => (Attributes as Record<string, string>)[name])
      return { waiting: Number(waiting), hidden: Number(hidden) }
    }

    const idsIn = (stdout: string) =>
      stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line).id)

    async function until(isSo: () => boolean) {
      while (!isSo()) await setTimeout(10)
    }

    const map = ['--map', 'id=$.id', '--map', 'type=$.type']

    test('a standard queue is shown, and left as it was', async () => {
      const url = await queue('orders')
      await send(url, orders(30))
      const { exit, stdout, stderr } = await evt([
        'sqs://orders',
        '--intrusive',
        '-o',
        'ndjson',
        '--limit',
        '30',
        ...map,
      ]).ended
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
      expect(idsIn(stdout)).toEqual(orders(30).map((body) => JSON.parse(body).id))
      const [event] = stdout.split('\n')
      expect(JSON.parse(event ?? '')).toMatchObject({
        ...{ id: 'order-0', attempt: 1, envelopes: ['sqs'], bytes: orders(1)[0]?.length },
        position: { path: expect.stringMatching(/^sqs:\/\/orders\/[\w-]{36}$/), record: 1 },
        receivedAt: expect.stringMatching(/^20/),
        payload: { id: 'order-0', type: 'order' },
      })
      expect(await depth(url)).toEqual({ waiting: 30, hidden: 0 })
    })

    test('a FIFO queue is shown group by group, each in its order', async () => {
      const url = await queue('orders.fifo')
      for (const group of ['a', 'b', 'c']) await send(url, orders(4, group), group)
      const { exit, stdout } = await evt([
        'sqs://orders.fifo',
        '--intrusive=fifo',
        '-o',
        'ndjson',
        '--limit',
        '12',
        ...map,
      ]).ended
      expect(exit).toBe(0)
      const byKey = (key: string) =>
        stdout
          .split('\n')
          .filter((line) => line.includes(`"key":"${key}"`))
          .map((line) => JSON.parse(line).id)
      for (const key of ['a', 'b', 'c']) {
        expect(byKey(key)).toEqual([0, 1, 2, 3].map((n) => `${key}-${n}`))
      }
      expect(await depth(url)).toEqual({ waiting: 12, hidden: 0 })
    })

    test('a dead-letter queue is shown, to its end with --no-follow', async () => {
      const dead = await queue('orders-dead')
      const url = await queue('orders', redrive('orders-dead', 1))
      await send(url, orders(15))
      for (let times = 0; times < 4; times++) {
        const asked = { QueueUrl: url, MaxNumberOfMessages: 10, VisibilityTimeout: 0 }
        await moto.call('sqs', 'receive_message', asked)
      }
      const { exit, stdout } = await evt([
        'sqs://orders-dead',
        '--intrusive',
        '-o',
        'ndjson',
        '--no-follow',
        ...map,
      ]).ended
      expect(exit).toBe(0)
      expect(idsIn(stdout)).toHaveLength(15)
      expect(await depth(dead)).toEqual({ waiting: 15, hidden: 0 })
    })

    test('--consume deletes what was shown, and nothing else', async () => {
      const url = await queue('orders')
      await send(url, [...orders(25), ...orders(5, 'other'), 'broken', ...orders(25, 'order.new')])
      const { exit, stdout, stderr } = await evt([
        ...['sqs://orders', '--intrusive', '--consume', '-o', 'ndjson', '--type', 'order*'],
        ...['--limit', '47', ...map],
      ]).ended
      expect(exit).toBe(0)
      expect(stderr).toMatch(/^undecodable {2}sqs:\/\/orders\/[\w-]+:1 sqs \$\.Body is not JSON\n/)
      expect(new Set(idsIn(stdout)).size).toBe(47)
      expect(await depth(url)).toEqual({ waiting: 25 + 5 + 1 + 25 - 47, hidden: 0 })
    })

    test.each([
      ['SIGINT', []],
      ['SIGTERM', []],
      ['SIGHUP', []],
      ['SIGTERM', ['--consume']],
    ] as const)('%s %s leaves nothing hidden', async (signal, more) => {
      const url = await queue('orders')
      await send(url, orders(25))
      const running = evt(['sqs://orders', '--intrusive', '-o', 'ndjson', ...more, ...map])
      await until(() => idsIn(running.stdout()).length >= 5)
      running.kill(signal)
      const { exit, stdout } = await running.ended
      expect(exit).toBe(130)
      const left = more.length === 0 ? 25 : 25 - idsIn(stdout).length
      expect(await depth(url)).toEqual({ waiting: left, hidden: 0 })
    })

    test('a consumer beside it gets every message', async () => {
      const url = await queue('orders')
      const running = evt(['sqs://orders', '--intrusive', '-o', 'ndjson', ...map])
      const received = new Set<string>()
      await send(url, orders(20))
      await until(() => idsIn(running.stdout()).length > 0)
      const end = Date.now() + 30_000
      while (received.size < 20 && Date.now() < end) {
        const { Messages = [] } = (await moto.call('sqs', 'receive_message', {
          ...{ QueueUrl: url, MaxNumberOfMessages: 3, WaitTimeSeconds: 1 },
        })) as { Messages?: { Body: string; ReceiptHandle: string }[] }
        for (const { Body, ReceiptHandle } of Messages) {
          received.add(JSON.parse(Body).id)
          await moto.call('sqs', 'delete_message', { QueueUrl: url, ReceiptHandle })
        }
      }
      running.kill('SIGTERM')
      const { exit, stderr } = await running.ended
      expect([...received].sort()).toEqual(
        orders(20)
          .map((body) => JSON.parse(body).id)
          .sort(),
      )
      expect({ exit, stderr }).toEqual({
        exit: 130,
        stderr: '',
      })
      expect(await depth(url)).toEqual({ waiting: 0, hidden: 0 })
    })

    test('ends before its receives lead to the dead-letter queue', async () => {
      const dead = await queue('orders-dead')
      const url = await queue('orders', redrive('orders-dead', 3))
      await send(url, orders(2))
      const { exit, stdout, stderr } = await evt([
        'sqs://orders',
        '--intrusive',
        '-o',
        'json',
        ...map,
      ]).ended
      expect({ exit, events: JSON.parse(stdout).events.length }).toEqual({ exit: 3, events: 2 })
      expect(JSON.parse(stdout).partial).toBe(true)
      expect(JSON.parse(stderr).error.message).toMatch(
        /^sqs:\/\/orders is left: message [\w-]{36} was received 2 times, and after 3 it goes to/,
      )
      expect(await depth(url)).toEqual({ waiting: 2, hidden: 0 })
      expect(await depth(dead)).toEqual({ waiting: 0, hidden: 0 })
    })

    test('with consent ends when a message has been received for the last time', async () => {
      const dead = await queue('orders-dead')
      const url = await queue('orders', redrive('orders-dead', 1))
      await send(url, orders(12))
      const { exit, stdout } = await evt([
        'sqs://orders',
        '--intrusive=dead-letter',
        '-o',
        'ndjson',
        ...map,
      ]).ended
      expect({ exit, shown: idsIn(stdout).length }).toEqual({ exit: 3, shown: 12 })
      expect(await depth(url)).toEqual({ waiting: 12, hidden: 0 })
      expect(await depth(dead)).toEqual({ waiting: 0, hidden: 0 })
    })

    test('needs consent to what a receive does to the queue, and says the line', async () => {
      await queue('dead')
      const url = await queue('orders')
      await queue('a.fifo')
      await queue('b', redrive('dead', 1))
      await send(url, orders(2))
      const refused = async (...args: string[]) => {
        const { exit, stdout, stderr } = await evt([...args, '-o', 'text']).ended
        expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
        return stderr
      }
      const effect = 'each is hidden from consumers for up to 2 s, and counts one receive more'
      const refusal =
        `evt: to tap sqs://orders, evt receives its messages: ${effect}\n` +
        '     evt tail sqs://orders --intrusive\n' +
        '     evt lag sqs://orders\n' +
        '     without a receive: about 2 messages wait, 0 are in flight\n'
      expect(await refused('sqs://orders', '--quiet')).toBe(refusal)
      // What evt lag says of it, which touches no message.
      const shown = await refused('sqs://orders')
      expect(shown.replace(/as of .{19}/, 'as of then')).toBe(`\
intrusive  sqs://orders

as of then   without figures of CloudWatch

queue   depth  in flight  delayed  oldest  in/s  out/s  drains in  lost in   DLQ  received
orders      2          0        0       –     –      –          –        –  none  –

· sqs://orders: CloudWatch has no figures of the last 15 minutes, as of queues that are new or \
idle for hours

${refusal}`)
      expect(await refused('sqs://a.fifo', '--intrusive', '--consume')).toMatch(
        /deleted, and its group with it; .*\n {5}evt tail .*a\.fifo --intrusive=fifo --consume\n/,
      )
      expect(await refused('sqs://b', '--intrusive')).toMatch(
        /; after one it goes to the dead-letter .*\n {5}evt tail sqs:.*b --intrusive=dead-letter\n/,
      )
      expect(await depth(url)).toEqual({ waiting: 2, hidden: 0 })
    })

    test.each([
      { argv: ['tail'], seconds: 30 },
      { argv: ['record', '--to', 'recorded'], seconds: 150 },
      { argv: ['record', '--to', 'recorded', '--roll-every', '5m'], seconds: 630 },
    ])('says what $argv does that deletes what it takes', async ({ argv, seconds }) => {
      await queue('dead')
      const url = await queue('orders', redrive('dead', 2))
      await send(url, orders(2))
      const [command = '', ...more] = argv
      const typed = [command, 'sqs://orders', '--intrusive', '--consume', ...more]
      const { exit, stderr } = await evtChild([...typed, '--quiet'], moto.env).ended
      expect(exit).toBe(2)
      expect(stderr.split('\n')[0]).toBe(
        'evt: to take what is in sqs://orders, evt receives its messages and deletes them: each ' +
          'is hidden from consumers until it is deleted; where evt is killed, it comes back ' +
          `after up to ${seconds} s, and counts one receive more; after 2 it goes to the ` +
          'dead-letter queue',
      )
      expect(await depth(url)).toEqual({ waiting: 2, hidden: 0 })
    })

    test('says where there is no such queue', async () => {
      const gone = await evt(['sqs://nowhere', '--intrusive']).ended
      expect(gone).toEqual({
        ...{ exit: 2, stdout: '' },
        stderr:
          'intrusive  sqs://nowhere\n' +
          `evt: there is no queue nowhere in ${moto.region}\n` +
          '     see --region, --profile and --endpoint-url\n',
      })
      const elsewhere = await evt(['sqs://nowhere', '--intrusive', '--region', 'us-east-2']).ended
      expect(elsewhere.stderr).toContain('evt: there is no queue nowhere in us-east-2\n')
    })

    test('what cannot be decoded is named, and the tail goes on', async () => {
      const url = await queue('orders')
      const base64 = Buffer.from(orders(1)[0] ?? '').toString('base64')
      await send(url, ['no JSON', base64.replace(/^../, '!!'), '[1]', base64, ...orders(2)])
      const { exit, stdout, stderr } = await evt([
        'sqs://orders',
        '--intrusive',
        '-o',
        'ndjson',
        '--limit',
        '3',
        ...map,
      ]).ended
      expect({ exit, ids: idsIn(stdout) }).toEqual({
        ...{ exit: 0, ids: ['order-0', 'order-0', 'order-1'] },
      })
      expect(stderr.replace(/[\w-]{36}/g, 'ID')).toMatchInlineSnapshot(`
        "undecodable  sqs://orders/ID:1 sqs $.Body is not JSON
        undecodable  sqs://orders/ID:1 sqs $.Body is not JSON
        undecodable  sqs://orders/ID:1 sqs $.Body[0] is a number, not an object
        3 records could not be decoded
        "
      `)
    })
  },
)
