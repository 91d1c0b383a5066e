import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Register } from '../../src/erased/register.js'
import { type Stage, stage } from '../cases/run-case.js'
import { startEvt } from '../testbed/evt-process.js'
import { QueueWorld } from '../testbed/queue-world.js'

let at: Stage
let world: QueueWorld
beforeEach(async () => {
  world = await new QueueWorld().start()
  at = stage()
  at = { ...at, env: { ...at.env, ...world.env, COLUMNS: '100' } }
  writeFileSync(
    join(at.work, 'evt.yaml'),
    'events: { "*": { id: $.id, entities: { user: $.user, friend: $.friend } } }\n' +
      'privacy: { register: register }\n',
  )
  await erased('user:u-4711')
})
afterEach(async () => {
  await world.stop()
  at.remove()
})

async function erased(...entities: string[]): Promise<void> {
  const register = await Register.open(join(at.work, 'register'))
  await register.add(await register.linesOf(entities, '2026-11-01T00:00:00.000Z'))
}

async function redrive(...argv: string[]) {
  const child = startEvt(['dlq', 'redrive', ...argv], at)
  const { exit } = await child.end
  return { exit, out: child.out.text, err: child.err.text }
}

const bodies = [
  { id: '1', user: 'u-1' },
  { id: '2', user: 'u-4711' },
  { id: '3', user: 'u-4711', friend: 'u-2' },
  { id: '4', user: 'u-4' },
].map((body) => JSON.stringify(body))

function fill(queue: string, ...sources: string[]): void {
  world.make(queue)
  const sentMs = world.nowMs() - 60_000
  for (const name of sources) {
    const { arn: from } = world.make(name, { to: queue, after: 3 })
    for (const body of bodies) world.put(queue, { body, sentMs, from })
  }
}

test('who was erased does not come back: evt moves all letters but theirs', async () => {
  fill('dead', 'orders')
  const plan = await redrive('sqs://dead', '--to', 'sqs://orders', '--dry-run')
  expect(plan).toMatchObject({ exit: 0, err: '' })
  expect(plan.out).toContain('by       evt')
  const { exit, out } = await redrive('sqs://dead', '--yes')
  expect(exit).toBe(0)
  expect(out).toContain('moved 3 messages')
  expect(out).toContain('1 of who was erased, which stay')
  expect(out).toContain('1 sent without who was erased')
  const sent = world.bodies('orders').map((body) => JSON.parse(body))
  expect(sent.sort((a, b) => a.id - b.id)).toEqual([
    { id: '1', user: 'u-1' },
    { id: '3', user: null, friend: 'u-2' },
    { id: '4', user: 'u-4' },
  ])
  expect(world.bodies('dead')).toEqual([bodies[1]])
  expect(world.moves).toEqual([])
})

test('into a file, too; letters of several queues are moved queue by queue', async () => {
  fill('dead', 'orders', 'billing')
  const both = await redrive('sqs://dead', '--yes')
  expect(both.exit).toBe(2)
  expect(both.err).toContain('moves those of one, without who was erased')
  expect(world.moves).toEqual([])
  const { exit } = await redrive('sqs://dead', '--to', 'out.ndjson', '--yes')
  expect(exit).toBe(0)
  const file = readFileSync(join(at.work, 'out.ndjson'), 'utf8')
  expect(file).not.toContain('u-4711')
  expect(file.trim().split('\n')).toHaveLength(6)
  expect(world.bodies('dead')).toHaveLength(2)
})

test('where the mapping cannot tell who was erased, that is said, and SQS moves them', async () => {
  writeFileSync(join(at.work, 'evt.yaml'), 'privacy: { register: register }\n')
  fill('dead', 'orders')
  const { exit, out, err } = await redrive('sqs://dead', '--yes')
  expect(exit).toBe(0)
  expect(out).toContain('moved about 4 messages')
  expect(err).toContain('who was erased comes back: evt.yaml does not say where user is in events')
})
