import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { createFileDecoder } from 'avsc'
import { parse } from 'csv-parse/sync'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readBytes } from '../../src/archives/bytes.js'
import { openDuckdb } from '../../src/engines/duckdb.js'
import { type Stage, stage } from '../cases/run-case.js'
import { isLong, seed } from '../helpers/campaign.js'
import {
  MAIL,
  MAPPING,
  type PlantedFile,
  type PlantedRow,
  plantArchive,
  SUBJECT,
} from '../helpers/planted-archive.js'

const ROWS = isLong ? 1_000_000 : 3_000
/** A hundred times everything is read and looked at. */
const ENOUGH_MS = isLong ? 3_600_000 : 240_000
const SHARE = isLong ? 0.0001 : 0.02
const values = ['--also', `*=${MAIL}`, '--ignore-case', '--deep']

let at: Stage
let planted: PlantedFile[]
let state = seed
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return state / 2 ** 32
}

beforeEach(async () => {
  at = stage()
  state = seed
  planted = await plantArchive(join(at.work, 'a'), { rows: ROWS, random, share: SHARE })
  writeFileSync(join(at.work, 'evt.yaml'), `events: { "*": ${MAPPING} }\n`)
})
afterEach(() => at.remove())

function start(args: readonly string[]) {
  return spawn('evt', args, { cwd: at.work, env: at.env, stdio: ['ignore', 'pipe', 'pipe'] })
}

async function run(...args: string[]) {
  const child = start(args)
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk) => {
      text[name] += chunk
    })
  }
  const [exit] = await once(child, 'close')
  return { exit, ...text }
}

const rowsThat = (holds: (row: PlantedRow) => boolean) =>
  planted.flatMap(({ rows }) => rows.filter(holds).map(({ id }) => id)).sort()
const isMapped = ({ planting }: PlantedRow) => planting === 'mapped' || planting === 'shared'
const isHidden = ({ planting }: PlantedRow) => planting !== null && planting !== 'decoy'

function extracted(bundle: string): string[] {
  const lines = readFileSync(join(at.work, bundle, 'events.ndjson'), 'utf8')
    .trim()
    .split('\n')
  return lines.map((line) => String(JSON.parse(line).id)).sort()
}

/** Unpacked; of tables the events, one a line. */
async function textOf(name: string): Promise<string> {
  const file = join(at.work, 'a', name)
  const lines = await eventsIn(file)
  if (lines) return `${lines.join('\n')}\n`
  const { size: sizeBytes, mtimeMs } = statSync(file)
  const compression = name.endsWith('.gz') ? 'gzip' : name.endsWith('.zst') ? 'zstd' : 'none'
  const report = ({ detail }: { detail: string }) => expect.fail(`${name} ${detail}`)
  const object = { kind: 'file' as const, path: name, file, sizeBytes, mtimeMs }
  const parts: Buffer[] = []
  for await (const part of readBytes(object, { compression, report })) parts.push(part)
  return Buffer.concat(parts).toString()
}

/** As others read them. */
async function eventsIn(file: string): Promise<string[] | undefined> {
  if (file.endsWith('.csv')) {
    const rows: { event: string }[] = parse(readFileSync(file), { columns: true })
    return rows.map(({ event }) => event)
  }
  if (file.endsWith('.parquet')) {
    const duckdb = await openDuckdb({ memoryLimitBytes: 1e9, threads: 1 })
    const rows = await duckdb.rows(`SELECT event FROM '${file}'`)
    await duckdb.close()
    return rows.map(([event]) => String(event))
  }
  if (!file.endsWith('.avro')) return undefined
  const decoder = createFileDecoder(file)
  const found: string[] = []
  for await (const { Body } of decoder) found.push(Body)
  return found
}

/** Every file of the archive, and all that evt keeps and left, as bytes. */
function everyByte(): string {
  const home = at.env['HOME'] ?? ''
  return readdirSync(home, { recursive: true, encoding: 'utf8' })
    .map((name) => join(home, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file, 'latin1'))
    .join('\n')
}

describe(`a planted archive (seed ${seed})`, () => {
  test('by entity every mapped row is extracted, with values every row, and no decoy', async () => {
    const share = ['--max-share', '100%']
    const by = ['gdpr', 'extract', '--entity', SUBJECT, 'a', ...share]
    expect(await run(...by, '--to', 'b')).toMatchObject({ exit: 0, stderr: '' })
    expect(extracted('b')).toEqual(rowsThat(isMapped))
    expect(await run(...by, ...values, '--to', 'c')).toMatchObject({ exit: 0, stderr: '' })
    expect(extracted('c')).toEqual(rowsThat(isHidden))
    expect(await run('index', 'build', 'a')).toMatchObject({ exit: 0 })
    expect(await run(...by, '--to', 'd')).toMatchObject({ exit: 0, stderr: '' })
    expect(extracted('d')).toEqual(rowsThat(isMapped))
  })

  test(
    'killed at any moment, an erasure goes on to the same bytes',
    async () => {
      await run('index', 'build', 'a')
      const plan = ['gdpr', 'erase', '--entity', SUBJECT, ...values.slice(0, 3), '--erase-mentions']
      expect(await run(...plan, 'a', '--plan', 'plan', '--max-share', '100%')).toMatchObject({
        ...{ exit: 0, stderr: '' },
      })
      const apply = ['gdpr', 'erase', '--apply', 'plan', '--yes']
      for (let kills = isLong ? 100 : 4; kills > 0; kills--) {
        const child = start(apply)
        const closed = once(child, 'close')
        // In any object: each of the long form takes some ten seconds.
        await after(300 + random() * (isLong ? 25_000 : 700))
        child.kill('SIGKILL')
        await closed
        // Whole at every moment, as it was or without the subject.
        for (const { name } of planted) expect(await textOf(name)).toMatch(/[}\]]\n?$/)
      }
      expect(await run(...apply)).toMatchObject({ exit: 0, stderr: '' })
      await expectErased()
      expect(await run('gdpr', 'verify', 'plan')).toMatchObject({ exit: 0 })
    },
    ENOUGH_MS,
  )
})

async function expectErased(): Promise<void> {
  for (const { name, rows, isList } of planted) {
    const text = await textOf(name)
    expect(text.toLowerCase()).not.toMatch(/u-4711-ada|ada@example\.com|u0061da/)
    const kept = rows.filter(({ planting }) => planting !== 'mapped')
    const found: unknown[] = isList ? JSON.parse(text) : documents(text)
    expect(found.map((row) => Object(row).id)).toEqual(kept.map(({ id }) => id))
    // What is not of the subject is the same to the byte, and so is what stands between.
    const untouched = kept.filter((row) => !isHidden(row))
    let from = 0
    for (const row of untouched) {
      const written = name === '5.json.gz' ? row.text.replace('{', '{\n ') : row.text
      const where = text.indexOf(written, from)
      expect(where, row.id).toBeGreaterThanOrEqual(from)
      from = where + written.length
    }
  }
  expect(everyByte().toLowerCase()).not.toMatch(/u-4711-ada|ada@example\.com/)
}

function documents(text: string): unknown[] {
  return text
    .replaceAll('{\n ', '{')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}
