import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
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

beforeEach(async () => {
  at = stage()
  got = []
  mkdirSync(join(at.work, 'a'))
  const lines = ['u-4711', '43', '44', '45'].map((user, n) => JSON.stringify({ id: n, user }))
  writeFileSync(join(at.work, 'a', '1.ndjson'), `${lines.join('\n')}\n`)
  server = createServer((request, answer) => {
    const isPost = request.method === 'POST'
    text(request).then((body) => {
      if (isPost) got.push(body)
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
