import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { startEvt } from '../testbed/evt-process.js'
import { TargetDouble } from '../testbed/target-double.js'

let at: Stage
let double: TargetDouble
beforeEach(async () => {
  double = new TargetDouble()
  await double.start()
  at = stage()
  at = { ...at, env: { ...at.env, ...double.env } }
})
afterEach(async () => {
  await double.stop()
  at.remove()
})

function write(...events: object[]): void {
  const lines = events.map((event) => `${JSON.stringify(event)}\n`)
  writeFileSync(join(at.work, 'o.ndjson'), lines.join(''))
}

const mapping = ['--map', 'id=$.id', '--map', 'key=$.key']
const begun = (...more: string[]) => startEvt(['replay', 'o.ndjson', ...more], at)
async function replay(...more: string[]) {
  const child = begun(...more)
  const { exit } = await child.end
  return { exit, out: child.out.text, err: child.err.text }
}
const bodies = () => double.taken.map(({ body }) => JSON.parse(body))

test('repeats are sent too, each with an id of its own that is always the same', async () => {
  const one = { id: 'e-1', key: 'a key', n: 1 }
  write(one, one, { id: 'e-2', key: 'b', n: 1 })
  const to = ['--to', 'sqs://orders.fifo', '--yes', ...mapping]
  expect(await replay(...to, '--journal', 'one.ndjson', '--name', 'first')).toMatchObject({
    exit: 0,
  })
  const first = double.taken.splice(0)
  const ids = first.map(({ dedupe }) => dedupe)
  expect(new Set(ids).size).toBe(3)
  expect(first.map(({ group }) => group).sort()[2]).toBe('b')
  expect(first.filter(({ group }) => /^[0-9a-f]{64}$/.test(group))).toHaveLength(2)
  for (const { attributes } of first) expect(attributes['replay-name']?.StringValue).toBe('first')
  expect(await replay(...to, '--journal', 'two.ndjson', '--no-mark')).toMatchObject({ exit: 0 })
  expect(double.taken.map(({ dedupe }) => dedupe).sort()).toEqual(ids.sort())
  for (const { attributes } of double.taken) expect(attributes).toEqual({})
})

test('a FIFO target without keys is refused before anything is sent', async () => {
  write({ id: 'e-1' }, { id: 'e-2' })
  const { exit, err } = await replay('--to', 'sqs://orders.fifo', '--yes', '--map', 'id=$.id')
  expect(exit).toBe(2)
  expect(err).toBe(
    'evt: nothing was sent: 2 events cannot be sent, since each has no key, which a FIFO target ' +
      'needs for its group\n     --map key=$.detail.orderId says where the key is; ' +
      '--skip-refused sends the others\n',
  )
  expect(double.calls).toBe(0)
})

test('events that are too large stand in the plan, and can be left out', async () => {
  write({ id: 'e-1', key: 'k' }, { id: 'e-2', key: 'k', text: 'x'.repeat(1_100_000) })
  const to = ['--to', 'sqs://orders.fifo', '--yes', '-o', 'json', ...mapping]
  const refused = await replay(...to)
  expect(refused.exit).toBe(2)
  expect(JSON.parse(refused.out)).toMatchObject({
    refused: [
      {
        reason:
          'is larger than the 1,048,576 bytes that the FIFO queue orders.fifo in eu-west-1 takes',
        ...{ count: 1, examples: ['e-2'] },
      },
    ],
    sent: null,
  })
  expect(double.calls).toBe(0)
  const { exit, out } = await replay(...to, '--skip-refused')
  expect({ exit, sent: JSON.parse(out).sent }).toMatchObject({ exit: 0, sent: { sent: 1 } })
  expect(bodies().map(({ id }) => id)).toEqual(['e-1'])
})

test('behind one that fails for good nothing more of its key is sent, until it was', async () => {
  const numbers = Array.from({ length: 30 }, (_, n) => n)
  write(...numbers.map((n) => ({ id: `e-${n}`, key: n % 2 === 0 ? 'even' : 'odd', n })))
  double.refuses = ({ body }) => JSON.parse(body).n === 4
  const to = ['--to', 'sqs://orders.fifo', '--yes', '--quiet', '-o', 'json', ...mapping]
  const first = await replay(...to)
  expect(first.exit).toBe(3)
  expect(JSON.parse(first.out).sent).toMatchObject({ sent: 17, failed: 1, notSent: 12 })
  expect(JSON.parse(first.err).error.message).toBe('13 of 30 events could not be sent')
  double.refuses = () => false
  const again = await replay(...to)
  expect(again.exit).toBe(0)
  expect(JSON.parse(again.out).sent).toMatchObject({ sent: 13, sentBefore: 17, notSent: 0 })
  for (const key of ['even', 'odd']) {
    const found = bodies().filter((event) => event.key === key)
    expect(found.map(({ n }) => n)).toEqual(
      numbers.filter((n) => (n % 2 === 0) === (key === 'even')),
    )
  }
})

