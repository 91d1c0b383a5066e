import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import type { Decoded } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'
import { tapFor, taps } from '../../src/taps/index.js'
import type { TapOptions } from '../../src/taps/tap.js'

const decode = createDecoder({ mapping: createMapping({ maps: ['id=$.id'] }) })
const line = (id: number | string) => `${JSON.stringify({ id: `${id}` })}\n`

let cwd: string
let stop: AbortController
let notes: string[]
let seen: string[]
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'evt-taps-'))
  stop = new AbortController()
  notes = []
  seen = []
})
afterEach(() => {
  stop.abort()
  rmSync(cwd, { recursive: true, force: true })
})

async function tapped(address: string, more: Partial<TapOptions> = {}) {
  const { tap, opens } = await tapFor(address, { cwd, aliases: {} })
  return tap.open(opens, {
    ...{ start: undefined, follow: undefined, aliases: {}, cwd, decode, pollMs: 20 },
    ...{ stdin: new PassThrough(), isWanted: () => true, signal: stop.signal },
    ...{ aws: {}, consents: new Set(), filter: undefined },
    onFault: (path, { detail }) => notes.push(`${path} ${detail}`),
    onNote: (text) => notes.push(text),
    ...more,
  })
}

const idOf = (one: Decoded) =>
  one.kind === 'event' ? String(one.event.id) : one.undecodable.reason

/** Reads in the background; gives the end. */
async function watch(batches: AsyncGenerator<Decoded[]>): Promise<void> {
  for await (const batch of batches) seen.push(...batch.map(idOf))
}

async function until(ids: readonly string[]): Promise<void> {
  const end = Date.now() + 10_000
  while (seen.length < ids.length && Date.now() < end) await pause(5)
  expect(seen).toEqual(ids)
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** For each tap: a source that grows, and how an event comes to it. */
const sources: Readonly<
  Record<string, () => { address: string; stdin: PassThrough; add: (id: number) => void }>
> = {
  stdin: () => {
    const stdin = new PassThrough()
    return { address: '-', stdin, add: (id) => void stdin.write(line(id)) }
  },
  files: () => {
    const file = join(cwd, 'a.ndjson')
    writeFileSync(file, '')
    const stdin = new PassThrough()
    return { address: 'a.ndjson', stdin, add: (id) => appendFileSync(file, line(id)) }
  },
}

describe.each(taps.map(({ name }) => name))('%s', (name) => {
  const begin = () => {
    const source = sources[name]?.()
    if (!source) throw new Error(`this test cannot write to ${name}`)
    return source
  }

  test('gives events as they come, in their order, and ends soon when it is told to', async () => {
    const { address, stdin, add } = begin()
    const ended = watch(await tapped(address, { stdin, start: 'beginning' }))
    for (let id = 0; id < 50; id++) add(id)
    await until(Array.from({ length: 50 }, (_, id) => `${id}`))
    add(50)
    await until(Array.from({ length: 51 }, (_, id) => `${id}`))
    const stoppedMs = performance.now()
    stop.abort()
    await ended
    expect(performance.now() - stoppedMs).toBeLessThan(1_000)
  })

  test('reads no further than somebody asks', async () => {
    const { address, stdin, add } = begin()
    let decoded = 0
    for (let id = 0; id < 40_000; id++) add(id)
    const counted = (record: Parameters<typeof decode>[0]) => {
      decoded += 1
      return decode(record)
    }
    const batches = await tapped(address, { stdin, start: 'beginning', decode: counted })
    expect((await batches.next()).done).toBe(false)
    await pause(100)
    expect(decoded).toBeLessThan(20_000)
    stop.abort()
    await batches.return(undefined)
  })

  test('says what it may miss and repeat, what it costs and does to others', async () => {
    const { tap } = (await taps.find((each) => each.name === name)?.load()) ?? {}
    expect(tap?.name).toBe(name)
    expect(['observe', 'shares', 'intrusive']).toContain(tap?.safety)
    for (const text of [tap?.missed, tap?.repeated, tap?.cost]) expect(text).toMatch(/^[A-Z].*\.$/)
  })
})

test('a file loses nothing where it is rotated while somebody writes to the old one', async () => {
  const file = join(cwd, 'a.log')
  writeFileSync(file, line(1))
  watch(await tapped('a.log'))
  await until(['1'])
  renameSync(file, `${file}.1`)
  appendFileSync(`${file}.1`, line(2))
  await until(['1', '2'])
  writeFileSync(file, line(3))
  await until(['1', '2', '3'])
  appendFileSync(`${file}.1`, line(4))
  await until(['1', '2', '3', '4'])
})

test('a file that is cut and written anew is read from its beginning, however long', async () => {
  const file = join(cwd, 'a.log')
  writeFileSync(file, line(1))
  watch(await tapped('a.log'))
  await until(['1'])
  writeFileSync(file, line('other') + line(2))
  await until(['1', 'other', '2'])
  truncateSync(file)
  await pause(60)
  appendFileSync(file, line(3))
  await until(['1', 'other', '2', '3'])
  expect(new Set(notes)).toEqual(new Set(['a.log was cut: reading it from its beginning']))
})

test('a line comes when it is whole, with or without its end', async () => {
  const file = join(cwd, 'a.log')
  writeFileSync(file, '{"id":"1"')
  watch(await tapped('a.log'))
  await pause(60)
  appendFileSync(file, '}')
  await until(['1'])
  appendFileSync(file, `\nbad\n${line(2)}`)
  await until(['1', 'not JSON', '2'])
})

test('of a file the last ten events that are wanted come first', async () => {
  const many = Array.from({ length: 60_000 }, (_, id) => line(id)).join('')
  writeFileSync(join(cwd, 'a.log'), many)
  const isWanted: TapOptions['isWanted'] = ({ id }) => Number(id) % 5_000 === 0
  watch(await tapped('a.log', { isWanted, follow: false }))
  await until(Array.from({ length: 10 }, (_, n) => `${(n + 2) * 5_000}`))
})

test('a folder gives what is new in it, and a file that was renamed once', async () => {
  const folder = join(cwd, 'in')
  mkdirSync(folder)
  writeFileSync(join(folder, 'old.ndjson'), line('old'))
  watch(await tapped('in', { start: 'latest' }))
  await pause(100)
  writeFileSync(join(folder, 'a.ndjson'), line(1))
  await until(['1'])
  renameSync(join(folder, 'a.ndjson'), join(folder, 'b.ndjson'))
  appendFileSync(join(folder, 'b.ndjson'), line(2))
  await until(['1', '2'])
  writeFileSync(join(folder, 'c.gz'), gzipSync(line(3)))
  await until(['1', '2', '3'])
  appendFileSync(join(folder, 'old.ndjson'), line(4))
  await until(['1', '2', '3', '4'])
})
