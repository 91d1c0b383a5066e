import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { startEvt } from '../testbed/evt-process.js'
import { QueueWorld } from '../testbed/queue-world.js'

const HOUR_MS = 3_600_000

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

async function evt(...argv: string[]) {
  const child = startEvt(argv, at)
  const { exit } = await child.end
  return { exit, out: child.out.text, err: child.err.text }
}

const event = (type: string, orderId: string, more: object = {}) =>
  JSON.stringify({
    ...{ version: '0', id: `e-${orderId}`, source: 'shop', 'detail-type': type },
    ...{ time: '2026-11-01T10:00:00Z', detail: { orderId }, ...more },
  })
const text = (StringValue: string) => ({ DataType: 'String', StringValue })
const hours = (n: number) => Date.now() - n * HOUR_MS

function ordersDlq(): void {
  world.make('orders-dlq')
  const { arn: from } = world.make('orders', { to: 'orders-dlq', after: 3 })
  const failed = { sentMs: hours(5), from, receives: 3 }
  for (let n = 0; n < 12; n++) {
    world.put('orders-dlq', { body: event('OrderPlaced', `${n}`), ...failed })
  }
  world.put('orders-dlq', { body: 'not JSON', ...failed, sentMs: hours(0.5) })
  for (const [n, id] of ['17', '18'].entries()) {
    world.put('orders-dlq', {
      body: event('OrderPaid', id),
      sentMs: hours(30 + n),
      attributes: {
        ERROR_CODE: text('NO_PERMISSIONS'),
        ERROR_MESSAGE: text(`no permission for request ${n}`),
        RULE_ARN: text('arn:aws:events:eu-west-1:123456789012:rule/shop/to-billing'),
        TARGET_ARN: text('arn:aws:sqs:eu-west-1:123456789012:billing'),
      },
    })
  }
}

test('it says what is there by how it failed, and gives all of it back', async () => {
  ordersDlq()
  const { exit, out, err } = await evt('dlq', 'sqs://orders-dlq', '--yes', '-o', 'json')
  expect(err).toBe('')
  expect(exit).toBe(0)
  const result = JSON.parse(out)
  expect(result).toMatchObject({
    ...{ schema: 'evt.dlq/1', source: 'sqs://orders-dlq', seen: 15, unseen: 0, ended: null },
    queue: { name: 'orders-dlq', fifo: false, visible: 15, maxReceiveCount: null },
    from: [{ name: 'orders', maxReceiveCount: 3 }],
    ...{ partial: false, messageGroups: null, against: null, streams: [], parked: null },
  })
  expect(result.groups).toMatchObject([
    { type: 'OrderPlaced', source: 'shop', from: 'orders', messages: 12 },
    {
      ...{ type: 'OrderPaid', from: null, messages: 2, receives: { least: 1, most: 1 } },
      failure: {
        ...{ code: 'NO_PERMISSIONS', message: 'no permission for request 0' },
        rule: 'arn:aws:events:eu-west-1:123456789012:rule/shop/to-billing',
      },
    },
    { type: null, source: null, messages: 1, receives: { least: 4, most: 4 } },
  ])
  expect(result.ages.map(({ messages }: { messages: number }) => messages)).toEqual([1, 12, 2, 0])
  const left = world.queues.get('orders-dlq')?.messages ?? []
  expect(left).toHaveLength(15)
  expect(left.every(({ hiddenUntilMs }) => hiddenUntilMs <= Date.now())).toBe(true)
  expect(left.map(({ receives }) => receives).sort()).toEqual([1, 1, ...Array(13).fill(4)])
})

test('as text, and as Markdown that nothing in a message can break', async () => {
  ordersDlq()
  const { out, err } = await evt('dlq', 'sqs://orders-dlq', '--yes')
  expect(err).toBe(
    'sqs://orders-dlq: about 15 messages\n' +
      'to look, evt receives each once and gives it back at the end: it is hidden from others ' +
      'for a minute\nat most, and its receive count rises by one\n\n',
  )
  expect(out.replace(/as of \S+ \S+/, 'as of …')).toBe(
    readFileSync(new URL('dlq.txt', import.meta.url), 'utf8'),
  )
  world.put('orders-dlq', {
    body: event('A|B\u001b[31m', '1'),
    attributes: { ErrorMessage: text('<script>|\n') },
  })
  const markdown = await evt('dlq', 'sqs://orders-dlq', '--yes', '--quiet', '-o', 'markdown')
  expect(markdown.out.trimEnd().split('\n')).toHaveLength(6)
  expect(markdown.out).toContain('A\\|B␛\\[31m')
  expect(markdown.out).toContain('&lt;script&gt;\\|␊')
})

test('nothing is received from who has not agreed', async () => {
  ordersDlq()
  expect(await evt('dlq', 'sqs://orders-dlq')).toEqual({
    ...{ exit: 2, out: '' },
    err:
      'evt: nothing was received: there is no terminal to ask on\n' +
      '     evt dlq sqs://orders-dlq --yes\n',
  })
  expect(world.asked.filter(({ action }) => action === 'ReceiveMessage')).toEqual([])
})

