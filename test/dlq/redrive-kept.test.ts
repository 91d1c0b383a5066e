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
