import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openTail, type TailRequest } from '../../src/tail/run.js'
import { LogGroup } from '../testbed/log-group.js'

let cwd: string
let group: LogGroup
let stop: AbortController
let notes: string[]
beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'evt-dead-'))
  group = new LogGroup()
  await group.start()
  stop = new AbortController()
  notes = []
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
})
afterEach(async () => {
  stop.abort()
  vi.unstubAllEnvs()
  await group.stop()
  rmSync(cwd, { recursive: true, force: true })
})

const request = (given: readonly string[]): TailRequest => ({
  ...{ given, config: undefined, choose: undefined, lineWith: String, cwd, env: {} },
  ...{ maps: ['id=$.id'], presets: undefined, chosen: { sinceUs: null, untilUs: null } },
  ...{ grep: undefined, start: 'beginning', follow: true, limit: null, durationMs: null },
  ...{ redact: [], consents: new Set(), filter: undefined, stdin: new PassThrough() },
  ...{ nowMs: Date.now, pollMs: 5, signal: stop.signal, onNote: (text) => notes.push(text) },
  aws: { region: 'eu-west-1', endpointUrl: group.url },
})

const denied = { status: 400, body: { __type: 'AccessDeniedException', message: 'no' } } as const
const reason = 'logs:FilterLogEvents is not allowed on the log group /shop'

test('a source that dies leaves the others, is said, and makes the end a bad one', async () => {
  writeFileSync(join(cwd, 'a.log'), '{"id":"1"}\n')
  group.put('log')
  const tail = await openTail(request(['a.log', 'logs:///shop']))
  const seen: unknown[] = []
  let after = 0
  // The one that lives is read on until the other is known to be dead.
  const add = setInterval(() => appendFileSync(join(cwd, 'a.log'), '{"id":"more"}\n'), 20)
  try {
    for await (const items of tail.items) {
      for (const { decoded } of items) seen.push(decoded.kind === 'event' && decoded.event.id)
      if (seen.includes('log') && notes.length === 0 && group.faults.length === 0) {
        group.faults.push(denied)
      }
      if (notes.length > 0 && ++after > 3) stop.abort()
    }
  } finally {
    clearInterval(add)
  }
  expect(seen).toEqual(expect.arrayContaining(['1', 'more', 'log']))
  expect(notes).toEqual([`logs:///shop died: ${reason}; the others go on`])
  expect(tail.faults).toEqual([
    { path: 'logs:///shop', fault: { reason: 'cut', detail: `died: ${reason}` } },
  ])
}, 120_000)

test('what is wrong from the start is thrown, and so is what ends the only source', async () => {
  const read = async (given: readonly string[]) => {
    const tail = await openTail(request(given))
    for await (const _ of tail.items) group.faults.push(denied)
  }
  writeFileSync(join(cwd, 'a.log'), '{"id":"1"}\n')
  group.faults.push(denied)
  await expect(read(['a.log', 'logs:///shop'])).rejects.toThrow(reason)
  group.faults.length = 0
  group.put('log')
  await expect(read(['logs:///shop'])).rejects.toThrow(reason)
})