test('Ctrl-C ends it with 130, and the same line goes on', async () => {
  const numbers = Array.from({ length: 200 }, (_, n) => n)
  write(...numbers.map((n) => ({ id: `e-${n}`, key: `k-${n % 20}`, n })))
  const to = ['--to', 'sqs://orders.fifo', '--yes', '--journal', 'j.ndjson', ...mapping]
  const child = begun(...to, '--rate', '40/s')
  for (let tries = 0; double.taken.length < 20 && tries < 10_000; tries++) await setTimeout(10)
  child.kill('SIGINT')
  expect(await child.end).toEqual({ exit: 130, signal: null })
  expect(child.err.text).toMatch(/evt: interrupted: \d+ of 200 events not sent\n {5}the same line/)
  const before = double.taken.length
  expect(await replay(...to)).toMatchObject({ exit: 0 })
  expect(before).toBeLessThan(200)
  expect(double.taken).toHaveLength(200)
  const lines = readFileSync(join(at.work, 'j.ndjson'), 'utf8').trim().split('\n').slice(1)
  const sent = lines.map((line) => JSON.parse(line)).map(({ n }) => n)
  expect(sent.sort((a, b) => a - b)).toEqual(numbers.map((n) => n + 1))
})

test('a line that was killed, and selects others by now, sends nothing twice', async () => {
  const event = (n: number, at: number) => ({ id: `e-${n}`, key: `k-${n % 20}`, n, at })
  const events = Array.from({ length: 200 }, (_, n) => event(n, Date.now() - 60_000 + n))
  write(...events)
  const to = ['--to', 'sqs://orders.fifo', '--yes', ...mapping, '--map', 'receivedAt=$.at']
  const line = [...to, '--since', '1h', '--rate', '40/s']
  const child = begun(...line)
  for (let tries = 0; double.taken.length < 20 && tries < 10_000; tries++) await setTimeout(10)
  child.kill('SIGKILL')
  await child.end
  const before = double.taken.length
  write(...events, event(200, Date.now()))
  const { exit, err } = await replay(...line, '--quiet')
  const told = /^evt: nothing was sent: this line has sent \d+ of 200 events, and selects others by/
  expect({ exit, err }).toEqual({ exit: 2, err: expect.stringMatching(told) })
  expect(double.taken).toHaveLength(before)
  const [, rest = ''] = /^ {5}(--since .*) goes on where that ended;/m.exec(err) ?? []
  expect(await replay(...to, ...rest.split(' '), '--quiet')).toMatchObject({ exit: 0, err: '' })
  expect(new Set(bodies().map(({ n }) => n))).toEqual(new Set(events.map(({ n }) => n)))
  expect(double.taken.length).toBeLessThanOrEqual(200 + 8 * 10)
  expect(await replay(...line, '--journal', 'anew.ndjson', '--quiet')).toMatchObject({ exit: 0 })
  expect(bodies().filter(({ n }) => n === 200)).toHaveLength(1)
  // Now that all was sent to its end, others may be.
  write(...events.slice(1))
  expect(await replay(...line, '--quiet')).toMatchObject({ exit: 0, err: '' })
})

test('a target in what an alias stands for is refused', async () => {
  mkdirSync(join(at.work, 'archive', 'sub'), { recursive: true })
  writeFileSync(join(at.work, 'archive', 'sub', 'o.ndjson'), '{"id":"e-1"}\n')
  writeFileSync(join(at.work, 'evt.yaml'), 'archives: { kept: archive }\n')
  const child = startEvt(['replay', 'kept:sub', '--to', 'archive/sub/again.ndjson', '--yes'], at)
  const { exit } = await child.end
  expect({ exit, err: child.err.text }).toEqual({
    exit: 2,
    err:
      'evt: --to archive/sub/again.ndjson is in kept:sub, which is read\n' +
      '     name a file beside it\n',
  })
})

test.each([
  ['a link to the archive', ['archive'], 'link/again.ndjson', 'is in archive, which is read'],
  ['a link that is read', ['link'], 'archive/again.ndjson', 'is in link, which is read'],
  ['a pattern', ['archive/*.ndjson'], 'archive/b.ndjson', 'is in archive/*.ndjson, which is read'],
  ['a link to a file', ['archive'], 'one.ndjson', 'is one of the files that are read'],
  ['a link to what is not there', ['archive'], 'new.ndjson', 'is in archive, which is read'],
  ['a file by its link', ['one.ndjson'], 'archive/o.ndjson', 'is one of the files that are read'],
])('a target in what is read is refused: %s', async (_, sources, to, told) => {
  mkdirSync(join(at.work, 'archive'))
  const file = join(at.work, 'archive', 'o.ndjson')
  writeFileSync(file, '{"id":"e-1"}\n')
  symlinkSync('archive', join(at.work, 'link'))
  symlinkSync('archive/o.ndjson', join(at.work, 'one.ndjson'))
  symlinkSync('archive/new.ndjson', join(at.work, 'new.ndjson'))
  const child = startEvt(['replay', ...sources, '--to', to, '--yes'], at)
  const { exit } = await child.end
  expect({ exit, err: child.err.text }).toMatchObject({
    ...{ exit: 2, err: expect.stringContaining(`evt: --to ${to} ${told}\n`) },
  })
  expect(readFileSync(file, 'utf8')).toBe('{"id":"e-1"}\n')
})

test('one journal is written by one evt at a time', async () => {
  write(...Array.from({ length: 100 }, (_, n) => ({ id: `e-${n}`, key: `k-${n}` })))
  const to = ['--to', 'sqs://orders.fifo', '--yes', '--journal', 'j.ndjson', ...mapping]
  const child = begun(...to, '--rate', '10/s')
  for (let tries = 0; double.taken.length === 0 && tries < 10_000; tries++) await setTimeout(10)
  const { exit, err } = await replay(...to, '--quiet')
  child.kill('SIGTERM')
  await child.end
  expect(exit).toBe(3)
  expect(err).toMatch(/^evt: another evt writes to the journal \S+j\.ndjson \(process \d+ on /)
})
