import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { EventRecord } from '../../src/event/event.js'
import { LiveLoops } from '../../src/loops/live-loops.js'
import type { LoopsResult } from '../../src/loops/result.js'
import { runLoops } from '../../src/loops/run.js'
import { runLoopsLive } from '../../src/loops/run-live.js'
import { campaign, seed } from '../helpers/campaign.js'
import { planted } from './planted.js'

const timeoutMs = 300_000
const cwd = mkdtempSync(join(tmpdir(), 'evt-live-loops-'))
afterAll(() => rmSync(cwd, { recursive: true }))

const fields = { id: 'id', type: 'type', source: 'source', time: 'at', causationId: 'cause' }
const more = {
  correlationId: 'corr',
  traceId: 'trace',
  replay: 'replay',
  'entities.order': 'order',
}
const maps = Object.entries({ ...fields, ...more }).map(([field, name]) => `${field}=$.${name}`)

const typed = {
  ...{ given: ['a.ndjson'], config: undefined, cwd, env: {}, maps, presets: undefined },
  ...{ signal: new AbortController().signal, leastTurns: 2, allowPartial: false },
}

/** Of the same file: as an archive, and as it is followed. */
async function bothWays(lines: readonly string[]) {
  writeFileSync(join(cwd, 'a.ndjson'), lines.map((line) => `${line}\n`).join(''))
  const archived = await runLoops({
    ...{ ...typed, types: [], entities: [], memoryLimitBytes: 1e9, onProgress: () => undefined },
    range: { sinceUs: null, untilUs: null },
  })
  const told: string[] = []
  const live = await runLoopsLive({
    ...{ ...typed, chosen: { sinceUs: null, untilUs: null }, grep: undefined, limit: null },
    ...{ start: 'beginning' as const, follow: false, durationMs: null, redact: [] },
    ...{ consents: new Set<never>(), filter: undefined, memoryMs: 600_000, memory: '10m' },
    stdin: (async function* () {})(),
    nowMs: () => 0,
    onNote: () => undefined,
    onOpen: () => undefined,
    onLoop: ({ path }) => told.push(path.join()),
  })
  return { archived, live, told }
}

/** What is read of a file by lines has no line ends. */
function alike({ searched, ...result }: LoopsResult) {
  return { ...result, searched: { ...searched, bytes: 0 } }
}

test.each([seed, seed + 2])(
  'what comes has the loops that the archive of it has (seed %i)',
  async (one) => {
    const { archived, live, told } = await bothWays(planted(one, 2_000).lines)
    expect(alike(live.result)).toEqual(alike(archived.result))
    expect(live.failure?.message).toBe(archived.failure?.message)
    expect(told.length).toBeGreaterThanOrEqual(live.result.loops.length)
    expect(live.result.loops.length).toBeGreaterThan(4)
  },
  timeoutMs,
)

test.each([seed, seed + 2])(
  'so has what has no ids at all (seed %i)',
  async (one) => {
    const { archived, live } = await bothWays(planted(one, 2_000, false).lines)
    expect(alike(live.result)).toEqual(alike(archived.result))
    expect(live.result.loops.length).toBeGreaterThan(3)
    expect(live.result.loops.every(({ by }) => by === 'content')).toBe(true)
  },
  timeoutMs,
)

/** Mostly the effect of the one before. */
const lines = fc
  .array(
    fc.record({
      id: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.constantFrom(1, 2, undefined)),
      back: fc.oneof(
        { weight: 9, arbitrary: fc.constant(1) },
        fc.constantFrom(-1, 0, 2, undefined),
      ),
      type: fc.constantFrom('x', 'y'),
      source: fc.constantFrom('one', undefined),
      corr: fc.constantFrom('1', '2', undefined),
      trace: fc.constantFrom('Root=1;Lineage=2:a87bd80c:1', 'Root=1;Lineage=ab:3|cd:1', undefined),
      at: fc.constantFrom('2026-11-01T10:00:00Z', '2026-11-01T10:00:01Z', undefined),
    }),
    { minLength: 1, maxLength: 40, size: 'max' },
  )
  .map((events) =>
    events.map(({ id, back, ...others }, n) => {
      const named = (number: number | undefined) => number && `e${number}`
      const given = { id: named(id && n - id), cause: named(back && n - back) }
      return JSON.stringify({
        id: `e${n}`,
        ...(id === 0 ? {} : given),
        cause: given.cause,
        ...others,
      })
    }),
  )

test(
  'so has what has ids twice, lacks them, names itself and comes in any order',
  async () => {
    let found = 0
    await fc.assert(
      fc.asyncProperty(lines, async (some) => {
        const { archived, live } = await bothWays(some)
        expect(alike(live.result)).toEqual(alike(archived.result))
        found += live.result.loops.length
      }),
      { numRuns: campaign(40), endOnFailure: true },
    )
    expect(found).toBeGreaterThan(5)
  },
  timeoutMs,
)

function event(n: number, more: Partial<EventRecord> = {}): { decoded: never } {
  const record = {
    ...{ id: `${n}`, source: 's', type: `t${n % 2}`, timeUs: n * 1e6, receivedAtUs: null },
    ...{ correlationId: null, causationId: n === 0 ? null : `${n - 1}`, entities: [] },
    ...{ transportId: null, replay: null, attempt: null, sizeBytes: 100 },
    ...{ payload: {}, key: null, position: { path: 'a', record: n + 1 } },
    ...more,
  }
  return { decoded: { kind: 'event', event: record } as never }
}

const options = { leastTurns: 5, memoryMs: 60_000 }

test('a loop whose turns are shorter than the memory is seen whole, however long it runs', () => {
  const live = new LiveLoops(options)
  for (let n = 0; n < 100; n++) {
    live.observe([event(n)], n * 50_000)
    const other = { id: `x${n}`, type: 'other', causationId: null }
    live.observe([event(n, other)], n * 50_000)
  }
  const { loops, isBounded } = live.read()
  expect(isBounded).toBe(true)
  expect(loops).toHaveLength(1)
  expect(loops[0]).toMatchObject({ turns: 50, path: ['s/t0', 's/t1'], events: 99 })
})

test('what was found stays found when its events are forgotten', () => {
  const live = new LiveLoops(options)
  const known: string[][] = []
  for (let n = 0; n < 20; n++) {
    for (const { path } of live.observe([event(n)], n * 1_000)) known.push(path)
  }
  for (let n = 0; n < 10; n++) {
    const other = { id: `x${n}`, type: 'other', causationId: null }
    live.observe([event(n, other)], 100_000 * (n + 1))
  }
  expect(known).toEqual([['s/t0', 's/t1']])
  const { loops, chains, read } = live.read()
  expect(loops).toMatchObject([{ turns: 10, path: ['s/t0', 's/t1'] }])
  expect(chains.count).toBe(0)
  expect(read).toEqual({ bytes: 3_000, records: 30, undecodable: 0 })
})

test('what comes too slowly for the memory is no loop, and that is said', () => {
  const live = new LiveLoops(options)
  for (let n = 0; n < 20; n++) {
    live.observe([event(n)], n * 200_000)
    for (const later of [50_000, 100_000, 150_000]) {
      const other = { id: `x${n}-${later}`, type: 'other', causationId: null }
      live.observe([event(n, other)], n * 200_000 + later)
    }
  }
  const { loops, isBounded } = live.read()
  expect(loops).toEqual([])
  expect(isBounded).toBe(true)
})
