import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keyedHash } from '../../src/privacy/seals.js'
import { type Stage, stage } from '../cases/run-case.js'
import { startEvt } from '../testbed/evt-process.js'

let at: Stage
beforeEach(() => {
  at = stage()
  const mapping = '{ id: $.id, entities: { user: $.user, friend: $.friend } }'
  writeFileSync(join(at.work, 'evt.yaml'), `events: { "*": ${mapping} }\n`)
})
afterEach(() => at.remove())

const fileOf = (name: string) => readFileSync(join(at.work, name), 'utf8')

/** What is left of these events. */
async function erased(events: readonly object[], who: readonly string[]) {
  writeFileSync(join(at.work, 'a.ndjson'), events.map((one) => `${JSON.stringify(one)}\n`).join(''))
  const flags = ['--erase-mentions', '--max-share', '100%', '--plan', 'p']
  for (const args of [
    [...who, 'a.ndjson', ...flags],
    ['--apply', 'p', '--yes'],
  ]) {
    const child = startEvt(['gdpr', 'erase', ...args], at)
    expect({ ...(await child.end), err: child.err.text }).toMatchObject({ exit: 0, err: '' })
  }
  return fileOf('a.ndjson')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

test('somebody has one pseudonym in any case, and no key that is left makes it', async () => {
  const id = 'U-4711-Ada'
  const mail = 'Ada@Example.com'
  const [first, second] = await erased(
    [
      { id: '1', user: id, friend: 'bob', mail },
      { id: '2', user: 'bob', friend: id, by: id.toLowerCase(), mail: mail.toUpperCase() },
    ],
    [
      ...['--entity', `user:${id}`, '--also', `$.mail=${mail}`, '--also', `*=${mail}`],
      ...['--ignore-case', '--mode', 'pseudonymise'],
    ],
  )
  expect(first.user).toMatch(/^erased-[0-9a-f]{16}$/)
  expect([second.friend, second.by]).toEqual([first.user, first.user])
  expect(first.mail).toMatch(/^erased-[0-9a-f]{16}$/)
  expect(second.mail).toBe(first.mail)
  const key = fileOf('p.key').trim()
  const made = [id, id.toLowerCase(), mail, mail.toLowerCase()].map((one) => keyedHash(key, one))
  const digits = [first.user, first.mail].map((one) => String(one).slice('erased-'.length))
  for (const one of digits) {
    expect(made.filter((hash) => hash.startsWith(one))).toEqual([])
    expect(fileOf('p')).not.toContain(one)
  }
})

test('an address goes as a whole, where the id is a part of it', async () => {
  const mail = 'ada.lovelace@example.com'
  const [left] = await erased(
    [{ id: '1', user: 'bob', note: `to ${mail}, lovelace`, [mail]: 1 }],
    ['--entity', 'user:lovelace', '--also', `*=${mail}`],
  )
  expect(left).toEqual({ id: '1', user: 'bob', note: 'to [...], [...]', '[...]': 1 })
})
