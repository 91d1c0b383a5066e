import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { startEvt } from '../testbed/evt-process.js'
import { QueueWorld } from '../testbed/queue-world.js'

let at: Stage
let world: QueueWorld
beforeEach(async () => {
  world = await new QueueWorld().start()
  at = stage(world.env)
  world.make('dead.fifo')
  world.make('orders.fifo', { to: 'dead.fifo', after: 3 })
})
afterEach(async () => {
  await world.stop()
  at.remove()
})

async function redrive() {
  const child = startEvt(['dlq', 'redrive', 'sqs://dead.fifo', '--yes', '--quiet', '--json'], at)
  const { exit } = await child.end
  expect({ exit, err: child.err.text }).toEqual({ exit: 0, err: '' })
  return JSON.parse(child.out.text)
}

test('what X-Ray follows a message by is kept beside its attributes', async () => {
  const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1'
  world.put('dead.fifo', { body: '{"n":1}', group: 'a', trace })
  world.put('dead.fifo', { body: '{"n":2}', group: 'a' })
  await redrive()
  const sent = world.queues.get('orders.fifo')?.messages.map((one) => [one.body, one.trace])
  expect(sent).toEqual([
    ['{"n":1}', trace],
    ['{"n":2}', undefined],
  ])
})

test.each([-300_000, 300_000])('a clock that is %i ms behind leaves nothing', async (behindMs) => {
  world.nowMs = () => Date.now() + behindMs
  world.put('dead.fifo', { body: '{"n":1}', group: 'a' })
  // What comes after the move began stays all the same.
  const laterMs = world.nowMs() + 20_000
  world.put('dead.fifo', { body: '{"n":2}', group: 'b', sentMs: laterMs })
  const { moved } = await redrive()
  expect(moved).toMatchObject({ messages: 1, newer: 1, left: 0 })
  expect(world.bodies('orders.fifo')).toEqual(['{"n":1}'])
})

/** Out of a queue of its own into a file. */
async function toFile(...more: string[]) {
  const argv = ['dlq', 'redrive', 'sqs://dead', '--to', 'kept.ndjson', '--quiet', ...more]
  const child = startEvt(argv, at)
  const { exit } = await child.end
  return { exit, out: child.out.text, err: child.err.text }
}
const put = (body: string) => world.put('dead', { body, sentMs: world.nowMs() - 60_000 })
const kept = () => readFileSync(join(at.work, 'kept.ndjson'), 'utf8')

test('a file of something else is not written to, nor cut', async () => {
  world.make('dead')
  put('{"n":1}')
  writeFileSync(join(at.work, 'kept.ndjson'), '{"precious":true}')
  const { exit, err } = await toFile('--yes')
  expect({ exit, err }).toEqual({
    exit: 2,
    err:
      'evt: kept.ndjson holds something already, and not of this move\n' +
      '     name a file that is not there yet\n',
  })
  expect(kept()).toBe('{"precious":true}')
  expect(world.bodies('dead')).toEqual(['{"n":1}'])
})

test('what was sent to a file that is gone since is sent again, not deleted', async () => {
  world.make('dead')
  put('{"n":1}')
  world.fault = (action) =>
    action === 'DeleteMessageBatch' ? { error: 'AccessDenied', status: 403 } : undefined
  expect((await toFile('--yes')).exit).toBe(3)
  expect(world.bodies('dead')).toEqual(['{"n":1}'])
  world.fault = () => undefined
  rmSync(join(at.work, 'kept.ndjson'))
  const hours = 3_600_000
  world.nowMs = () => Date.now() + hours
  expect(await toFile('--yes')).toMatchObject({ exit: 0, err: '' })
  expect(kept()).toBe('{"n":1}\n')
  expect(world.bodies('dead')).toEqual([])
})

test('a body of several lines that is no JSON stays in the queue', async () => {
  world.make('dead')
  put('{\n"n": 1\n}')
  put('a\n\nb')
  const plan = await toFile('--dry-run')
  expect(plan.out).toContain('! only bodies go there: what stands beside them, such as ERROR_CODE,')
  expect(await toFile('--yes')).toMatchObject({
    exit: 3,
    out: expect.stringContaining('1  its body is no JSON, and of several lines'),
  })
  expect(kept()).toBe('{ "n": 1 }\n')
  expect(world.bodies('dead')).toEqual(['a\n\nb'])
})
