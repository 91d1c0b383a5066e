import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Random } from '../../src/generate/random.js'
import { type Stage, stage } from '../cases/run-case.js'
import { isLong, seed } from '../helpers/campaign.js'
import { describeWith } from '../helpers/needs.js'
import { partsIn, partsOf, type SeenPart } from '../record/recorded.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'
import { CONFIG, event, line, rowsIn, SUBJECT, workload } from './recorded-workload.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'evt-recordings-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Erases by the command line, killed again and again, and goes on with the recording. */
async function erasedWithKills(to: string, at: Stage, seen: () => Promise<SeenPart[]>) {
  const run = async (...args: string[]) => {
    const child = startEvt(args, at)
    const { exit } = await child.end
    return { exit, out: child.out.text, err: child.err.text }
  }
  writeFileSync(join(at.work, 'evt.yaml'), CONFIG)
  writeFileSync(join(at.work, 'a.ndjson'), workload(240))
  const record = ['record', 'a.ndjson', '--to', to, '--format', 'parquet', '--no-follow']
  for (let n = 0; n < 3; n++) expect((await run(...record, '--limit', '80')).exit).toBe(0)
  const of = ['--entity', `user:${SUBJECT}`, to, '--max-share', '100%']
  const planned = await run('gdpr', 'erase', ...of, '--erase-mentions', '--plan', 'plan')
  expect(planned).toMatchObject({ exit: 0, err: '' })
  const random = new Random(seed, 42)
  const apply = ['gdpr', 'erase', '--apply', 'plan', '--yes']
  for (let kills = isLong ? 50 : 4; kills > 0; kills--) {
    const child = startEvt(apply, at)
    await after(400 + random.below(1_500))
    child.kill('SIGKILL')
    await child.end
    // Each is whole, as it was or without the subject.
    expect((await rowsOf(await seen())).length).toBeGreaterThan(240)
  }
  expect(await run(...apply)).toMatchObject({ exit: 0, err: '' })
  expect(await run('gdpr', 'verify', 'plan')).toMatchObject({ exit: 0 })
  const again = await run('gdpr', 'erase', ...of, '--erase-mentions', '--plan', 'plan2')
  expect(again).toMatchObject({ exit: 5 })
  writeFileSync(join(at.work, 'a.ndjson'), line(event('e-last', 'u-1')), { flag: 'a' })
  expect(await run(...record)).toMatchObject({ exit: 0 })
  expect((await rowsOf(await seen())).at(-1)).toMatchObject({ id: 'e-last', pos: 241_000_000 })
  expect((await run('gdpr', 'find', SUBJECT, to, '--deep')).exit).toBe(5)
}

/** Of files that were fetched. */
async function rowsOf(parts: readonly SeenPart[]): Promise<Record<string, unknown>[]> {
  // What is being written beside them is hidden.
  const whole = parts.filter(({ name }) => !/(^|\/)\./.test(name))
  const files = whole.map(({ bytes }, n) => {
    const file = join(folder, `seen-${n}.parquet`)
    writeFileSync(file, bytes)
    return file
  })
  return rowsIn(files)
}

/** All bytes in a folder, and the values of what is packed in them. */
async function everyByte(home: string): Promise<string> {
  const found = readdirSync(home, { recursive: true, withFileTypes: true })
  const files = found.flatMap((one) => (one.isFile() ? [join(one.parentPath, one.name)] : []))
  const tables = files.filter((file) => file.endsWith('.parquet'))
  return files
    .map((file) => readFileSync(file, 'latin1'))
    .concat(JSON.stringify(await rowsIn(tables)))
    .join('\n')
}

describe(`an erasure from a recording in Parquet, killed at any moment (seed ${seed})`, () => {
  let staged: Stage
  beforeEach(() => {
    staged = stage()
  })
  afterEach(() => staged.remove())

  test('goes on to the end in a folder', async () => {
    const to = join(staged.work, 'p')
    await erasedWithKills('p', staged, async () => partsIn(to))
    rmSync(join(staged.work, 'a.ndjson'))
    expect(await everyByte(staged.env['HOME'] ?? '')).not.toContain(SUBJECT)
  }, 600_000)

  describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)('in S3', () => {
    let moto: Moto
    beforeAll(async () => {
      moto = await startMoto()
    })
    afterAll(() => moto.stop())

    test('goes on to the end, and no version is left', async () => {
      const CreateBucketConfiguration = { LocationConstraint: moto.region }
      await moto.call('s3', 'create_bucket', { Bucket: 'acme', CreateBucketConfiguration })
      const VersioningConfiguration = { Status: 'Enabled' }
      await moto.call('s3', 'put_bucket_versioning', { Bucket: 'acme', VersioningConfiguration })
      const at = { ...staged, env: { ...staged.env, ...moto.env } }
      const seen = () => partsOf(moto, 'acme', 'p')
      await erasedWithKills('s3://acme/p', at, seen)
      const { Versions } = await moto.call('s3', 'list_object_versions', { Bucket: 'acme' })
      const keys = (Versions as { Key: string }[]).map(({ Key }) => Key)
      const parts = keys.filter((name) => name.endsWith('.parquet'))
      expect(parts).toHaveLength((await seen()).length)
      expect(JSON.stringify(await rowsOf(await seen()))).not.toContain(SUBJECT)
    }, 600_000)
  })
})
