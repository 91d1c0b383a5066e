import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { startEvt } from '../testbed/evt-process.js'

let at: Stage
beforeEach(() => {
  at = stage()
  writeFileSync(join(at.work, 'evt.yaml'), 'events: { "*": { entities: { user: $.user } } }\n')
  const lines = Array.from({ length: 40 }, (_, n) => `{"id":"${n}","user":"u-${n % 20}"}\n`)
  writeFileSync(join(at.work, 'a.ndjson'), lines.join(''))
})
afterEach(() => at.remove())

const erase = async (...args: string[]) => {
  const child = startEvt(['gdpr', 'erase', ...args], at)
  const { exit } = await child.end
  return { exit, err: child.err.text }
}
const lock = () => join(at.work, '.a.ndjson.evt-erase.lock')
const held = (pid: number) => writeFileSync(lock(), JSON.stringify({ pid, host: hostname() }))

test('an object is written for one plan at a time, and goes on where evt was killed', async () => {
  await erase('--entity', 'user:u-7', 'a.ndjson', '--plan', 'p')
  const before = readFileSync(join(at.work, 'a.ndjson'), 'utf8')
  held(process.pid)
  const { exit, err } = await erase('--apply', 'p', '--yes')
  expect({ exit, err }).toMatchObject({
    exit: 3,
    err: expect.stringContaining('another evt writes a.ndjson again'),
  })
  expect(readFileSync(join(at.work, 'a.ndjson'), 'utf8')).toBe(before)
  held(2 ** 30)
  expect(await erase('--apply', 'p', '--yes')).toEqual({ exit: 0, err: '' })
  const left = before.replaceAll(/.*"u-7".*\n/g, '')
  expect(readFileSync(join(at.work, 'a.ndjson'), 'utf8')).toBe(left)
  expect(readdirSync(at.work).sort()).not.toContain('.a.ndjson.evt-erase.lock')
})
