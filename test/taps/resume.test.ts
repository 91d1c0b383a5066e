import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import type { Decoded, JsonValue } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'
import { tapFor } from '../../src/taps/index.js'
import type { CheckpointAt, TapOptions } from '../../src/taps/tap.js'
import { campaign } from '../helpers/campaign.js'
import { LogGroup } from '../testbed/log-group.js'

// A tap goes on where another run of it was interrupted, after any event.

const decode = createDecoder({ mapping: createMapping({ maps: ['id=$.id'] }) })
const idOf = (one: Decoded) =>
  one.kind === 'event' ? String(one.event.id) : `${one.undecodable.reason}`

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'evt-resume-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(cwd, { recursive: true, force: true })
})

/** Takes so many of what a tap gives, and says where it was; its state goes through JSON. */
async function take(
  address: string,
  count: number,
  resume: JsonValue | undefined,
  more: Partial<TapOptions> = {},
) {
  const { tap, opens } = await tapFor(address, { cwd, aliases: {} })
  const stop = new AbortController()
  let at: CheckpointAt | undefined
  let size = 0
  const batches = tap.open(opens, {
    ...{ start: 'beginning', follow: false, aliases: {}, cwd, decode, pollMs: 5, resume },
    ...{ stdin: new PassThrough(), isWanted: () => true, signal: stop.signal },
    ...{ aws: {}, consents: new Set(), filter: undefined, onFault: () => {}, onNote: () => {} },
    checkpoint: (batch, next) => {
      ;[at, size] = [next, batch.length]
    },
    ...more,
  })
  const ids: string[] = []
  let taken: number | undefined
  for await (const batch of batches) {
    const some = batch.slice(0, count - ids.length)
    ids.push(...some.map(idOf))
    taken = some.length
    if (ids.length === count) break
    taken = undefined
  }
  stop.abort()
  const state = at?.(taken ?? size)
  return { ids, state: state === undefined ? resume : JSON.parse(JSON.stringify(state)) }
}

/** What comes in runs that end after so many events each, and in one that goes to the end. */
async function inRuns(address: string, counts: readonly number[], more?: Partial<TapOptions>) {
  const all: string[] = []
  let state: JsonValue | undefined
  for (const count of [...counts, Number.POSITIVE_INFINITY]) {
    const run = await take(address, count, state, more)
    all.push(...run.ids)
    state = run.state
  }
  return all
}

const object = fc.nat(999).map((id) => JSON.stringify({ id: `${id}` }))
const row = fc.oneof(
  { weight: 8, arbitrary: object },
  fc.array(object, { maxLength: 3 }).map((all) => `[${all}]`),
  fc.array(object, { minLength: 2, maxLength: 3 }).map((all) => all.join(' ')),
  fc.constantFrom('', 'bad', '{"id":'),
)
const text = fc
  .tuple(fc.array(row, { maxLength: 12 }), fc.constantFrom('\n', '\r\n'), fc.constantFrom('', '﻿'))
  .map(([rows, end, bom]) => bom + rows.map((one) => one + end).join(''))
const pretty = fc
  .array(object, { maxLength: 8 })
  .map((all) => all.map((one) => JSON.stringify(JSON.parse(one), null, 2)).join('\n'))
const counts = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 5 })

test('a file is read once, wherever runs end', async () => {
  const given = fc.tuple(fc.oneof(text, pretty), counts)
  const holds = fc.asyncProperty(given, async ([body, ends]) => {
    writeFileSync(join(cwd, 'a.log'), body)
    expect(await inRuns('a.log', ends)).toEqual(await inRuns('a.log', []))
  })
  await fc.assert(holds, { numRuns: campaign(60) })
})

