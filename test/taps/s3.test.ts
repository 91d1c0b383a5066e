import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { ListedObject } from '../../src/aws/objects.js'
import { createDecoder } from '../../src/envelopes/decode.js'
import type { JsonValue } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'
import { tap } from '../../src/taps/s3.js'
import { MOST_SEEN, SeenObjects, WINDOW_MS } from '../../src/taps/seen-objects.js'
import type { CheckpointAt, TapOptions } from '../../src/taps/tap.js'
import { describeWith } from '../helpers/needs.js'
import { type Faulty, startFaulty } from '../testbed/faulty.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

const decode = createDecoder({ mapping: createMapping({ maps: ['id=$.id'] }) })

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('objects of S3', () => {
  let moto: Moto
  let faulty: Faulty
  let notes: string[]
  beforeAll(async () => {
    moto = await startMoto()
    faulty = await startFaulty(moto.url)
  })
  afterAll(async () => {
    await faulty.stop()
    await moto.stop()
  })
  beforeEach(async () => {
    await moto.reset()
    faulty.fault = () => undefined
    notes = []
    for (const [key, value] of Object.entries(moto.env)) vi.stubEnv(key, value)
    vi.stubEnv('AWS_ENDPOINT_URL', faulty.url)
    const CreateBucketConfiguration = { LocationConstraint: moto.region }
    await moto.call('s3', 'create_bucket', { Bucket: 'acme', CreateBucketConfiguration })
  })
  afterEach(() => vi.unstubAllEnvs())

  const put = (Key: string, Body: string) =>
    moto.call('s3', 'put_object', { Bucket: 'acme', Key, Body })
  const lines = (...ids: string[]) => ids.map((id) => `{"id":"${id}"}\n`).join('')

  /** Takes so many events, from where another run was. */
  async function take(count: number, resume?: JsonValue, more: Partial<TapOptions> = {}) {
    const stop = new AbortController()
    let at: CheckpointAt | undefined
    let size = 0
    const batches = tap.open('s3://acme/in/', {
      ...{ start: 'beginning', follow: false, aliases: {}, cwd: '.', decode, pollMs: 5, resume },
      ...{ stdin: new PassThrough(), isWanted: () => true, signal: stop.signal },
      ...{ aws: {}, consents: new Set(), filter: undefined },
      onFault: (path, { detail }) => notes.push(`${path} ${detail}`),
      onNote: (text) => notes.push(text),
      checkpoint: (batch, next) => {
        ;[at, size] = [next, batch.length]
      },
      ...more,
    })
    const ids: string[] = []
    let taken: number | undefined
    for await (const batch of batches) {
      const some = batch.slice(0, count - ids.length)
      ids.push(...some.map((one) => (one.kind === 'event' ? String(one.event.id) : 'bad')))
      taken = some.length
      if (ids.length >= count) break
      taken = undefined
    }
    stop.abort()
    const state = at?.(taken ?? size)
    return { ids, state: state === undefined ? resume : JSON.parse(JSON.stringify(state)) }
  }

  test('each is read once, wherever runs end, and what comes or is written anew', async () => {
    await put('in/a', lines('1', '2', '3'))
    await put('in/b', '[{"id":"4"},{"id":"5"}]')
    const ids: string[] = []
    let state: JsonValue | undefined
    for (const count of [1, 1, 2, 1, 9]) {
      const run = await take(count, state)
      ids.push(...run.ids)
      state = run.state
    }
    expect(ids).toEqual(['1', '2', '3', '4', '5'])
    await put('in/0', lines('6'))
    await put('in/a', lines('7'))
    const last = await take(9, state)
    expect(last.ids.sort()).toEqual(['6', '7'])
    expect((await take(9, last.state)).ids).toEqual([])
    expect(notes).toEqual([])
  })

  test('what was there is left out, names of others too, and what cannot be followed', async () => {
    await put('in/old', lines('old'))
    const begun = await take(1, undefined, { start: 'latest', follow: false })
    expect(begun.ids).toEqual([])
    await put('in/_evt/lock', lines('a'))
    await put('in/x/.b', lines('b'))
    await put('other', lines('c'))
    await put('in/d', 'PAR1....PAR1')
    await put('in/e', lines('new', 'bad'))
    expect((await take(9, begun.state)).ids).toEqual(['new', 'bad'])
    expect(notes).toEqual([
      'left out: cannot tail s3://acme/in/d: it is Parquet, which does not come record by record',
    ])
  })

  test('S3 that asks to slow down is waited for, and nothing is missed or repeated', async () => {
    for (let n = 0; n < 12; n++) await put(`in/${n + 10}`, lines(`${n}`))
    let calls = 0
    const body = '<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>no</Message></Error>'
    faulty.fault = () => (calls++ % 10 < 5 ? { status: 503, body } : undefined)
    const { ids } = await take(99)
    expect(ids).toEqual(Array.from({ length: 12 }, (_, n) => `${n}`))
    expect(notes[0]).toMatch(/^s3:\/\/acme\/in\/ does not answer: \w+; evt tries again$/)
    expect(notes[1]).toMatch(/^s3:\/\/acme\/in\/ is back after [\d.]+ s$/)
  })

  test('a bucket that is not there, and a checkpoint of something else', async () => {
    await moto.reset()
    await expect(take(1)).rejects.toMatchObject({
      ...{ code: 'usage', message: 'there is no bucket acme in eu-west-1' },
    })
    await expect(take(1, { seen: 1 })).rejects.toMatchObject({
      code: 'usage',
      message: 'the checkpoint is damaged: it does not say where s3://acme/in/ is read on',
    })
  })
})

