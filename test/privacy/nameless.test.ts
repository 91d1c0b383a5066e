import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { startEvt } from '../testbed/evt-process.js'

/** Of the subject, and of others who are in the same archive. */
const own = ['u-4711', 'ada@example.com']
const strangers = ['bob@example.org', 'carol@example.net', 'usr-90210', '+4915112345678']

let at: Stage

beforeEach(() => {
  at = stage()
  writeFileSync(
    join(at.work, 'evt.yaml'),
    'events: { "*": { entities: { user: "$.detail.users[0]", friend: "$.detail.users[1]" } } }\n',
  )
  const event = (n: number, detail: object) =>
    JSON.stringify({ id: `e${n}`, source: 'shop', 'detail-type': 'order.placed', detail })
  const lines = [
    event(1, {
      users: ['u-4711', 'usr-90210'],
      byMail: { 'bob@example.org': { friend: 'ada@example.com' } },
      byId: { 'usr-90210': { friend: 'ada@example.com' } },
      raw: JSON.stringify({ people: { 'carol@example.net': { mail: 'ada@example.com' } } }),
    }),
    event(2, { users: ['u-4711'], phones: { '+4915112345678': 'ada@example.com' } }),
    ...[3, 4, 5, 6, 7].map((n) => event(n, { users: [`v-${n}`] })),
    '{"detail": ada@example.com',
  ]
  for (const folder of ['u-4711', 'ada@example.com', 'bob@example.org']) {
    mkdirSync(join(at.work, 'a', folder), { recursive: true })
    writeFileSync(join(at.work, 'a', folder, '1.ndjson'), `${lines.join('\n')}\n`)
  }
  mkdirSync(join(at.work, 'empty', 'u-4711'), { recursive: true })
})
afterEach(() => at.remove())

const evt = async (...args: string[]) => {
  const child = startEvt(['gdpr', ...args], at)
  const { exit } = await child.end
  return { exit, out: child.out.text, err: child.err.text }
}

const who = ['--entity', 'user:u-4711', '--also', '*=ada@example.com']
const all = ['--max-share', '100%', '--allow-partial']

test('neither the manifest of an extract nor stderr names anybody', async () => {
  const run = await evt('extract', ...who, '--deep', 'a', '--to', 'b', ...all)
  expect(run).toMatchObject({ exit: 0, err: expect.stringContaining('cannot be decoded') })
  expect(namedIn(run.err)).toEqual([])
  const manifest = textOf('b', 'manifest.json')
  expect(namedIn(manifest)).toEqual([])
  const { hits, types } = JSON.parse(manifest)
  expect(hits.map(({ path }: { path: string }) => path)).toContain('$.detail.byMail[*].friend')
  expect(hits.map(({ path }: { path: string }) => path)).toContain('$.detail.byId[*].friend')
  expect(hits.map(({ path }: { path: string }) => path)).toContain(
    '$.detail.raw JSON $.people[*].mail',
  )
  expect(types[0].fields).toContain('$.byId[*].friend')
  // Its events are hers, and name who is in them.
  expect(namedIn(textOf('b', 'events.ndjson'))).toEqual([...own, ...strangers])
  expect(await evt('verify', 'b')).toMatchObject({ exit: 0 })
})

test('what is masked of others is listed without them', async () => {
  await evt('extract', ...who, 'a', '--to', 'b', '--redact-others', ...all)
  const manifest = textOf('b', 'manifest.json')
  expect(namedIn(manifest)).toEqual([])
  expect(JSON.parse(manifest).masked.length).toBeGreaterThan(0)
})

test('errors name nobody, whatever is wrong', async () => {
  const erase = ['erase', '--entity', 'user:u-4711', '--plan', 'x']
  for (const line of [
    ['extract', ...who, 'empty/u-4711', '--to', 'x'],
    ['extract', ...who, 'a/ada@example.com/2.ndjson', '--to', 'x'],
    ['find', 'ada@example.com', 'a/ada@example.com/2.ndjson'],
    ['find', 'nothing', 'a/bob@example.org/2.ndjson'],
    [...erase, 'empty/u-4711'],
    [...erase, 'a/bob@example.org/2.ndjson'],
  ]) {
    const { exit, err } = await evt(...line, '--verbose')
    expect(exit).not.toBe(0)
    expect(err).toContain('[identifier]')
    expect(namedIn(err)).toEqual([])
  }
  const many = await evt('extract', '--entity', 'user:u-4711', 'a/u-4711', '--to', 'x')
  expect(many).toMatchObject({ exit: 2, err: expect.stringContaining('more than 10%') })
  expect(namedIn(many.err)).toEqual([])
})

test('the evidence of an erasure names nobody, nor does what strangers answer', async () => {
  const plan = await evt('erase', ...who, '--erase-mentions', 'a', '--plan', 'p', ...all)
  expect(plan).toMatchObject({ exit: 0, err: '' })
  const apply = ['erase', '--apply', 'p', '--yes', '--to', 'e', '--allow-partial']
  expect(await evt(...apply, '--notify', 'told.ndjson')).toMatchObject({ exit: 0, err: '' })
  expect(namedIn(textOf('told.ndjson'))).toEqual([])
  const { request } = JSON.parse(textOf('told.ndjson')).detail
  const answers = strangers.map((name, n) =>
    JSON.stringify({ type: 'answer', id: `${name} ${n}`, request, recipient: name, status: name }),
  )
  mkdirSync(join(at.work, 'answers of bob@example.org'))
  writeFileSync(join(at.work, 'answers of bob@example.org', '1.ndjson'), answers.join('\n'))
  const answered = await evt('acknowledge', 'e', 'answers of bob@example.org')
  expect(answered).toMatchObject({ exit: 0, err: '' })
  // Who reads what is printed has to know who it was.
  expect(answered.out).toContain('bob@example.org')
  const again = await evt('acknowledge', 'e', 'answers of bob@example.org')
  expect(again.exit).toBe(5)
  expect(namedIn(again.err)).toEqual([])
  for (const name of readdirSync(join(at.work, 'e'))) {
    expect(namedIn(textOf('e', name)), name).toEqual([])
  }
  const { acknowledgements } = JSON.parse(textOf('e', 'manifest.json'))
  const names = acknowledgements[0].answers.map((one: { recipient: string }) => one.recipient)
  expect(new Set(names).size).toBe(strangers.length)
  const verified = await evt('verify', 'e')
  expect(verified).toMatchObject({ exit: 0 })
  expect(namedIn(verified.out)).toEqual([])
})

test('a short id is taken out where its kind stands before it', async () => {
  mkdirSync(join(at.work, 'c', 'users', '42'), { recursive: true })
  const line = JSON.stringify({ 'detail-type': 't', source: 's', detail: { users: ['42'] } })
  writeFileSync(join(at.work, 'c', 'users', '42', 'user=42.ndjson'), `${line}\n`)
  writeFileSync(join(at.work, 'c', 'part-42.ndjson'), `${line}\n`)
  await evt('extract', '--entity', 'user:42', 'c', '--to', 'b', ...all)
  const { objects } = JSON.parse(textOf('b', 'manifest.json'))
  expect(objects.map(({ path }: { path: string }) => path)).toEqual([
    'c/part-42.ndjson',
    'c/users/[identifier]/user=[identifier].ndjson',
  ])
})

function textOf(...names: string[]): string {
  return readFileSync(join(at.work, ...names), 'utf8')
}

function namedIn(text: string): string[] {
  return [...own, ...strangers].filter((name) => text.includes(name))
}
