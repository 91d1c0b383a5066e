import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { isLong, seed } from '../helpers/campaign.js'
import { bodyOf, type PlantedFile, plantArchive, typedRow } from '../helpers/planted-archive.js'
import {
  identifiers,
  MAIL,
  MAPPING,
  NUMBER,
  type PlantedRow,
  SUBJECT,
} from '../helpers/planted-rows.js'
import { startEvt } from '../testbed/evt-process.js'
import { everyTextOf, textOf, valuesIn } from './every-text.js'

const ROWS = isLong ? 1_000_000 : 4_000
/** A hundred times everything is read and looked at. */
const ENOUGH_MS = isLong ? 3 * 3_600_000 : 240_000
const SHARE = isLong ? 0.0001 : 0.02
/** A hundred times an eighth of an apply: of a tenth of the rows it takes a quarter of an hour. */
const erasures = isLong
  ? [
      { rows: ROWS, share: SHARE, kills: 0 },
      { rows: ROWS / 10, share: SHARE * 10, kills: 100 },
    ]
  : [{ rows: ROWS, share: SHARE, kills: 6 }]
const values = ['--also', `*=${MAIL}`, '--ignore-case', '--deep']
const few = isLong ? [] : ['--max-share', '100%']

let at: Stage
let planted: PlantedFile[]
let state = seed
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return state / 2 ** 32
}

beforeEach(() => {
  at = stage()
  state = seed
  writeFileSync(join(at.work, 'evt.yaml'), `events: { "*": ${MAPPING} }\n`)
})
const plant = async (rows: number, share: number) => {
  planted = await plantArchive(join(at.work, 'a'), { rows, random, share })
}
afterEach(() => at.remove())

const homeOf = (one: Stage) => one.env['HOME'] ?? ''
const run = async (...args: string[]) => {
  const child = startEvt(args, at)
  const { exit } = await child.end
  return { exit, stdout: child.out.text, stderr: child.err.text }
}
const succeeds = async (...args: string[]) => {
  expect(await run(...args), args.join(' ')).toMatchObject({ exit: 0, stderr: '' })
}

const rowsThat = (holds: (row: PlantedRow) => boolean) =>
  planted.flatMap(({ rows }) => rows.filter(holds).map(({ id }) => id)).sort()
const isMapped = ({ planting }: PlantedRow) => planting === 'mapped' || planting === 'shared'
const isPlanted = ({ left, text }: PlantedRow) => left !== text

function extracted(bundle: string): string[] {
  const lines = readFileSync(join(at.work, bundle, 'events.ndjson'), 'utf8')
    .trim()
    .split('\n')
  return lines.map((line) => String(JSON.parse(line).id)).sort()
}

describe(`a planted archive (seed ${seed})`, () => {
  test(
    'by entity every mapped row is extracted, with values every row, and no decoy',
    async () => {
      await plant(ROWS, SHARE)
      const by = (who: string) => ['gdpr', 'extract', '--entity', who, 'a', ...few]
      await succeeds(...by(SUBJECT), '--to', 'b')
      expect(extracted('b')).toEqual(rowsThat(isMapped))
      await succeeds(...by(SUBJECT), ...values, '--to', 'c')
      expect(extracted('c')).toEqual(rowsThat(isPlanted))
      await succeeds(...by(NUMBER), '--to', 'd')
      expect(extracted('d')).toEqual(rowsThat(({ planting }) => planting === 'number'))
      expect(await run('index', 'build', 'a')).toMatchObject({ exit: 0 })
      await succeeds(...by(SUBJECT), '--to', 'e')
      expect(extracted('e')).toEqual(rowsThat(isMapped))
      await succeeds(...by(SUBJECT), ...values, '--to', 'f')
      expect(extracted('f')).toEqual(rowsThat(isPlanted))
      for (const bundle of ['b', 'c', 'd', 'e', 'f']) await succeeds('gdpr', 'verify', bundle)
    },
    ENOUGH_MS,
  )

  test.each(erasures)(
    'an erasure of $rows rows, killed $kills times, leaves nobody, and goes on to the same bytes',
    async ({ rows, share, kills }) => {
      await plant(rows, share)
      expect(await run('index', 'build', 'a')).toMatchObject({ exit: 0 })
      for (const { name } of planted) expect(await everyTextOf(fileOf(name))).toMatch(identifiers)
      const who = ['--entity', SUBJECT, ...values.slice(0, 3), '--erase-mentions']
      await succeeds('gdpr', 'erase', ...who, 'a', '--plan', 'plan', ...few)
      const kept = mkdtempSync(join(tmpdir(), 'evt-kept-'))
      try {
        cpSync(homeOf(at), kept, { recursive: true, preserveTimestamps: true })
        const before = hashes()
        const { ms } = await timed(() => succeeds(...apply))
        await expectErased()
        const undisturbed = hashes()
        if (kills > 0) restore(kept)
        for (let killed = 0; killed < kills; ) {
          const isKilled = await runFor((random() * ms) / 4)
          const now = hashes()
          for (const { name } of planted) {
            expect([before[name], undisturbed[name]], name).toContain(now[name])
          }
          if (isKilled) killed += 1
          else {
            expect(now).toEqual(undisturbed)
            restore(kept)
          }
        }
        if (kills > 0) await succeeds(...apply)
        expect(hashes()).toEqual(undisturbed)
        await expectNobody()
        await succeeds('gdpr', 'verify', 'plan')
      } finally {
        rmSync(kept, { recursive: true })
      }
    },
    ENOUGH_MS,
  )
})

