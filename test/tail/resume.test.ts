import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { campaign } from '../helpers/campaign.js'
import { startEvt } from '../testbed/evt-process.js'

// The built evt goes on where a run before was, however that ended.

const line = (n: number) => `${JSON.stringify({ id: `${n}` })}\n`
const lines = (from: number, to: number) => {
  return Array.from({ length: to - from }, (_, n) => line(from + n)).join('')
}
const upTo = (to: number) => Array.from({ length: to }, (_, n) => n)

let at: Stage
beforeEach(() => {
  at = stage({})
})
afterEach(() => at.remove())

const file = (name: string) => join(at.work, name)
const tail = (...args: string[]) => {
  const flags = ['-o', 'ndjson', '--fields', 'id', '--map', 'id=$.id', '--resume', 'cp']
  return startEvt(['tail', ...args, ...flags], at)
}
const idsIn = (text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((one) => Number(JSON.parse(one).id))

async function ids(...args: string[]): Promise<number[]> {
  const run = tail(...args)
  expect((await run.end).exit, run.err.text).toBe(0)
  return idsIn(run.out.text)
}

test('after kill -9 all comes, in order, and twice only the end of a run', async () => {
  const moments = fc.sample(fc.integer({ min: 0, max: 1_800 }), { numRuns: campaign(4) })
  writeFileSync(file('a.log'), '')
  let next = 0
  const writing = setInterval(() => {
    appendFileSync(file('a.log'), lines(next, next + 40))
    next += 40
  }, 5)
  const runs: number[][] = []
  try {
    for (const ms of moments) {
      const run = tail('a.log', '--from', 'beginning')
      await run.said('').then(() => new Promise((resolve) => setTimeout(resolve, 400 + ms)))
      run.kill('SIGKILL')
      await run.end
      runs.push(idsIn(run.out.text))
    }
  } finally {
    clearInterval(writing)
  }
  runs.push(await ids('a.log', '--from', 'beginning', '--no-follow'))
  let shown = 0
  for (const run of runs) {
    const [first = shown] = run
    expect(first).toBeLessThanOrEqual(shown)
    expect(run).toEqual(run.map((_, n) => first + n))
    shown = Math.max(shown, first + run.length)
  }
  expect(shown).toBe(next)
}, 120_000)

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s loses and repeats nothing',
  async (name) => {
    writeFileSync(file('a.log'), lines(0, 3_000))
    const run = tail('a.log', '--from', 'beginning')
    await run.lines(1)
    run.kill(name)
    expect((await run.end).exit).toBe(130)
    const first = idsIn(run.out.text)
    appendFileSync(file('a.log'), lines(3_000, 3_010))
    expect([...first, ...(await ids('a.log', '--no-follow'))]).toEqual(upTo(3_010))
  },
)

test('a limit, a duration and the end of what is there are gone on from', async () => {
  writeFileSync(file('a.log'), lines(0, 30))
  expect(await ids('a.log', '--from', 'beginning', '--limit', '7')).toEqual(upTo(7))
  expect(await ids('a.log', '--limit', '5')).toEqual([7, 8, 9, 10, 11])
  appendFileSync(file('a.log'), '{"id":"3')
  expect(await ids('a.log', '--duration', '500ms')).toEqual(upTo(30).slice(12))
  appendFileSync(file('a.log'), `0"}\n${line(31)}`)
  expect(await ids('a.log', '--no-follow')).toEqual([30, 31])
  expect(await ids('a.log', '--no-follow')).toEqual([])
})

test('a run that saw nothing come is where the next one begins', async () => {
  writeFileSync(file('a.log'), lines(0, 20))
  expect(await ids('a.log', '--from', 'latest', '--duration', '300ms')).toEqual([])
  appendFileSync(file('a.log'), lines(20, 25))
  expect(await ids('a.log', '--from', 'latest', '--no-follow')).toEqual([20, 21, 22, 23, 24])
})

test('what a filter left out was read all the same', async () => {
  writeFileSync(file('a.log'), lines(0, 10))
  expect(await ids('a.log', '--from', 'beginning', '--no-follow', '--grep', '"[05]"')).toEqual([
    0, 5,
  ])
  appendFileSync(file('a.log'), line(10))
  expect(await ids('a.log', '--no-follow')).toEqual([10])
})

test('a file that was rotated meanwhile is read to its end, then the new one', async () => {
  writeFileSync(file('a.log'), lines(0, 10))
  expect(await ids('a.log', '--from', 'beginning', '--limit', '4')).toEqual(upTo(4))
  renameSync(file('a.log'), file('a.log.1'))
  appendFileSync(file('a.log.1'), lines(10, 12))
  writeFileSync(file('a.log'), lines(12, 14))
  const run = tail('a.log', '--limit', '3')
  expect((await run.end).exit).toBe(0)
  expect(idsIn(run.out.text)).toEqual([4, 5, 6])
  expect(run.err.text).toBe('a.log was rotated: reading the rest of a.log.1\n')
  expect(await ids('a.log', '--no-follow')).toEqual(upTo(14).slice(7))
})

test.each([
  ['cut and written anew', (name: string) => writeFileSync(name, lines(50, 53))],
  ['cut and written anew, longer', (name: string) => writeFileSync(name, lines(50, 90))],
])('a file that was %s meanwhile is read from its beginning', async (_, write) => {
  writeFileSync(file('a.log'), lines(0, 10))
  expect(await ids('a.log', '--from', 'beginning', '--no-follow')).toEqual(upTo(10))
  write(file('a.log'))
  const run = tail('a.log', '--no-follow')
  expect((await run.end).exit).toBe(0)
  expect(idsIn(run.out.text)).toEqual(idsIn(readFileSync(file('a.log'), 'utf8')))
  expect(run.err.text).toContain('a.log was cut: reading it from its beginning')
})

test('each SOURCE has a place of its own, in whatever order they are merged', async () => {
  const at = (n: number) => `2026-11-01T10:00:${String(n).padStart(2, '0')}Z`
  const timed = (n: number) => `${JSON.stringify({ id: `${n}`, time: at(n) })}\n`
  for (const [name, of] of [
    ['a.log', 0],
    ['b.log', 1],
  ] as const) {
    writeFileSync(
      file(name),
      upTo(20)
        .filter((n) => n % 2 === of)
        .map(timed)
        .join(''),
    )
  }
  const both = ['a.log', 'b.log', '--map', 'time=$.time', '--no-follow', '--from', 'beginning']
  const first = await ids(...both, '--limit', '7')
  const rest = await ids(...both)
  expect([...first, ...rest].sort((a, b) => a - b)).toEqual(upTo(20))
})

test('a checkpoint is written whole, and is nobody else’s to read', async () => {
  writeFileSync(file('a.log'), lines(0, 3))
  await ids('a.log', '--no-follow')
  expect(JSON.parse(readFileSync(file('cp'), 'utf8'))).toMatchObject({
    schema: 'evt.checkpoint/1',
    sources: [{ source: 'a.log', tap: 'files', version: 1, fromUs: null }],
  })
  expect(existsSync(file('.cp.tmp'))).toBe(false)
  expect(readFileSync(file('cp'), 'utf8')).not.toContain('"id"')
})
