import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { allParts, readManifest } from '../../src/archive-index/manifest.js'
import { type Stage, stage } from '../cases/run-case.js'
import { campaign, seed } from '../helpers/campaign.js'

// The built evt, killed while it builds an index.

const FILES = 6
const LINES = 4_000

let at: Stage
beforeEach(() => {
  at = stage()
  mkdirSync(join(at.work, 'a'))
  const mapping = '{ id: $.id, time: $.time, entities: { order: $.order } }'
  writeFileSync(join(at.work, 'a/evt.yaml'), `events: { "*": ${mapping} }\n`)
  for (let n = 0; n < FILES; n++) writeFile(n, 1)
})
afterEach(() => at.remove())

/** Two files in three are read by SQL. */
function writeFile(n: number, version: number): void {
  const lines = Array.from({ length: n % 3 === 0 ? LINES >> 3 : LINES }, (_, i) => {
    const time = new Date(Date.UTC(2026, 10, 1 + (i % 9), 0, 0, i % 60)).toISOString()
    const note = 'x'.repeat(220)
    return JSON.stringify({ id: `${n}-${version}-${i}`, time, order: `o-${i % 500}`, note })
  })
  writeFileSync(join(at.work, `a/${n}.ndjson`), `${lines.join('\n')}\n`)
}

function start(...args: string[]): ChildProcess {
  return spawn('evt', args, { cwd: at.work, env: at.env, stdio: ['ignore', 'pipe', 'pipe'] })
}

async function run(...args: string[]) {
  const child = start(...args)
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  const [exit] = await once(child, 'close')
  return { exit, stdout, stderr }
}

const questions = [
  ['audit', '--entity', 'order:o-7', 'a', '-o', 'json'],
  ['query', '--sql', 'SELECT count(*), count(DISTINCT id), max(pos) FROM events', 'a', '-o', 'csv'],
]

async function expectSameAnswers(): Promise<void> {
  for (const question of questions) {
    const [found, read] = [await run(...question), await run(...question, '--no-index')]
    expect(found).toEqual(read)
  }
}

/** Numbers from 0 to 1, the same for a seed. */
function* chances(): Generator<number, never> {
  let state = seed
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state / 2 ** 32
  }
}

const folder = () => join(at.work, 'a.evt-index')

/** What is there and is no part of the index. */
async function strange(): Promise<string[]> {
  const manifest = await readManifest(folder())
  if (typeof manifest === 'string') return [manifest]
  const known = new Set([...allParts(manifest).map(({ file }) => file), 'evt-index.json'])
  const there = readdirSync(folder(), { recursive: true, withFileTypes: true })
  const files = there.filter((entry) => entry.isFile())
  const names = files.map(({ parentPath, name }) =>
    join(parentPath, name).slice(folder().length + 1),
  )
  return names.filter((name) => !known.has(name) && !name.startsWith('answers/'))
}

test(`killed at any moment a build leaves what was there before (seed ${seed})`, async () => {
  const random = chances()
  const begun = Date.now()
  expect((await run('index', 'build', 'a', '--beside')).exit).toBe(0)
  const buildMs = Date.now() - begun
  for (let n = 0; n < campaign(4); n++) {
    for (const changed of [n % FILES, (n + 2) % FILES]) writeFile(changed, n + 2)
    const child = start('index', 'build', 'a')
    const closed = once(child, 'close')
    await after(random.next().value * buildMs)
    child.kill('SIGKILL')
    await closed
    await expectSameAnswers()
    if (n % 2 === 1) continue
    expect(await run('index', 'build', 'a')).toMatchObject({ exit: 0, stderr: '' })
    expect(await run('index', 'status', 'a', '-o', 'json')).toMatchObject({
      stdout: expect.stringContaining('"state":"fresh"'),
    })
    // What small parts were put together from stays for one build.
    expect((await run('index', 'build', 'a')).exit).toBe(0)
    expect(await strange()).toEqual([])
    await expectSameAnswers()
  }
}, 600_000)

test('of two builds one wins, and the other says so', async () => {
  const builds = [1, 2].map(() => run('index', 'build', 'a', '--beside'))
  const [first, second] = (await Promise.all(builds)).sort((a, b) => a.exit - b.exit)
  expect(first).toMatchObject({ exit: 0, stderr: '' })
  // Where one began when the other had ended, both end well.
  if (second?.exit !== 0) {
    expect(second).toMatchObject({
      exit: 3,
      stderr: expect.stringMatching(/^evt: the index is being built by another evt \(process \d+/),
    })
  }
  await expectSameAnswers()
}, 120_000)

test('Ctrl-C keeps what was read', async () => {
  for (let n = FILES; n < 40; n++) writeFile(n, 1)
  const child = start('index', 'build', 'a', '--beside', '--progress')
  let stderr = ''
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
    if (/[1-9]\d* of 40/.test(stderr) && !child.killed) child.kill('SIGINT')
  })
  const [exit] = await once(child, 'close')
  expect({ exit, stderr }).toEqual({
    exit: 130,
    stderr: expect.stringMatching(/\nevt: interrupted: [\d,]+ records were read, the result is/),
  })
  const status = JSON.parse((await run('index', 'status', 'a', '-o', 'json')).stdout)
  expect(status).toMatchObject({ state: 'stale', gone: 0 })
  expect(status.objects).toBeGreaterThan(0)
  expect(status.missing).toBe(40 - status.objects)
  expect(readFileSync(join(folder(), 'evt-index.json'), 'utf8')).toContain('"objects":[{')
  await expectSameAnswers()
}, 120_000)
