import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { chances } from '../helpers/chances.js'
import { startEvt } from '../testbed/evt-process.js'
import { QueueWorld } from '../testbed/queue-world.js'

let at: Stage
let world: QueueWorld
beforeEach(async () => {
  world = await new QueueWorld().start()
  at = stage()
  at = { ...at, env: { ...at.env, ...world.env, COLUMNS: '100' } }
})
afterEach(async () => {
  await world.stop()
  at.remove()
})

const begun = (...argv: string[]) => startEvt(['dlq', 'redrive', ...argv], at)
async function redrive(...argv: string[]) {
  const child = begun(...argv)
  const { exit } = await child.end
  return { exit, out: child.out.text, err: child.err.text }
}
const body = (key: string, n: number) => JSON.stringify({ id: `${key}-${n}`, key, n })
const before = () => world.nowMs() - 60_000

/** Messages of two queues. */
function standard(each: number): void {
  world.make('dead')
  for (const name of ['billing', 'orders']) {
    const { arn: from } = world.make(name, { to: 'dead', after: 3 })
    for (let n = 0; n < each; n++) {
      world.put('dead', { body: body(name, n), sentMs: before(), from })
    }
  }
}

/** Three groups, of which each message counts its own. */
function fifo(messages: number): void {
  world.make('dead.fifo')
  const { arn: from } = world.make('orders.fifo', { to: 'dead.fifo', after: 3 })
  for (let n = 0; n < messages; n++) {
    const group = `g-${n % 3}`
    const attributes = { shop: { DataType: 'Number', StringValue: `${n}` } }
    const put = { group, dedupe: `old-${n}`, sentMs: before(), from, attributes }
    world.put('dead.fifo', { body: body(group, Math.floor(n / 3)), ...put })
  }
}

function expectInOrder(each: number): void {
  for (const group of ['g-0', 'g-1', 'g-2']) {
    const taken = world.queues.get('orders.fifo')?.taken ?? []
    const found = taken.filter((one) => one.group === group).map((one) => JSON.parse(one.body).n)
    expect(found).toEqual(Array.from({ length: each }, (_, n) => n))
  }
}

test('the plan says where to, by whom, and what to expect; --dry-run moves nothing', async () => {
  standard(2)
  const { exit, out, err } = await redrive('sqs://dead', '--dry-run', '--rate', '2/s')
  expect({ exit, err }).toEqual({ exit: 0, err: '' })
  expect(out).toBe(
    [
      'from     sqs://dead',
      'to       billing, orders',
      'move     about 4 messages',
      'by       SQS, which evt follows',
      'rate     2 a second, in about 2.0 s',
      '',
      '! SQS moves them in any order, between what is new',
      '! what fails at billing again is back here after 3 receives',
      '! what fails at orders again is back here after 3 receives',
      '',
    ].join('\n'),
  )
  expect(await redrive('sqs://dead')).toEqual({
    ...{ exit: 2, out: '' },
    err:
      'evt: nothing was moved: there is no terminal to ask on\n' +
      '     evt dlq redrive sqs://dead --yes\n',
  })
  expect(world.moves).toEqual([])
  expect(world.bodies('dead')).toHaveLength(4)
})

test('SQS moves the messages of a standard queue back to where they came from', async () => {
  standard(3)
  world.movedAtOnce = 4
  const { exit, out, err } = await redrive('sqs://dead', '--yes', '--rate', '50/s', '-o', 'json')
  expect({ exit, err }).toEqual({ exit: 0, err: '' })
  expect(JSON.parse(out)).toMatchObject({
    ...{ schema: 'evt.redrive/1', by: 'sqs', to: null, journal: null, perSecond: 50 },
    moved: { messages: 6, failed: 0, isCancelled: false },
  })
  expect(world.moves).toMatchObject([{ perSecond: 50, to: undefined, status: 'COMPLETED' }])
  for (const name of ['billing', 'orders']) expect(world.bodies(name)).toHaveLength(3)
})

test('to one of these queues SQS moves all, at a rate that it takes', async () => {
  standard(1)
  const line = ['sqs://dead', '--to', 'sqs://orders', '--yes', '--quiet']
  const plan = await redrive('sqs://dead', '--to', 'sqs://orders', '--dry-run')
  expect(plan.out.split('\n').filter((text) => text.startsWith('!'))).toEqual([
    '! SQS moves them in any order, between what is new',
    '! those that came from billing go to orders, too',
    '! what fails at orders again is back here after 3 receives',
  ])
  expect((await redrive(...line, '--journal', 'j')).exit).toBe(2)
  const fast = await redrive(...line, '--rate', '501/s')
  expect(fast.exit).toBe(2)
  expect(fast.err).toMatch(/^evt: SQS moves a whole number of messages a second, up to 500\n/)
  expect(await redrive(...line)).toEqual({
    ...{ exit: 0, err: '', out: 'moved about 2 messages to the queue orders in eu-west-1\n' },
  })
  expect(world.bodies('orders')).toHaveLength(2)
})

