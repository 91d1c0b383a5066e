import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { Producer } from '../taps/stream-producer.js'
import { startEvt } from '../testbed/evt-process.js'
import { KinesisDouble } from '../testbed/kinesis-double.js'
import { Refusal, StreamModel } from '../testbed/stream-model.js'

let at: Stage
let double: KinesisDouble
let model: StreamModel
let producer: Producer
beforeEach(async () => {
  model = new StreamModel('orders', 2)
  producer = new Producer(model)
  double = new KinesisDouble(model)
  await double.start()
  const made = stage()
  const aws = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'eu-west-1' }
  const XDG_CACHE_HOME = join(made.work, 'cache')
  at = { ...made, env: { ...made.env, ...aws, XDG_CACHE_HOME, AWS_ENDPOINT_URL: double.url } }
})
afterEach(async () => {
  await double.stop()
  at.remove()
})

const mapped = ['--map', 'id=$.id', '--to', 'again.ndjson', '--no-mark', '--yes']
const begun = (...args: string[]) => startEvt(['replay', ...args], at)
async function replay(...args: string[]) {
  const child = begun(...args)
  const { exit } = await child.end
  return { exit, out: child.out.text, err: child.err.text }
}
const kept = () =>
  readdirSync(join(at.work, 'cache', 'evt', 'replay')).filter((name) => /recorded/.test(name))
const ids = () => {
  const lines = readFileSync(join(at.work, 'again.ndjson'), 'utf8').trimEnd().split('\n')
  return lines.flatMap((line) => line.match(/\\?"id\\?":\s*\\?"(\d+)/)?.[1] ?? [])
}

test('what a stream holds is sent again, once each, and no copy of it stays', async () => {
  const put = producer.reshapes(2, 30)
  const { exit, out, err } = await replay('kinesis://orders', ...mapped)
  expect({ exit, err }).toMatchObject({ exit: 0 })
  expect(err).toContain('shares  kinesis://orders')
  expect(out).toContain(`${put.length}`)
  expect(ids().sort()).toEqual([...put].sort())
  expect(kept()).toEqual([])
})

test('a run that is killed goes on with what it had read, though more has come', async () => {
  const put = producer.put(400)
  const child = begun('kinesis://orders', ...mapped, '--rate', '100/s')
  for (let tries = 0; tries < 1_000 && !isBegun(); tries++) await setTimeout(100)
  child.kill('SIGKILL')
  await child.end
  expect(kept()).toHaveLength(2)
  producer.put(50)
  const { exit, err } = await replay('kinesis://orders', ...mapped, '--rate', '100/s')
  expect(exit).toBe(0)
  expect(err).toContain('goes on with 400 records of kinesis://orders')
  expect(ids().sort()).toEqual([...put].sort())
  expect(kept()).toEqual([])
})

function isBegun(): boolean {
  const file = join(at.work, 'again.ndjson')
  return existsSync(file) && readFileSync(file, 'utf8').split('\n').length > 20
}

test('nothing stays of what is only planned, empty, or cannot be read', async () => {
  const none = await replay('kinesis://orders', ...mapped)
  expect(none).toMatchObject({ exit: 5, out: '' })
  expect(none.err).toContain('evt: no events to send: kinesis://orders holds none of this time')
  producer.put(3)
  const dry = await replay('kinesis://orders', ...mapped, '--dry-run')
  expect(dry).toMatchObject({ exit: 0 })
  expect(dry.out).toMatch(/^from +kinesis:\/\/orders$/m)
  expect(dry.out).toContain('3 events')
  double.fault = () => new Refusal('AccessDeniedException', 'not authorized')
  const denied = await replay('kinesis://orders', ...mapped)
  expect(denied).toMatchObject({ exit: 3, out: '' })
  expect(kept()).toEqual([])
})

test.each([
  [['archive/'], 'kinesis://orders beside archive/: replay one after the other'],
  [['--plan', 'plan.json'], '--plan needs what stays, and kinesis://orders does not'],
])('%j is refused', async (more, message) => {
  const line = more.includes('--plan') ? mapped.slice(0, -1) : mapped
  const { exit, err } = await replay('kinesis://orders', ...more, ...line)
  expect(exit).toBe(2)
  expect(err).toContain(`evt: ${message}`)
})
