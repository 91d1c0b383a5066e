import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { startEvt } from '../testbed/evt-process.js'

let at: Stage
let server: Server
let url: string
let status = 500
let got: string[] = []
let whenGot: (() => void) | undefined

beforeEach(async () => {
  at = stage()
  got = []
  whenGot = undefined
  mkdirSync(join(at.work, 'a'))
  const lines = ['u-4711', '43', '44', '45'].map((user, n) => JSON.stringify({ id: n, user }))
  writeFileSync(join(at.work, 'a', '1.ndjson'), `${lines.join('\n')}\n`)
  server = createServer((request, answer) => {
    const isPost = request.method === 'POST'
    text(request).then((body) => {
      if (isPost) got.push(body)
      if (isPost) whenGot?.()
      answer.writeHead(isPost ? status : 200).end()
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterEach(async () => {
  await new Promise((done) => server.close(done))
  at.remove()
})

const evt = async (...args: string[]) => {
  const child = startEvt(['gdpr', ...args], at)
  const { exit } = await child.end
  return { exit, out: child.out.text, err: child.err.text }
}

test('who cannot be told is told when the same line goes on, by the same id', async () => {
  const who = ['--entity', 'user:u-4711', '--map', 'entities.user=$.user', '--max-share', '50%']
  expect(await evt('erase', ...who, 'a', '--plan', 'p')).toMatchObject({ exit: 0 })
  const apply = ['erase', '--apply', 'p', '--yes', '--to', 'e', '--notify', url]
  status = 500
  const failed = await evt(...apply)
  expect(failed.exit).toBe(3)
  expect(failed.err).toContain('all is erased, and recipients have to be told')
  expect(readFileSync(join(at.work, 'a', '1.ndjson'), 'utf8')).not.toContain('u-4711')
  // Nobody has a proof before recipients were told.
  expect(readFileSync(join(at.work, 'p'), 'utf8')).toContain('"evt.erasure/1"')
  const tried = got.length
  expect(tried).toBeGreaterThan(0)
  status = 200
  expect(await evt(...apply)).toMatchObject({ exit: 0, err: '' })
  expect(got).toHaveLength(tried + 1)
  expect(new Set(got.map((body) => JSON.parse(body).id)).size).toBe(1)
  expect(got.join('')).not.toContain('u-4711')
  const manifest = JSON.parse(readFileSync(join(at.work, 'e', 'manifest.json'), 'utf8'))
  expect(manifest.notified).toMatchObject({ eventId: JSON.parse(got[0] ?? '{}').id })
  expect(await evt('verify', 'e')).toMatchObject({ exit: 0 })
  expect(await evt(...apply)).toMatchObject({ exit: 0 })
  expect(got).toHaveLength(tried + 1)
})

test('a bundle of answers from which a round was taken is not what was written', async () => {
  const who = ['--entity', 'user:u-4711', '--map', 'entities.user=$.user', '--max-share', '50%']
  await evt('erase', ...who, 'a', '--plan', 'p')
  await evt('erase', '--apply', 'p', '--yes', '--to', 'e', '--notify', 'told.ndjson')
  const { request } = JSON.parse(readFileSync(join(at.work, 'told.ndjson'), 'utf8')).detail
  for (const recipient of ['mail', 'audit']) {
    const answer = { type: 'answer', request, recipient, status: 'erased' }
    writeFileSync(join(at.work, `${recipient}.json`), JSON.stringify(answer))
    expect(await evt('acknowledge', 'e', `${recipient}.json`)).toMatchObject({ exit: 0 })
  }
  expect(await evt('verify', 'e')).toMatchObject({ exit: 0 })
  const file = join(at.work, 'e', 'manifest.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  expect(manifest.acknowledgements).toHaveLength(2)
  const { chainOf, manifestText } = await import('../../src/privacy/manifest.js')
  // Its own chain made right again: the rounds still do not follow each other.
  const { chainSha256: _, ...rest } = manifest
  const cut = { ...rest, acknowledgements: rest.acknowledgements.slice(1) }
  writeFileSync(file, manifestText({ ...cut, chainSha256: chainOf(cut) }))
  const verified = await evt('verify', 'e')
  expect(verified.exit).toBe(4)
  expect(verified.err).toContain('manifest.json is not what evt wrote')
})

test('whom a run told that came no further is in the proof with who is told next', async () => {
  const who = ['--entity', 'user:u-4711', '--map', 'entities.user=$.user', '--max-share', '50%']
  await evt('erase', ...who, 'a', '--plan', 'p')
  status = 200
  // Once recipients are told, the key of the proof cannot be put in its place.
  mkdirSync(join(at.work, 'p.key', 'in-the-way'), { recursive: true })
  const failed = await evt('erase', '--apply', 'p', '--yes', '--to', 'e', '--notify', url)
  expect(failed.exit).not.toBe(0)
  expect(got).toHaveLength(1)
  rmSync(join(at.work, 'p.key'), { recursive: true })
  const next = ['erase', '--apply', 'p', '--yes', '--to', 'e', '--notify', 'told.ndjson']
  expect(await evt(...next)).toMatchObject({ exit: 0, err: '' })
  const manifest = JSON.parse(readFileSync(join(at.work, 'e', 'manifest.json'), 'utf8'))
  expect(manifest.notified).toMatchObject({ to: 'told.ndjson' })
  expect(manifest.notifiedBefore).toMatchObject([{ to: url }])
  expect(await evt('verify', 'e')).toMatchObject({ exit: 0 })
  for (const to of [url, 'told.ndjson']) {
    const again = await evt('erase', '--apply', 'p', '--yes', '--to', 'e', '--notify', to)
    expect(again).toMatchObject({ exit: 0 })
  }
  expect(got).toHaveLength(1)
  const other = await evt('erase', '--apply', 'p', '--yes', '--to', 'e', '--notify', 'x.ndjson')
  expect(other.exit).toBe(2)
  expect(other.err).toContain(`only ${manifest.notifiedBefore[0].target}, told.ndjson was told`)
})

test('a correction without an id is sent once, whatever fails behind it', async () => {
  const event = JSON.stringify({ type: 'user.corrected', user: 'u-4711', name: 'Ada' })
  writeFileSync(join(at.work, 'fix.json'), event)
  const who = ['--entity', 'user:u-4711', '--map', 'entities.user=$.user']
  const fix = ['rectify', ...who, '--event', 'fix.json', '--notify', url, '--to', 'b', '--yes']
  status = 500
  expect((await evt(...fix)).exit).toBe(3)
  const tried = got.length
  status = 200
  // The event is sent, and then the register cannot be written.
  const register = join(at.work, 'register')
  writeFileSync(join(at.work, 'evt.yaml'), 'privacy: { register: gone/register }\n')
  writeFileSync(join(at.work, 'gone'), '')
  const failed = await evt(...fix)
  expect(failed).toMatchObject({ exit: 3, err: expect.stringContaining('register') })
  expect(got).toHaveLength(tried + 1)
  writeFileSync(join(at.work, 'evt.yaml'), `privacy: { register: ${JSON.stringify(register)} }\n`)
  expect((await evt(...fix, '--dry-run')).exit).toBe(2)
  const dry = await evt(...fix.slice(0, -1), '--dry-run')
  expect(dry).toMatchObject({ exit: 0, out: expect.stringContaining('sent already') })
  const done = await evt(...fix)
  expect(done).toMatchObject({ exit: 0, err: '' })
  expect(done.out).toContain('not sent again')
  expect(got).toHaveLength(tried + 1)
  expect(readFileSync(register, 'utf8').match(/rectification/g)).toHaveLength(1)
  expect(await evt('verify', 'b')).toMatchObject({ exit: 0 })
  expect(readdirSync(at.work).filter((name) => /\.(journal|lock)$/.test(name))).toEqual([])
  const other = await evt(...fix)
  expect(other).toMatchObject({ exit: 2, err: expect.stringContaining('there already') })
})

test('what was sent before its bundle could be written is not sent again', async () => {
  const event = JSON.stringify({ type: 'user.corrected', user: 'u-4711', name: 'Ada' })
  writeFileSync(join(at.work, 'fix.json'), event)
  writeFileSync(join(at.work, 'other.json'), event.replace('Ada', 'Eve'))
  const who = ['--entity', 'user:u-4711', '--map', 'entities.user=$.user', '--yes', '--to', 'b']
  const fix = (file: string) => ['rectify', ...who, '--event', file, '--notify', url]
  // While it is sent, somebody puts a key where that of the bundle goes.
  status = 200
  whenGot = () => writeFileSync(join(at.work, 'b.key'), 'of something else')
  expect((await evt(...fix('fix.json'))).exit).not.toBe(0)
  whenGot = undefined
  rmSync(join(at.work, 'b.key'))
  expect(got).toHaveLength(1)
  const other = await evt(...fix('other.json'))
  expect(other).toMatchObject({ exit: 2, err: expect.stringContaining('another event was sent') })
  const done = await evt(...fix('fix.json'))
  expect(done).toMatchObject({ exit: 0, out: expect.stringContaining('not sent again') })
  expect(got).toHaveLength(1)
  expect(await evt('verify', 'b')).toMatchObject({ exit: 0 })
})

test('what was left of a bundle that was being answered is removed', async () => {
  const who = ['--entity', 'user:u-4711', '--map', 'entities.user=$.user', '--max-share', '50%']
  await evt('erase', ...who, 'a', '--plan', 'p')
  await evt('erase', '--apply', 'p', '--yes', '--to', 'e', '--notify', 'told.ndjson')
  const { request } = JSON.parse(readFileSync(join(at.work, 'told.ndjson'), 'utf8')).detail
  const answer = { type: 'answer', request, recipient: 'mail', status: 'erased' }
  writeFileSync(join(at.work, 'answers.json'), JSON.stringify(answer))
  // No process has the greatest number.
  mkdirSync(join(at.work, '.e.extended-4194304-abc'))
  writeFileSync(join(at.work, '.e.extended-4194304-abc', 'events.ndjson'), 'u-4711')
  mkdirSync(join(at.work, `.e.extended-${process.pid}-abc`))
  expect(await evt('acknowledge', 'e', 'answers.json')).toMatchObject({ exit: 0 })
  const left = readdirSync(at.work).filter((name) => name.includes('.extended-'))
  expect(left).toEqual([`.e.extended-${process.pid}-abc`])
})
