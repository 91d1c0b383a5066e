import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { runLoops } from '../../src/loops/run.js'

// What looks like a loop and is none. Each is held beside the same events with a loop among them:
// what would be quiet whatever comes proves nothing.

const cwd = mkdtempSync(join(tmpdir(), 'evt-quiet-'))
afterAll(() => rmSync(cwd, { recursive: true }))

interface Line {
  type: string
  order: string
  at: number
  received?: number
  id?: string
  cause?: string
  replay?: string
  [name: string]: string | number | undefined
}

const START_MS = Date.UTC(2026, 10, 1)
const fields = { id: 'id', type: 'type', time: 'at', receivedAt: 'received', replay: 'replay' }
const more = { causationId: 'cause', 'entities.order': 'order' }
const maps = Object.entries({ ...fields, ...more }).map(([field, name]) => `${field}=$.${name}`)

async function loopsOf(lines: readonly Line[], hasIds: boolean) {
  const time = (s: number) => new Date(START_MS + s * 1_000).toISOString()
  const texts = lines.map(({ at, received = at, id, cause, ...rest }) => {
    const ids = hasIds ? { id, cause } : {}
    return JSON.stringify({ ...ids, at: time(at), received: time(received), ...rest })
  })
  writeFileSync(join(cwd, 'a.ndjson'), `${texts.join('\n')}\n`)
  const { result } = await runLoops({
    ...{ given: ['a.ndjson'], config: undefined, cwd, env: {}, maps, presets: undefined },
    ...{ range: { sinceUs: null, untilUs: null }, signal: new AbortController().signal },
    ...{ types: [], entities: [], leastTurns: 5, memoryLimitBytes: 1e9, allowPartial: false },
    onProgress: () => {},
  })
  return result.loops.map(({ path, by }) => `${by} ${path.join()}`)
}

const times = (many: number) => Array.from({ length: many }, (_, n) => n)
const first: Line = { type: 'placed', order: 'o-1', at: 0, id: 'e0' }
const second: Line = { type: 'billed', order: 'o-1', at: 1, id: 'e1', cause: 'e0' }

/** A message that nobody acknowledges, every 30.3 s. */
const redelivered = times(20).map((n) => ({ ...second, received: 1 + n * 30.3 }))
/** Sent back from a dead-letter queue, and dead again. */
const redriven = times(12).map((n) => ({
  ...second,
  received: 1 + n * 3_607.7,
  queue: `q${n % 2}`,
}))
/** The archive, once a day. */
const replayed = times(10).flatMap((n) =>
  [first, second].map((one) => ({ ...one, received: n * 86_411, replay: `again-${n}` })),
)
/** One cause, many effects, one after the other. */
const fanOut = times(9).flatMap((order) => [
  { ...first, order: `o-${order}`, id: `f${order}` },
  ...times(8).map((n) => ({
    ...{ type: 'told', order: `o-${order}`, at: 1 + n * 1.37 },
    ...{ id: `f${order}-${n}`, cause: `f${order}` },
  })),
])
/** A payment that is tried again, four times at most. */
const sagas = times(9).flatMap((order) =>
  times(1 + (order % 4)).flatMap((n) =>
    ['payment.asked', 'payment.failed'].map((type, step) => ({
      ...{ type, order: `o-${order}`, at: n * 10.3 + step * 5 },
      id: `s${order}-${2 * n + step}`,
      ...(2 * n + step > 0 && { cause: `s${order}-${2 * n + step - 1}` }),
    })),
  ),
)

const placed: Line = { type: 'placed', order: 'o-7', at: 0, id: 'h' }
/** Of who sleeps ten seconds after each: late by what adds up; beside it what happened before. */
const beats = times(40).map((n) => ({
  ...{ type: 'beat', order: 'o-7', at: 5 + n * 10.2 + (n % 3) * 0.1, id: `h${n}`, celsius: 21.5 },
}))
/** Of a clock, of something that began before. */
const polls = times(40).map((n) => ({
  ...{ type: 'polled', order: 'o-7', at: 5 + n * 60 + (n % 3) * 0.1, id: `h${n}`, status: 'sent' },
}))
/** Two steps, and sleep. */
const jobs = beats.flatMap((beat) => [
  { ...beat, type: 'job.begun' },
  { ...beat, type: 'job.done', at: beat.at + 1.9, id: `${beat.id}-done` },
])
/** The same in a hurry: two steps within 20 ms, and sleep of less than a second. */
const hurried = jobs.map((job, n) => ({
  ...{ ...job, at: 5 + Math.floor(n / 2) * 0.62 + (n % 2) * 0.02 + (n % 3) * 0.004 },
}))
/** What counts and is no depth of causes. */
const rounds = beats.map((beat, n) => ({ ...beat, type: 'epoch.ended', at: n * n, iteration: n }))

/** Of three at once, as many each time. */
const threes = beats.flatMap((beat) => times(3).map((n) => ({ ...beat, id: `${beat.id}-${n}` })))

const loop = times(16).map((n) => ({
  ...{ type: n % 2 === 0 ? 'pinged' : 'ponged', order: 'o-99', at: n * 7.3 + (n % 3) * 0.4 },
  ...{ id: `l${n}`, ...(n > 0 && { cause: `l${n - 1}` }) },
}))

describe.each([
  ['redeliveries', [first, ...redelivered]],
  ['redrives', [first, ...redriven]],
  ['replays', [first, second, ...replayed]],
  ['fan-out', fanOut],
  ['sagas with bounded returns', sagas],
  ['heartbeats and constant readings', [placed, ...beats]],
  ['heartbeats of three at once', [placed, ...threes]],
  ['polls', [placed, ...polls]],
  ['jobs of who sleeps between them', [placed, ...jobs]],
  ['jobs of who sleeps for less than a second', [placed, ...hurried]],
  ['counted rounds', [placed, ...rounds]],
])('%s', (_, lines: Line[]) => {
  test.each([
    ['with ids', true, 'causation'],
    ['without ids', false, 'content'],
  ])('are no loops, %s', async (__, hasIds, by) => {
    expect(await loopsOf(lines, hasIds)).toEqual([])
    expect(await loopsOf([...lines, ...loop], hasIds)).toEqual([`${by} pinged,ponged`])
  })
})

test('what goes round as fast, each step in its time, is a loop', async () => {
  const quick = hurried.map((job, n) => ({ ...job, at: 5 + n * 0.31 + (n % 3) * 0.004 }))
  expect(await loopsOf([placed, ...quick], false)).toEqual(['content job.begun,job.done'])
})

test('a node that comes round in ever greater numbers is a loop: no clock does so', async () => {
  const turns = times(6).flatMap((turn) =>
    times(2 ** turn).map((n) => ({
      ...{ type: 'beat', order: 'o-7', at: 5 + turn * 10, celsius: 21.5, ref: `r${turn}x${n}` },
    })),
  )
  expect(await loopsOf([placed, ...turns], false)).toEqual(['content beat'])
  const once = turns.filter(({ ref }) => ref.endsWith('x0'))
  expect(await loopsOf([placed, ...once], false)).toEqual([])
})