test('an empty queue is exit 5, and what others have received is said', async () => {
  world.make('orders-dlq')
  expect(await evt('dlq', 'sqs://orders-dlq')).toEqual({
    ...{ exit: 5, out: '', err: 'evt: there are no dead letters in sqs://orders-dlq\n' },
  })
  world.put('orders-dlq', { body: '{}' }).hiddenUntilMs = Number.POSITIVE_INFINITY
  const { exit, err } = await evt('dlq', 'sqs://orders-dlq', '--yes', '--quiet')
  expect({ exit, err }).toEqual({
    exit: 5,
    err:
      'evt: there are no dead letters in sqs://orders-dlq\n' +
      '     about 1 are hidden: somebody has received them\n',
  })
})

test('a queue that has a dead-letter queue of its own is not worn out', async () => {
  world.make('last')
  world.make('orders-dlq', { to: 'last', after: 2 })
  world.put('orders-dlq', { body: '{}' })
  const refused = await evt('dlq', 'sqs://orders-dlq', '--yes')
  expect(refused.exit).toBe(2)
  expect(refused.err).toMatch(/after 2 receives its messages go to a dead-letter queue of its own/)
  world.make('other-dlq', { to: 'last', after: 4 })
  world.put('other-dlq', { id: 'worn', body: '{}', receives: 2 })
  const { out } = await evt('dlq', 'sqs://other-dlq', '--yes', '--quiet', '-o', 'json')
  expect(JSON.parse(out)).toMatchObject({
    ...{ seen: 1, partial: true },
    ended: 'message worn was received 3 times, and after 4 it goes to the next dead-letter queue',
  })
  expect(world.bodies('last')).toEqual([])
})

test('a stream that does not answer: Ctrl-C ends that, and nobody says what it holds', async () => {
  world.make('dead')
  const range = { shardId: 's-0', startSequenceNumber: '1', endSequenceNumber: '9', batchSize: 'x' }
  const streamArn = 'arn:aws:kinesis:eu-west-1:123456789012:stream/orders'
  const given = { requestContext: {}, KinesisBatchInfo: { ...range, streamArn } }
  world.put('dead', { body: JSON.stringify(given) })
  const child = startEvt(['dlq', 'sqs://dead', '--yes', '-o', 'json'], at)
  world.fault = (action) => {
    if (action !== 'GetShardIterator') return undefined
    child.kill('SIGINT')
    return { error: 'InternalFailure', status: 500 }
  }
  expect(await child.end).toEqual({ exit: 130, signal: null })
  const { partial, streams } = JSON.parse(child.out.text)
  expect({ partial, streams }).toMatchObject({
    partial: true,
    streams: [{ records: null, missing: 'not looked up to the end in time', batch: 0 }],
  })
})

test('what could not be deleted is not said to be', async () => {
  world.make('dead')
  for (let n = 0; n < 3; n++) world.put('dead', { body: event('OrderPlaced', `${n}`) })
  world.fault = (action) => {
    return action === 'DeleteMessageBatch' ? { error: 'InternalFailure', status: 500 } : undefined
  }
  const line = ['dlq', 'sqs://dead', '--yes', '--quiet', '--to', 'parked/', '--delete']
  const { exit, out, err } = await evt(...line, '-o', 'json')
  expect(exit).toBe(3)
  expect(JSON.parse(out).parked).toMatchObject({ records: 3, deleted: false })
  expect(err).toMatch(/3 of the messages that were recorded could not be deleted/)
})

test('to park messages does not lead them to the next dead-letter queue', async () => {
  world.make('next')
  world.make('dead', { to: 'next', after: 3 })
  for (let n = 0; n < 3; n++) world.put('dead', { body: event('OrderPlaced', `${n}`) })
  const parked = ['dlq', 'sqs://dead', '--yes', '--quiet', '--to', 'parked/']
  for (let runs = 0; runs < 2; runs++) {
    const { exit, err } = await evt(...parked)
    expect(exit).toBe(3)
    expect(err).toMatch(
      /^evt: nothing is recorded: after 3 receives messages of sqs:\/\/dead go to/,
    )
  }
  expect(world.bodies('dead')).toHaveLength(3)
  expect(world.bodies('next')).toEqual([])
})

