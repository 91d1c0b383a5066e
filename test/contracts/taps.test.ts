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
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import type { Decoded } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'
import { tapFor, taps } from '../../src/taps/index.js'
import type { TapOptions } from '../../src/taps/tap.js'
import { describeWith } from '../helpers/needs.js'
import { type Cable, cableTo } from '../testbed/cable.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'
import { line, type Source, sources } from './tap-sources.js'

const decode = createDecoder({ mapping: createMapping({ maps: ['id=$.id'] }) })

/** A message that an answer took which nobody got comes again after a minute. */
const PATIENCE_MS = 100_000

let cwd: string
let stop: AbortController
let notes: string[]
let seen: string[]
/** Readings in the background. */
let watched: Promise<void>[]
const taken = new WeakSet<Decoded>()
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'evt-taps-'))
  stop = new AbortController()
  notes = []
  seen = []
  watched = []
})
afterEach(async () => {
  await stopped()
  rmSync(cwd, { recursive: true, force: true })
})

async function tapped(address: string, more: Partial<TapOptions> = {}) {
  const { tap, opens } = await tapFor(address, { cwd, aliases: {} })
  return tap.open(opens, {
    ...{ start: undefined, follow: undefined, aliases: {}, cwd, decode, pollMs: 20 },
    ...{ stdin: new PassThrough(), isWanted: () => true, signal: stop.signal },
    ...{ aws: {}, consents: new Set(), filter: undefined, taken },
    onFault: (path, { detail }) => notes.push(`${path} ${detail}`),
    onNote: (text) => notes.push(text),
    ...more,
  })
}

const idOf = (one: Decoded) =>
  one.kind === 'event' ? String(one.event.id) : one.undecodable.reason

/** Reads in the background; gives the end. */
function watch(batches: AsyncGenerator<Decoded[]>): Promise<void> {
  const end = (async () => {
    for await (const batch of batches) {
      seen.push(...batch.map(idOf))
      for (const one of batch) taken.add(one)
    }
  })()
  watched.push(end)
  return end
}

/** Whatever is read ends, also where its test has failed. */
async function stopped(): Promise<void> {
  stop.abort()
  for (const end of await Promise.allSettled(watched.splice(0))) {
    expect(end).toMatchObject({ status: 'fulfilled' })
  }
}

/** A promise, and what fulfils it. */
function ready(): Promise<void> & { call(): void } {
  let call = () => {}
  const promise = new Promise<void>((resolve) => {
    call = resolve
  })
  return Object.assign(promise, { call: () => call() })
}

const upTo = (count: number) => Array.from({ length: count }, (_, id) => id)

async function until(ids: readonly string[]): Promise<void> {
  const end = Date.now() + PATIENCE_MS
  while (seen.length < ids.length && Date.now() < end) await pause(5)
  expect(seen).toEqual(ids)
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const ofMoto = describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)
let moto: Moto
let cable: Cable
beforeAll(async () => {
  if (python === undefined) return
  moto = await startMoto()
  cable = await cableTo(moto.url)
})
afterAll(() => Promise.all([cable?.stop(), moto?.stop()]))

const kinds = taps.flatMap(({ name }) =>
  Object.entries(sources[name] ?? {}).map(([what, kind]) => ({ name, what, kind })),
)

test('each tap has a source here', () => {
  expect([...new Set(kinds.map(({ name }) => name))]).toEqual(taps.map(({ name }) => name))
})

describe.each(taps)('$name', ({ name, load }) => {
  test('says what it may miss and repeat, what it costs and does to others', async () => {
    const { tap } = await load()
    expect(tap.name).toBe(name)
    expect(['observe', 'shares', 'intrusive']).toContain(tap.safety)
    for (const text of [tap.missed, tap.repeated, tap.cost, tap.resumed])
      expect(text).toMatch(/^[A-Z].*\.$/)
  })
})

for (const { name, what, kind } of kinds) {
  const suite = kind.needs === 'moto' ? ofMoto : describe
  suite(`${name}: ${what}`, () => {
    const isOfMoto = kind.needs === 'moto'
    beforeEach(() => {
      if (!isOfMoto) return
      const env = { ...moto.env, AWS_ENDPOINT_URL: cable.url }
      for (const [key, value] of Object.entries(env)) vi.stubEnv(key, value)
    })
    afterEach(async () => {
      await stopped()
      vi.unstubAllEnvs()
      if (isOfMoto) await moto.reset()
    })

    const make = async () => kind.make({ cwd, moto })
    /** What is said until then is how the source is read. */
    const begun = async (isReady: Promise<void>) => {
      if (!isOfMoto) return
      await isReady
      notes.length = 0
    }
    const open = ({ address, options }: Source, more: Partial<TapOptions> = {}) =>
      tapped(address, { start: 'beginning', ...options, ...more })

    /** Waits for the events of these ids, which come in order within each place. */
    async function untilAll(ids: readonly number[], { placeOf = () => 0 }: Source) {
      const end = Date.now() + PATIENCE_MS
      while (seen.length < ids.length && Date.now() < end) await pause(5)
      const byPlace = (all: readonly number[]) =>
        new Map(all.map((id) => [placeOf(id), all.filter((one) => placeOf(one) === placeOf(id))]))
      expect(byPlace(seen.map(Number))).toEqual(byPlace(ids))
    }

    test('events come in their order, and it ends soon, with nothing left behind', async () => {
      const source = await make()
      const before = await source.inventory?.()
      const isReady = ready()
      const ended = watch(await open(source, { onReady: isReady.call }))
      await begun(isReady)
      await source.add(upTo(50))
      await untilAll(upTo(50), source)
      await source.add([50])
      await untilAll(upTo(51), source)
      const stoppedMs = performance.now()
      stop.abort()
      await ended
      expect(performance.now() - stoppedMs).toBeLessThan(1_500)
      expect(await source.inventory?.()).toEqual(before)
      expect(notes).toEqual([])
    })

    test('reads no further than somebody asks', async () => {
      const source = await make()
      let decoded = 0
      const counted = (record: Parameters<typeof decode>[0]) => {
        decoded += 1
        return decode(record)
      }
      const isReady = ready()
      const batches = await open(source, { decode: counted, onReady: isReady.call })
      const first = batches.next()
      await begun(isReady)
      await source.add(upTo(source.many))
      expect((await first).done).toBe(false)
      await pause(100)
      expect(decoded).toBeLessThan(source.many / 2)
      stop.abort()
      await batches.return(undefined)
    })

    if (!isOfMoto) return

    test('nothing is lost where the connection is cut, which is said', async () => {
      const source = await make()
      const isReady = ready()
      const ended = watch(await open(source, { onReady: isReady.call }))
      await begun(isReady)
      await source.add(upTo(5))
      await untilAll(upTo(5), source)
      cable.cut()
      await source.add([5, 6, 7])
      while (!notes.some((note) => note.includes('does not answer'))) await pause(5)
      cable.mend()
      await untilAll(upTo(8), source)
      // A queue may have been giving back when it was cut.
      const said = notes.filter((note) => !note.includes('could not be given back'))
      expect(said[0]).toMatch(/ does not answer: \w+; evt tries again$/)
      expect(said[1]).toMatch(/ is back after [\d.]+ s$/)
      stop.abort()
      await ended
    })
  })
}

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