const listed = (key: string, modifiedMs: number, etag = 'e'): ListedObject => {
  return { key, etag, sizeBytes: 1, modifiedMs }
}

test('what was seen is not new, through a checkpoint; what is within the window is', () => {
  const object = fc.tuple(fc.nat(20), fc.nat(3)).map(([key, etag]) => ({ key, etag }))
  const holds = fc.property(fc.array(fc.tuple(object, fc.nat(WINDOW_MS - 1))), (all) => {
    let seen = new SeenObjects(0)
    const given = new Set<string>()
    for (const [{ key, etag }, backMs] of all) {
      const one = listed(`${key}`, WINDOW_MS * 100 - backMs, `${etag}`)
      expect(seen.isNew(one)).toBe(!given.has(`${key} ${etag}`))
      if (seen.isNew(one)) seen.add(one)
      given.add(`${key} ${etag}`)
      const { doneMs, seen: kept } = seen.state
      seen = new SeenObjects(doneMs, JSON.parse(JSON.stringify(kept)))
    }
  })
  fc.assert(holds)
})

test('what is listed behind what a queue told of before is not taken for seen', () => {
  const seen = new SeenObjects(0, [['told', 9 * WINDOW_MS]])
  seen.add(listed('old', 2 * WINDOW_MS))
  expect(seen.isNew(listed('next', 2 * WINDOW_MS))).toBe(true)
  expect(seen.isNew(listed('before', 2 * WINDOW_MS - 1))).toBe(false)
  const wide = new SeenObjects(0, [], 5 * WINDOW_MS)
  wide.add(listed('first', WINDOW_MS))
  wide.add(listed('later', 5 * WINDOW_MS))
  expect(wide.has(listed('first', WINDOW_MS))).toBe(true)
})

test('what is remembered is bounded, and what is older counts as seen', () => {
  const seen = new SeenObjects(0)
  for (let n = 0; n < MOST_SEEN + 10; n++) seen.add(listed(`${n}`, 1_000 + n))
  expect(seen.state.seen.length).toBeLessThanOrEqual(MOST_SEEN)
  expect(seen.isNew(listed('0', 1_000))).toBe(false)
  expect(seen.isNew(listed(`${MOST_SEEN}`, 1_000 + MOST_SEEN))).toBe(false)
  expect(seen.isNew(listed('new', 1_000 + MOST_SEEN))).toBe(true)
  seen.add(listed('later', 3 * WINDOW_MS))
  expect(seen.state.seen).toHaveLength(1)
  expect(seen.isNew(listed('late', 2 * WINDOW_MS - 1))).toBe(false)
})
