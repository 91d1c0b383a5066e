import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Register } from '../../src/erased/register.js'
import { type Stage, stage } from '../cases/run-case.js'
import { startEvt } from '../testbed/evt-process.js'

const EVENTS = 200

let at: Stage
beforeEach(() => {
  at = stage()
  mkdirSync(join(at.work, 'a'))
  const lines = Array.from({ length: EVENTS }, (_, n) =>
    JSON.stringify({ id: `${n}`, type: 't', source: 's', user: n % 2 ? 'u-4711' : `v-${n}` }),
  )
  writeFileSync(join(at.work, 'a', '1.ndjson'), `${lines.join('\n')}\n`)
  writeFileSync(
    join(at.work, 'evt.yaml'),
    'events: { "*": { id: $.id, type: $.type, source: $.source, key: $.user,\n' +
      '  entities: { user: $.user } } }\n' +
      'privacy: { register: register, redact: [$.user] }\n',
  )
})
afterEach(() => at.remove())

test('who is erased while a replay runs comes no more, and the run ends well', async () => {
  const child = startEvt(['replay', 'a', '--to', 'out.ndjson', '--rate', '20/s', '--yes'], at)
  const out = join(at.work, 'out.ndjson')
  const read = () => (existsSync(out) ? readFileSync(out, 'utf8') : '')
  await expect.poll(() => read().includes('u-4711'), { timeout: 100_000, interval: 50 }).toBe(true)
  const register = await Register.open(join(at.work, 'register'))
  await register.add(await register.linesOf(['user:u-4711'], '2026-11-01T00:00:00.000Z'))
  const { exit } = await child.end
  expect({ exit, err: child.err.text }).toMatchObject({ exit: 0 })
  expect(child.out.text).toContain('of who was erased meanwhile, and left out')
  const lines = read().trim().split('\n')
  const ofErased = lines.filter((line) => line.includes('u-4711')).length
  expect(lines.length - ofErased).toBe(EVENTS / 2)
  expect(ofErased).toBeGreaterThan(0)
  expect(ofErased).toBeLessThan(EVENTS / 2)
})

test('a plan does not tell keys and ids that privacy.redact hides', async () => {
  const child = startEvt(['replay', 'a', '--to', 'out.ndjson', '--dry-run', '-o', 'json'], at)
  expect(await child.end).toMatchObject({ exit: 0 })
  const { keys } = JSON.parse(child.out.text)
  expect(keys.count).toBe(EVENTS / 2 + 1)
  expect(keys.largest[0]).toEqual({ key: '[redacted]', events: EVENTS / 2 })
  expect(child.out.text).not.toContain('u-4711')
})