test('a folder of texts and compressed files is read once, wherever runs end', async () => {
  const files = fc.array(fc.tuple(fc.oneof(text, pretty), fc.boolean()), { maxLength: 4 })
  let folders = 0
  const holds = fc.asyncProperty(files, counts, async (bodies, ends) => {
    const folder = `in-${folders++}`
    mkdirSync(join(cwd, folder))
    for (const [n, [body, isPacked]] of bodies.entries()) {
      const bytes = isPacked ? gzipSync(body) : body
      writeFileSync(join(cwd, folder, `${n}.log`), bytes)
    }
    expect(await inRuns(folder, ends)).toEqual(await inRuns(folder, []))
  })
  await fc.assert(holds, { numRuns: campaign(40) })
})

test('lines that are longer than what is read at once are counted, too', async () => {
  const long = (id: number) => `${JSON.stringify({ id: `${id}`, text: 'x'.repeat(90_000) })}\n`
  writeFileSync(join(cwd, 'a.log'), [1, 2, 3, 4, 5, 6, 7].map(long).join(''))
  expect(await inRuns('a.log', [1, 2, 1, 1])).toEqual(['1', '2', '3', '4', '5', '6', '7'])
})

test('of a folder what is new, and what was added, comes; a renamed file once', async () => {
  mkdirSync(join(cwd, 'in'))
  const write = (name: string, ...ids: number[]) =>
    appendFileSync(join(cwd, 'in', name), ids.map((id) => `{"id":"${id}"}\n`).join(''))
  write('a', 1, 2)
  write('b', 3)
  const first = await take('in', 2, undefined)
  write('a', 4)
  write('c', 5)
  renameSync(join(cwd, 'in', 'b'), join(cwd, 'in', 'd'))
  const second = await take('in', 2, first.state)
  write('a', 6)
  const third = await take('in', 9, second.state)
  expect([first.ids, second.ids, third.ids]).toEqual([
    ['1', '2'],
    ['4', '5'],
    ['6', '3'],
  ])
})

test('a position is the same in whichever run a record comes', async () => {
  writeFileSync(join(cwd, 'a.log'), '{"n":1}\n{"n":2}\nbad\n{"n":4}\n')
  const records: number[] = []
  const noting: TapOptions['decode'] = (record) => {
    const found = decode(record)
    for (const one of found) if (one.kind === 'event') records.push(one.event.position.record)
    return found
  }
  await inRuns('a.log', [3], { decode: noting })
  expect(new Set(records)).toEqual(new Set([1, 2, 4]))
})

test('a log group is read once, wherever runs end, with what comes late', async () => {
  const group = new LogGroup()
  await group.start()
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  const aws = { region: 'eu-west-1', endpointUrl: group.url }
  try {
    for (let id = 0; id < 10; id++) group.put(id, 600_000 - id * 50_000)
    group.events[5] = { ...group.events[5], message: '[{"id":"a"},{"id":"b"}]' } as never
    group.pageSize = 4
    const whole = await inRuns('logs:///shop', [], { aws })
    expect(await inRuns('logs:///shop', [1, 3, 2, 1], { aws })).toEqual(whole)
    const { state, ids } = await take('logs:///shop', 11, undefined, { aws })
    expect(ids).toEqual(whole)
    group.put('late', 100_000)
    group.put('new')
    expect((await take('logs:///shop', 99, state, { aws })).ids.sort()).toEqual(['late', 'new'])
    const elsewhere = take('logs:///shop', 1, state, { aws: { ...aws, region: 'us-east-1' } })
    await expect(elsewhere).rejects.toThrow(
      'the checkpoint is of logs:///shop in eu-west-1, not in us-east-1',
    )
  } finally {
    await group.stop()
  }
})

test.each(['a.log', 'logs:///shop'])('what is no checkpoint of %s is refused', async (address) => {
  writeFileSync(join(cwd, 'a.log'), '')
  const aws = { region: 'eu-west-1' }
  await expect(take(address, 1, { files: [{ ino: 1 }] }, { aws })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringMatching(/^the checkpoint is damaged: /),
  })
})
