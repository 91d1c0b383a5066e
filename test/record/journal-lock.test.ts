import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockJournal } from '../../src/record/journal-lock.js'
import { isLong } from '../helpers/campaign.js'
import { root } from '../helpers/cli.js'

const ROUNDS = isLong ? 2_000 : 60
const PROCESSES = 6
/** Beyond the highest that a kernel gives. */
const GONE_PID = 2 ** 30

let folder: string
let children: ChildProcess[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evt-lock-'))
  children = []
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const held = (pid: number, token: string) => JSON.stringify({ pid, host: hostname(), token })

/** A process that takes the lock, or gives it up, whenever it is told to. */
function taker(journal: string) {
  const module = JSON.stringify(join(root, 'src/record/journal-lock.ts'))
  const script = `
    const { lockJournal } = await import(${module})
    let unlock
    process.stdin.on('data', (told) => {
      if (String(told).startsWith('give')) unlock?.()
      try {
        unlock = undefined
        if (String(told).startsWith('take')) unlock = lockJournal(${JSON.stringify(journal)})
        console.log(unlock ? 'has it' : 'is ready')
      } catch (error) { console.log(error.message) }
    })
    console.log('is ready')`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.push(child)
  const said = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => String((await said.next()).value)
  return { tell: (what: string) => void child.stdin.write(`${what}\n`), next }
}

test('of several who find a lock of nobody at once, one has it', async () => {
  const journal = join(folder, 'j.ndjson')
  const takers = Array.from({ length: PROCESSES }, () => taker(journal))
  const all = (what: string) => {
    for (const one of takers) one.tell(what)
    return Promise.all(takers.map((one) => one.next()))
  }
  await Promise.all(takers.map((one) => one.next()))
  for (let round = 0; round < ROUNDS; round++) {
    writeFileSync(`${journal}.lock`, held(GONE_PID, `of-round-${round}`))
    const said = await all('take')
    expect(said.filter((one) => one === 'has it')).toHaveLength(1)
    expect(said.filter((one) => one.startsWith('another evt writes'))).toHaveLength(PROCESSES - 1)
    await all('give')
    expect(readdirSync(folder)).toEqual([])
  }
}, 120_000)

test('a lock of nobody that somebody takes already is left to that one', () => {
  const lock = join(folder, 'j.ndjson.lock')
  writeFileSync(lock, held(GONE_PID, 'dead'))
  writeFileSync(`${lock}.dead.claim`, held(process.ppid, 'alive'))
  const told = `(process ${process.ppid} on ${hostname()})`
  expect(() => lockJournal(join(folder, 'j.ndjson'))).toThrow(told)
  expect(readFileSync(lock, 'utf8')).toContain('dead')
})

test.each(['dead', 'damaged'])(
  'of a lock that is %s the claim of the dead does not count',
  (is) => {
    const lock = join(folder, 'j.ndjson.lock')
    writeFileSync(lock, is === 'dead' ? held(GONE_PID, 'dead') : '{"pid":')
    writeFileSync(`${lock}.${is}.claim`, held(GONE_PID, 'dead too'))
    const unlock = lockJournal(join(folder, 'j.ndjson'))
    expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({ pid: process.pid })
    expect(readdirSync(folder)).toEqual(['j.ndjson.lock'])
    unlock()
    expect(readdirSync(folder)).toEqual([])
  },
)