test('of a FIFO queue it says what was overtaken', async () => {
  world.make('orders-dlq.fifo')
  const { arn: from } = world.make('orders.fifo', { to: 'orders-dlq.fifo', after: 3 })
  for (const [group, time] of ['a 10:00', 'a 11:00', 'b 10:00'].map((one) => one.split(' '))) {
    const body = event('OrderPlaced', `${group}`, { time: `2026-11-01T${time}:00Z` })
    world.put('orders-dlq.fifo', { body, group: `${group}`, from })
  }
  const processed = (orderId: string, time: string) =>
    `${event('OrderPlaced', orderId, { time })}\n`
  const lines = processed('a', '2026-11-01T10:30:00Z') + processed('b', '2026-11-01T09:00:00Z')
  writeFileSync(join(at.work, 'done.ndjson'), lines)
  const line = ['dlq', 'sqs://orders-dlq.fifo', '--yes', '--quiet', '-o', 'json']
  const alone = JSON.parse((await evt(...line)).out)
  expect(alone.messageGroups).toMatchObject([
    { group: 'a', messages: 2, overtaken: null },
    { group: 'b', messages: 1, overtaken: null },
  ])
  const against = ['--against', 'done.ndjson', '--map', 'key=$.detail.orderId']
  const { out, err } = await evt(...line, ...against)
  expect(err).toBe('')
  expect(JSON.parse(out)).toMatchObject({
    against: ['done.ndjson'],
    messageGroups: [
      { group: 'a', messages: 2, overtaken: 1, unknown: 0, examples: ['m-1'] },
      { group: 'b', messages: 1, overtaken: 0, unknown: 0 },
    ],
  })
})

test('what is parked can be replayed, and is deleted only when it is on the disk', async () => {
  ordersDlq()
  const line = ['dlq', 'sqs://orders-dlq', '--to', 'parked', '--yes', '--quiet', '-o', 'json']
  const kept = await evt(...line)
  expect(kept.err).toBe('')
  expect(JSON.parse(kept.out).parked).toMatchObject({ to: 'parked', records: 15, deleted: false })
  expect(world.bodies('orders-dlq')).toHaveLength(15)
  line.splice(3, 1, 'deleted')
  const parts: number[] = []
  world.fault = (action) => {
    const names = () => readdirSync(join(at.work, 'deleted'), { recursive: true })
    if (action === 'DeleteMessageBatch') {
      parts.push(names().filter((name) => String(name).endsWith('.ndjson.gz')).length)
    }
    return undefined
  }
  expect((await evt(...line, '--delete')).exit).toBe(0)
  expect(world.bodies('orders-dlq')).toEqual([])
  expect(Math.min(...parts)).toBe(1)
  for (const folder of ['parked', 'deleted']) {
    const replay = ['replay', folder, '--to', `${folder}.ndjson`, '--yes', '--quiet', '-o', 'json']
    const { exit, out } = await evt(...replay)
    expect({ exit, sent: JSON.parse(out).sent.sent }).toEqual({ exit: 0, sent: 14 })
  }
})

test('who was erased is taken out of what is parked, and others stay in it', async () => {
  const entities = '{ user: $.detail.user, friend: $.detail.to }'
  writeFileSync(join(at.work, 'evt.yaml'), `events: { "*": { entities: ${entities} } }\n`)
  const of = (id: string, detail: object) => event('OrderPlaced', id, { detail })
  const both = of('1', { user: 'u-4711', to: 'u-1' })
  writeFileSync(join(at.work, 'old.ndjson'), `${both}\n${of('2', { user: 'u-2' })}\n`)
  const erase = ['gdpr', 'erase', '--entity', 'user:u-4711', 'old.ndjson', '--plan', 'p']
  expect(await evt(...erase, '--max-share', '100%')).toMatchObject({ exit: 0 })
  expect(await evt('gdpr', 'erase', '--apply', 'p', '--yes')).toMatchObject({ exit: 0 })
  world.make('dead')
  const bodies = [both, of('3', { user: 'u-4711' }), of('4', { user: 'u-3' })]
  for (const body of bodies) world.put('dead', { body, sentMs: hours(1) })
  const line = ['dlq', 'sqs://dead', '--to', 'parked', '--yes', '--quiet', '-o', 'json']
  const { exit, out, err } = await evt(...line)
  expect({ exit, err }).toMatchObject({ exit: 0 })
  expect(JSON.parse(out).parked).toMatchObject({ records: 2 })
  const { out: replayed } = await evt('replay', 'parked', '--to', '-', '--yes', '--quiet')
  expect(replayed).not.toContain('u-4711')
  expect(replayed).toContain('u-1')
  expect(replayed).toContain('u-3')
})

test('--limit ends the look; a queue of no dead letters is told of', async () => {
  world.make('orders')
  for (let n = 0; n < 45; n++) world.put('orders', { body: event('OrderPlaced', `${n}`) })
  const { exit, out, err } = await evt('dlq', 'sqs://orders', '--limit', '5', '--yes')
  expect(exit).toBe(0)
  expect(err).toContain('sqs://orders: about 45 messages, of which evt takes 5\n')
  expect(err).toContain('no queue names it as its dead-letter queue: who works on it misses them')
  expect(out).toMatch(/\n! not all was looked at: 5 were seen\n/)
  const left = world.queues.get('orders')?.messages ?? []
  expect(left.filter(({ hiddenUntilMs }) => hiddenUntilMs > Date.now())).toEqual([])
})