const apply = ['gdpr', 'erase', '--apply', 'plan', '--yes']
const fileOf = (name: string) => join(at.work, 'a', name)

async function timed(work: () => Promise<unknown>): Promise<{ ms: number }> {
  const from = performance.now()
  await work()
  return { ms: performance.now() - from }
}

/** Kills an apply so long after it began, and looks meanwhile whether all is there.
 *
 * @returns whether it was still running */
async function runFor(ms: number): Promise<boolean> {
  const child = startEvt(apply, at)
  let isOver = false
  const end = child.end.finally(() => {
    isOver = true
  })
  while (!isOver && !existsSync(join(at.work, 'plan.lock'))) await after(5)
  for (const until = performance.now() + ms; !isOver && performance.now() < until; ) {
    for (const { name } of planted) expect(statSync(fileOf(name)).size).toBeGreaterThan(0)
    await after(Math.min(20, Math.max(0, until - performance.now())))
  }
  child.kill('SIGKILL')
  const { exit } = await end
  if (exit !== null) expect({ exit, err: child.err.text }).toEqual({ exit: 0, err: '' })
  return exit === null
}

/** As everything was when the plan was made. */
function restore(kept: string): void {
  for (const name of readdirSync(homeOf(at))) {
    rmSync(join(homeOf(at), name), { recursive: true })
  }
  cpSync(kept, homeOf(at), { recursive: true, preserveTimestamps: true })
}

function hashes(): Record<string, string> {
  const hash = (name: string) => createHash('sha256').update(readFileSync(fileOf(name)))
  return Object.fromEntries(planted.map(({ name }) => [name, hash(name).digest('hex')]))
}

/** Every row that is not the subject's alone is left, others to the byte, all in their order. */
async function expectErased(): Promise<void> {
  for (const { name, shape, rows } of planted) {
    const left = rows.flatMap(({ id, left: text }) => (text === null ? [] : [{ id, text }]))
    const found = await valuesIn(fileOf(name))
    if (!found) {
      expectSame(await textOf(fileOf(name)), bodyOf(shape, left), name)
      continue
    }
    const wanted = left.map(({ text }) => (shape === 'rows' ? typedRow(text) : text))
    expect(found.length, name).toBe(wanted.length)
    for (const [n, value] of found.entries()) expect(value, name).toEqual(wanted[n])
  }
  await expectNobody()
}

/** Without a difference of millions of lines. */
function expectSame(text: string, wanted: string, name: string): void {
  if (text === wanted) return
  let at = 0
  while (text[at] === wanted[at]) at++
  const around = (one: string) => one.slice(Math.max(0, at - 100), at + 200)
  expect(around(text), `${name} at ${at}`).toBe(around(wanted))
}

/** Nowhere in the archive, nor in what evt keeps and left, in any letters, escapes or packings. */
async function expectNobody(): Promise<void> {
  const files = readdirSync(homeOf(at), { recursive: true, encoding: 'utf8' })
    .map((name) => join(homeOf(at), name))
    .filter((file) => statSync(file).isFile())
  for (const file of files) {
    const found = identifiers.exec(await everyTextOf(file))
    expect(found && `${found[0]} in ${file}`).toBeNull()
  }
}