test('Ctrl-C cancels the move, and says how far it came', async () => {
  standard(50)
  world.movedAtOnce = 1
  const child = begun('sqs://dead', '--yes')
  for (let tries = 0; world.moves[0]?.moved !== 2 && tries < 10_000; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  child.kill('SIGINT')
  expect(await child.end).toEqual({ exit: 130, signal: null })
  expect(child.err.text).toMatch(/evt: interrupted: about \d were moved\n {5}the same line moves/)
  expect(world.moves).toMatchObject([{ status: 'CANCELLED' }])
})

test('Ctrl-C while evt plans: nothing is moved', async () => {
  standard(2)
  fifo(3)
  for (const source of ['sqs://dead', 'sqs://dead.fifo']) {
    const child = begun(source, '--yes', '--quiet')
    world.fault = (action) => {
      if (action === 'ListDeadLetterSourceQueues') child.kill('SIGINT')
      return undefined
    }
    expect(await child.end).toEqual({ exit: 130, signal: null })
    expect(child.err.text).toBe('evt: interrupted: nothing was moved\n')
  }
  expect(world.moves).toEqual([])
})

test('a move is followed although its start, or the list, is not told right', async () => {
  standard(3)
  const lost = new Set(['StartMessageMoveTask'])
  world.fault = (action) => (lost.delete(action) ? 'lost' : undefined)
  const first = await redrive('sqs://dead', '--yes', '--quiet')
  expect(first).toMatchObject({ exit: 0, err: '' })
  expect(first.out).toMatch(/^moved about 6 messages/)
  world.put('dead', { body: body('k', 0), from: world.queues.get('orders')?.arn ?? '' })
  let lists = 0
  const Status = 'COMPLETED'
  const before = {
    Status,
    StartedTimestamp: 1_790_000_000_000,
    ApproximateNumberOfMessagesMoved: 6,
  }
  world.fault = (action) => {
    const isStale = action === 'ListMessageMoveTasks' && ++lists === 2
    return isStale ? { body: { Results: [before] } } : undefined
  }
  const second = await redrive('sqs://dead', '--yes', '--quiet')
  expect(second.out).toMatch(/^moved about 1 message /)
})

test('a move that fails, or that runs already, is said', async () => {
  standard(2)
  const add = { handle: 'h', perSecond: undefined, to: undefined, toMove: 4, moved: 1 } as const
  const from = world.queues.get('dead') ?? world.make('dead')
  world.moves.push({ ...add, from, status: 'CANCELLING' })
  const running = await redrive('sqs://dead', '--yes', '--quiet')
  expect(running.exit).toBe(3)
  expect(running.err).toMatch(
    /^evt: SQS moves the messages of sqs:\/\/dead already: 1 of 4 messages/,
  )
  world.fault = (action) => {
    const task = world.moves.at(-1)
    if (action === 'ListMessageMoveTasks' && task) task.failure = 'AWS.SimpleQueueService.NoKey'
    return undefined
  }
  const failed = await redrive('sqs://dead', '--yes', '--quiet')
  expect(failed.exit).toBe(3)
  expect(failed.err).toMatch(/^evt: SQS could not move them all \(AWS\.SimpleQueueService\.NoKey\)/)
})

test('evt moves the messages of a FIFO queue in their order, whatever fails', async () => {
  fifo(90)
  const chance = chances()
  world.fault = (action) => {
    const of = { SendMessageBatch: 0.2, DeleteMessageBatch: 0.2, ReceiveMessage: 0.1 }
    const share = of[action as keyof typeof of] ?? 0
    if (chance() >= share) return undefined
    if (action === 'ReceiveMessage') return { error: 'ThrottlingException' }
    return chance() < 0.5 ? 'cut' : 'lost'
  }
  for (let runs = 0; world.bodies('dead.fifo').length > 0 && runs < 20; runs++) {
    await redrive('sqs://dead.fifo', '--yes', '--quiet')
    const offset = (runs + 1) * 200_000
    world.nowMs = () => Date.now() + offset
  }
  expect(world.bodies('dead.fifo')).toEqual([])
  expectInOrder(30)
  const [first] = world.queues.get('orders.fifo')?.taken ?? []
  expect(first?.attributes).toEqual({ shop: { DataType: 'Number', StringValue: '0' } })
}, 120_000)

test('killed at any time, the same line goes on, and sends nothing twice', async () => {
  fifo(60)
  let sent = 0
  const kills = [4, 9, 14]
  let child = begun('sqs://dead.fifo', '--yes', '--quiet', '--journal', 'j.ndjson')
  world.fault = (action) => {
    if (action === 'SendMessageBatch') sent += 1
    // The second time before it is told that what it sent has arrived.
    const at = kills.length === 2 ? 'SendMessageBatch' : 'DeleteMessageBatch'
    if (action !== at || sent < (kills[0] ?? Number.POSITIVE_INFINITY)) return undefined
    kills.shift()
    child.kill('SIGKILL')
    return at === 'SendMessageBatch' ? 'lost' : 'cut'
  }
  for (let runs = 0; runs < 6; runs++) {
    await child.end
    if (world.bodies('dead.fifo').length === 0) break
    const offset = (runs + 1) * 200_000
    world.nowMs = () => Date.now() + offset
    child = begun('sqs://dead.fifo', '--yes', '--quiet', '--journal', 'j.ndjson')
  }
  expect(kills).toEqual([])
  expect(world.bodies('dead.fifo')).toEqual([])
  expectInOrder(20)
  const [head, ...lines] = readFileSync(join(at.work, 'j.ndjson'), 'utf8').trim().split('\n')
  expect(JSON.parse(head ?? '')).toMatchObject({ schema: 'evt.redrive-journal/1' })
  expect(new Set(lines.map((line) => JSON.parse(line).id)).size).toBe(60)
  expect(lines).toHaveLength(60)
}, 120_000)

test('behind one that cannot be sent its group stays, in its order', async () => {
  fifo(60)
  world.refuses = (text) => text === body('g-1', 4)
  const { exit, err, out } = await redrive('sqs://dead.fifo', '--yes', '--quiet', '-o', 'json')
  expect(exit).toBe(3)
  expect(JSON.parse(err).error.message).toMatch(/^not all was moved: 1 could not be sent, \d+ were/)
  expect(JSON.parse(out).moved).toMatchObject({ messages: 44, failed: 1 })
  const left = Array.from({ length: 16 }, (_, n) => body('g-1', n + 4))
  expect(world.bodies('dead.fifo')).toEqual(left)
  world.refuses = () => false
  expect((await redrive('sqs://dead.fifo', '--yes', '--quiet')).exit).toBe(0)
  expectInOrder(20)
})

test('what comes back meanwhile is not sent again', async () => {
  fifo(6)
  world.fault = (action) => {
    // The consumer fails at once.
    const orders = world.queues.get('orders.fifo')
    if (action !== 'ReceiveMessage' || !orders) return undefined
    for (const message of orders.messages.splice(0)) {
      world.queues.get('dead.fifo')?.messages.push({ ...message, from: orders.arn })
    }
    return undefined
  }
  const { exit, out } = await redrive('sqs://dead.fifo', '--yes', '--quiet', '-o', 'json')
  expect(exit).toBe(3)
  expect(JSON.parse(out).moved).toMatchObject({ messages: 6, returned: 6, left: 0 })
  expect(world.queues.get('orders.fifo')?.taken).toHaveLength(6)
})

test('to any other target they go by --to, and stay until they are there', async () => {
  world.make('rule-dead')
  for (let n = 0; n < 25; n++) world.put('rule-dead', { body: body('k', n), sentMs: before() })
  const homeless = await redrive('sqs://rule-dead', '--yes')
  expect(homeless).toEqual({
    ...{ exit: 2, out: '' },
    err:
      'evt: nobody knows where the messages of sqs://rule-dead came from\n' +
      '     --to SINK says where they go, as in --to sqs://orders\n',
  })
  const { exit, err } = await redrive('sqs://rule-dead', '--to', 'again.ndjson', '--yes', '--quiet')
  expect({ exit, err }).toEqual({ exit: 0, err: '' })
  const lines = readFileSync(join(at.work, 'again.ndjson'), 'utf8').trim().split('\n')
  expect(new Set(lines).size).toBe(25)
  expect(world.bodies('rule-dead')).toEqual([])
  const none = await redrive('sqs://rule-dead', '--to', 'again.ndjson', '--yes', '--quiet')
  expect(none).toEqual({
    ...{ exit: 5, out: '', err: 'evt: there are no dead letters in sqs://rule-dead\n' },
  })
})

test('a queue of another region is not the one of its name here', async () => {
  fifo(3)
  const to = 'arn:aws:sqs:us-east-1:123456789012:orders.fifo'
  const { exit, err } = await redrive('sqs://dead.fifo', '--to', to, '--yes')
  expect({ exit, err }).toEqual({
    exit: 2,
    err: `evt: ${to} was asked for, and ${to.replace('us-east-1', 'eu-west-1')} was found\n`,
  })
  expect(world.bodies('dead.fifo')).toHaveLength(3)
})

test('of a FIFO queue that two share, those of one are moved', async () => {
  fifo(3)
  const { arn } = world.make('other.fifo', { to: 'dead.fifo', after: 3 })
  world.put('dead.fifo', { body: body('x', 0), group: 'x', from: arn, sentMs: before() })
  const both = await redrive('sqs://dead.fifo', '--yes', '--quiet')
  expect(both.exit).toBe(2)
  expect(both.err).toMatch(/has messages of 2 queues: orders\.fifo, other\.fifo\n/)
  const one = await redrive('sqs://dead.fifo', '--to', 'sqs://other.fifo', '--yes', '--quiet')
  expect(one).toMatchObject({ exit: 0, err: '' })
  expect(one.out).toMatch(
    /^moved 1 message to the FIFO queue other\.fifo .*\n3 of other queues, which stay/,
  )
  expect(world.bodies('other.fifo')).toEqual([body('x', 0)])
  expect(world.bodies('dead.fifo')).toHaveLength(3)
})

test('what a receive hid whose answer was lost is said to be there', async () => {
  fifo(60)
  let receives = 0
  world.fault = (action) => (action === 'ReceiveMessage' && ++receives === 2 ? 'lost' : undefined)
  const { exit, err } = await redrive('sqs://dead.fifo', '--yes', '--quiet')
  expect(exit).toBe(3)
  expect(err).toMatch(/^evt: not all was moved: about \d+ are hidden\n/)
  world.nowMs = () => Date.now() + 200_000
  expect((await redrive('sqs://dead.fifo', '--yes', '--quiet')).exit).toBe(0)
  expectInOrder(20)
})

test('what is sent to the queue meanwhile is left there', async () => {
  fifo(3)
  const later = { group: 'later', sentMs: Date.now() + 600_000 }
  world.put('dead.fifo', { body: body('later', 0), ...later })
  const { exit, out } = await redrive('sqs://dead.fifo', '--yes', '--quiet', '-o', 'json')
  expect(exit).toBe(0)
  expect(JSON.parse(out).moved).toMatchObject({ messages: 3, newer: 1, left: 0 })
  expect(world.bodies('dead.fifo')).toEqual([body('later', 0)])
})

test('so slowly that what was received would be shown again evt moves nothing', async () => {
  fifo(3)
  const { exit, err } = await redrive('sqs://dead.fifo', '--rate', '0.05/s', '--yes')
  expect(exit).toBe(2)
  expect(err).toMatch(/^evt: evt moves at least 0\.1 messages a second\n/)
})

test('to standard output nothing is moved', async () => {
  standard(1)
  const { exit, err } = await redrive('sqs://dead', '--to', '-', '--yes')
  expect({ exit, err }).toEqual({
    exit: 2,
    err:
      'evt: --to - would delete what nobody may have kept\n' +
      '     evt dlq sqs://dead --to DIR records the messages\n',
  })
})

test('what stays is not led to the next dead-letter queue', async () => {
  fifo(6)
  world.make('next.fifo')
  const dead = world.queues.get('dead.fifo')
  const led = (after: number) =>
    dead && Object.assign(dead, { redrive: { to: 'next.fifo', after } })
  led(2)
  const few = await redrive('sqs://dead.fifo', '--yes', '--quiet')
  expect(few.exit).toBe(2)
  expect(few.err).toMatch(/^evt: sqs:\/\/dead\.fifo is not looked at: after 2 receives/)
  led(3)
  world.refuses = () => true
  expect((await redrive('sqs://dead.fifo', '--yes', '--quiet')).exit).toBe(3)
  const worn = await redrive('sqs://dead.fifo', '--yes', '--quiet')
  expect(worn.exit).toBe(3)
  expect(worn.err).toMatch(/^evt: nothing more is received: message \S+ was received 2 times/)
  expect(world.bodies('dead.fifo')).toHaveLength(6)
  expect(world.bodies('next.fifo')).toEqual([])
})
