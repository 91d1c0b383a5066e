import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
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

async function evt(...argv: string[]) {
  const child = startEvt(argv, at)
  const { exit } = await child.end
  return { exit, out: child.out.text, err: child.err.text }
}

/** Dead letters of groups with the numbers of their producer, in the order they were given up. */
function dead(...letters: string[]): void {
  world.make('dead.fifo')
  const { arn: from } = world.make('orders.fifo', { to: 'dead.fifo', after: 3 })
  for (const [n, letter] of letters.entries()) {
    const [group = '', number] = letter.split(' ')
    const body = JSON.stringify({ id: `e-${n}`, type: 'OrderPlaced', version: Number(number) })
    world.put('dead.fifo', { body, group, from })
  }
}

const look = ['dlq', 'sqs://dead.fifo', '--yes', '--quiet', '--map', 'id=$.id']
const numbered = [...look, '--map', 'sequence=$.version']

test('without --against it says what the numbers of the producer tell', async () => {
  dead('a 4', 'a 5', 'a 9', 'b 1', 'b 2', 'c 7', 'c 6')
  const { messageGroups } = JSON.parse((await evt(...numbered, '-o', 'json')).out)
  expect(messageGroups).toMatchObject([
    { group: 'a', messages: 3, overtaken: null, passed: 2, skipped: ['6–8'], disordered: 0 },
    { group: 'b', messages: 2, overtaken: null, passed: 0, skipped: [], disordered: 0 },
    { group: 'c', messages: 2, overtaken: null, passed: 0, skipped: [], disordered: 1 },
  ])
  const { out } = await evt(...numbered)
  expect(out.replaceAll(/\n {2}/g, ' ')).toContain(
    '! 2 messages, in 1 group such as a (6–8), come before numbers that are not here: these were ' +
      'processed after them, or taken out of here, if their producer counts without gaps\n' +
      '! 1 message was given up behind a later one of its key\n' +
      '! 7 messages of 3 groups: later ones of a group may have been processed since; ' +
      '--against SOURCE says which\n',
  )
})

test('without numbers it says how they are found, and claims nothing', async () => {
  dead('a 4', 'a 9')
  const { messageGroups } = JSON.parse((await evt(...look, '-o', 'json')).out)
  expect(messageGroups).toMatchObject([{ passed: null, skipped: [], disordered: 0 }])
  const { out } = await evt(...look)
  expect(out).toMatch(/! no numbers of a producer are known: --map sequence=\$\.… shows which/)
})

test('a misspelt --against is told before anything is received', async () => {
  dead('a 4')
  const { exit, err } = await evt(...look, '--against', 'gone/')
  expect({ exit, err }).toEqual({ exit: 2, err: 'evt: no such file or folder: gone/\n' })
  expect(world.asked.filter(({ action }) => action === 'ReceiveMessage')).toEqual([])
})

test('Ctrl-C while it looks: what was seen is told, and all is given back', async () => {
  world.make('dead')
  for (let n = 0; n < 300; n++)
    world.put('dead', { body: '{"detail-type":"OrderPlaced","source":"shop","detail":{}}' })
  const child = startEvt(['dlq', 'sqs://dead', '--yes', '--quiet', '-o', 'json'], at)
  let receives = 0
  world.fault = (action) => {
    if (action === 'ReceiveMessage' && ++receives === 12) child.kill('SIGINT')
    return receives >= 12 && action === 'ReceiveMessage'
      ? { error: 'InternalFailure', status: 500 }
      : undefined
  }
  expect(await child.end).toEqual({ exit: 130, signal: null })
  const { partial, ended, seen, unseen, groups } = JSON.parse(child.out.text)
  expect({ partial, ended }).toEqual({ partial: true, ended: 'interrupted' })
  expect(seen).toBeGreaterThan(0)
  expect(seen + unseen).toBe(300)
  expect(groups).toMatchObject([{ type: 'OrderPlaced', messages: seen }])
  const left = world.queues.get('dead')?.messages ?? []
  expect(left.filter(({ hiddenUntilMs }) => hiddenUntilMs > Date.now())).toEqual([])
})
