import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Duckdb, openDuckdb } from '../../src/engines/duckdb.js'
import { quoteFile } from '../../src/engines/leaf-tree.js'
import { createDecoder } from '../../src/envelopes/decode.js'
import { createMapping } from '../../src/event/mapping.js'
import { type EraseMode, Eraser } from '../../src/privacy/eraser.js'
import { isTouched, passThrough } from '../../src/privacy/object-pass.js'
import { PackedFile } from '../../src/privacy/packed-file.js'
import { newKey } from '../../src/privacy/seals.js'
import { writeParquet } from '../../src/record/parquet-part.js'
import { PartDuckdb } from '../../src/record/part-duckdb.js'
import { PartFlags } from '../../src/record/part-flags.js'
import { runRecord } from '../../src/record/run.js'
import { seed } from '../helpers/campaign.js'
import { partsIn, recordRequest } from '../record/recorded.js'
import {
  CONFIG,
  event,
  line,
  MAPS,
  messages,
  rowsIn,
  SUBJECT,
  workload,
} from './recorded-workload.js'

const key = newKey()

let folder: string
let duckdb: Duckdb
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'evt-recordings-'))
  duckdb = await openDuckdb({ memoryLimitBytes: 1e9 })
})
beforeEach(() => writeFileSync(join(folder, 'evt.yaml'), CONFIG))
afterEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true })
})
afterAll(async () => {
  await duckdb.close()
  rmSync(folder, { recursive: true })
})

const mapping = createMapping({ maps: MAPS })
const decode = createDecoder({ mapping })
function eraser(mode: EraseMode, mentions: boolean) {
  const subject = { entities: [`user:${SUBJECT}`], values: [], ignoreCase: false, deep: true }
  return new Eraser({ subject, mapping, decode, mode, mentions, isHeld: () => false, key })
}

/** Erases in place. @returns whether anything had to be */
async function erase(file: string, of: Eraser): Promise<boolean> {
  const { size: sizeBytes, mtimeMs } = await stat(file)
  const object = { kind: 'file' as const, path: file, file, sizeBytes, mtimeMs }
  const planned = await passThrough(object, { eraser: of, key })
  expect(planned).toMatchObject({ refused: null, notes: [] })
  if (!isTouched(planned.counts)) return false
  const target = await PackedFile.open(`${file}.new`)
  const done = await passThrough(object, { eraser: of, key, target })
  expect(done.counts).toEqual(planned.counts)
  await target.finish(done.sniffed.compression)
  renameSync(`${file}.new`, file)
  const { size } = await stat(file)
  const written = await passThrough({ ...object, sizeBytes: size }, { eraser: of, key })
  expect(isTouched(written.counts)).toBe(false)
  expect(written.counts.units).toBe(planned.counts.units - planned.counts.unitsDropped)
  return true
}

const filesIn = (to: string) => partsIn(join(folder, to)).map(({ name }) => join(folder, to, name))

/** What `evt record` would have made of the same lines. */
async function madeAnew(files: readonly string[]): Promise<string[]> {
  const made: string[] = []
  const duckdb = new PartDuckdb()
  for (const [n, file] of files.entries()) {
    const lines = join(folder, `${n}.part`)
    writeFileSync(lines, readFileSync(file))
    const flags = new PartFlags([1, 1])
    const given = { decode, mapping: '', flags, duckdb }
    for (const { file: one } of await writeParquet(lines, n + 1, given)) made.push(one)
  }
  await duckdb.close()
  return made
}

async function recorded(to: string, format: 'ndjson' | 'parquet', parts: number): Promise<void> {
  for (let n = 0; n < parts; n++) {
    const run = await runRecord(
      recordRequest(to, folder, { format, limit: 100, env: { HOME: folder } }),
    )
    expect(run.failure).toBeUndefined()
  }
}

const UNFLAGGED = '* EXCLUDE (duplicate, reordered)'

describe(`a recording in Parquet without somebody (seed ${seed})`, () => {
  test.each<[EraseMode, boolean]>([
    ['default', false],
    ['default', true],
    ['drop', true],
    ['null', false],
    ['pseudonymise', true],
  ])(
    'is what it would be of the lines of NDJSON without them: %s, mentions %s',
    async (mode, mentions) => {
      writeFileSync(join(folder, 'a.ndjson'), workload(300))
      await recorded('n', 'ndjson', 3)
      await recorded('p', 'parquet', 3)
      const before = await rowsIn(filesIn('p'))
      const metadata = () =>
        Promise.all(
          filesIn('p').map((file) =>
            duckdb.rows(`SELECT decode(key), decode(value)
              FROM parquet_kv_metadata(${quoteFile(file)}) ORDER BY 1`),
          ),
        )
      const said = await metadata()
      for (const file of filesIn('n')) expect(await erase(file, eraser(mode, mentions))).toBe(true)
      const touched: boolean[] = []
      for (const file of filesIn('p')) touched.push(await erase(file, eraser(mode, mentions)))
      expect(touched.filter((one) => one).length).toBeGreaterThan(3)
      expect(await metadata()).toEqual(said)
      const wanted = await rowsIn(await madeAnew(filesIn('n')), UNFLAGGED)
      expect(await rowsIn(filesIn('p'), UNFLAGGED)).toEqual(wanted)
      // Whose line is as it was is as it was.
      const now = await rowsIn(filesIn('p'))
      const lines = new Set(now.map((row) => row['recorded']))
      const numberOf = ({ pos }: Record<string, unknown>) => Math.floor(Number(pos) / 1e6)
      const same = before.filter(({ recorded: line }) => line !== null && lines.has(line))
      const stays = new Set(same.map(numberOf))
      const ofThem = (rows: Record<string, unknown>[]) =>
        rows.filter((row) => stays.has(numberOf(row)))
      expect(ofThem(before).length).toBeGreaterThan(100)
      expect(ofThem(now)).toEqual(ofThem(before))
      // In the order of the recording, file by file.
      for (const file of filesIn('p')) {
        const found = await duckdb.rows(`SELECT pos FROM ${quoteFile(file)}`)
        const all = found.map(([pos]) => Number(pos))
        expect(all).toEqual([...all].sort((a, b) => a - b))
      }
      if (!mentions) return
      expect(JSON.stringify(now)).not.toContain(SUBJECT)
      for (const { bytes } of partsIn(join(folder, 'p'))) {
        expect(bytes.includes(SUBJECT)).toBe(false)
      }
    },
    120_000,
  )

  test('what is left of a record keeps its flags, and two subjects go one by one', async () => {
    const of = (id: string, user: string, n: number) => event(id, user, { n, friend: 'f-1' })
    const text = [
      line(of('e-1', 'u-1', 5)),
      line(of('e-2', 'u-2', 7)),
      messages(
        of('e-3', SUBJECT, 1),
        of('e-1', 'u-1', 5),
        of('e-4', 'u-2', 6),
        of('e-5', 'u-2', 8),
      ),
      messages(of('e-6', SUBJECT, 2), of('e-7', SUBJECT, 3)),
    ]
    writeFileSync(join(folder, 'a.ndjson'), text.join(''))
    await recorded('p', 'parquet', 1)
    const told = 'pos, id, "key", entities, duplicate, reordered, recorded IS NOT NULL AS line'
    const [file = ''] = filesIn('p')
    const row = (
      pos: number,
      id: string,
      user: string | null,
      flags: object,
      isFirst: boolean,
    ) => ({
      ...{ pos, id, key: user, duplicate: null, reordered: false, ...flags, line: isFirst },
      entities: user === null ? ['friend:f-1'] : [`user:${user}`, 'friend:f-1'],
    })
    const again = { duplicate: 'sameId', reordered: null }
    await erase(file, eraser('null', false))
    expect(await rowsIn([file], told)).toEqual([
      row(1_000_000, 'e-1', 'u-1', {}, true),
      row(2_000_000, 'e-2', 'u-2', {}, true),
      row(3_000_000, 'e-3', null, {}, true),
      row(3_000_001, 'e-1', 'u-1', again, false),
      row(3_000_002, 'e-4', 'u-2', { reordered: true }, false),
      row(3_000_003, 'e-5', 'u-2', {}, false),
      row(4_000_000, 'e-6', null, {}, true),
      row(4_000_001, 'e-7', null, {}, false),
    ])
    await recorded('q', 'parquet', 1)
    const [other = ''] = filesIn('q')
    await erase(other, eraser('drop', false))
    expect(await rowsIn([other], told)).toEqual([
      row(1_000_000, 'e-1', 'u-1', {}, true),
      row(2_000_000, 'e-2', 'u-2', {}, true),
      row(3_000_000, 'e-1', 'u-1', again, true),
      row(3_000_001, 'e-4', 'u-2', { reordered: true }, false),
      row(3_000_002, 'e-5', 'u-2', {}, false),
    ])
  })

  test('a part of which nothing is left still says how to go on', async () => {
    writeFileSync(join(folder, 'a.ndjson'), line(event('e-1', SUBJECT)))
    await recorded('p', 'parquet', 1)
    const [file = ''] = filesIn('p')
    await erase(file, eraser('default', false))
    expect(await rowsIn([file])).toEqual([])
    writeFileSync(join(folder, 'a.ndjson'), line(event('e-2', 'u-1')), { flag: 'a' })
    await recorded('p', 'parquet', 1)
    const found = await rowsIn(filesIn('p'), 'pos, id')
    expect(found).toEqual([{ pos: 2_000_000, id: 'e-2' }])
  })

  test('rows in another order are refused: nobody knows of which line they are', async () => {
    const [mine, other] = [event('e-1', SUBJECT), event('e-2', 'u-1')]
    writeFileSync(
      join(folder, 'a.ndjson'),
      [messages(mine, other), messages(event('e-3', 'u-2'), event('e-4', 'u-3'))].join(''),
    )
    await recorded('p', 'parquet', 1)
    const [file = ''] = filesIn('p')
    for (const order of ['pos % 1000000, pos', 'pos DESC', 'id DESC']) {
      const sorted = join(folder, 'sorted.parquet')
      await duckdb.rows(
        `COPY (SELECT * FROM read_parquet([${quoteFile(file)}], hive_partitioning = false)
         ORDER BY ${order}) TO ${quoteFile(sorted)}`,
      )
      const { size: sizeBytes, mtimeMs } = await stat(sorted)
      const object = { kind: 'file' as const, path: sorted, file: sorted, sizeBytes, mtimeMs }
      const { refused } = await passThrough(object, { eraser: eraser('drop', false), key })
      expect(refused).toBe('is a recording by evt whose rows stand in another order')
    }
  })

  test('rows of two recordings that were mixed are left, and told', async () => {
    const [file = '', other = ''] = await Promise.all(
      [[event('e-1', 'u-1'), event('e-2', 'u-2')], [event('e-3', SUBJECT)]].map(
        async (events, n) => {
          const of = join(folder, `of-${n}`)
          mkdirSync(of)
          writeFileSync(join(of, 'evt.yaml'), CONFIG)
          writeFileSync(join(of, 'a.ndjson'), messages(...events))
          const format = 'parquet' as const
          await runRecord(recordRequest('p', of, { format, env: { HOME: of } }))
          return partsIn(join(of, 'p')).map(({ name }) => join(of, 'p', name))[0] ?? ''
        },
      ),
    )
    const mixed = join(folder, 'mixed.parquet')
    const both = `[${quoteFile(file)}, ${quoteFile(other)}]`
    await duckdb.rows(
      `COPY (SELECT * FROM read_parquet(${both}, hive_partitioning = false) ORDER BY pos, id)
       TO ${quoteFile(mixed)}`,
    )
    expect(await duckdb.rows(`SELECT id FROM ${quoteFile(mixed)}`)).toEqual([
      ...[['e-1'], ['e-3'], ['e-2']],
    ])
    const { size: sizeBytes, mtimeMs } = await stat(mixed)
    const object = { kind: 'file' as const, path: mixed, file: mixed, sizeBytes, mtimeMs }
    const { counts } = await passThrough(object, { eraser: eraser('drop', false), key })
    expect(counts).toMatchObject({ dropped: 0, left: 1 })
  })

  test('a recording of other columns is refused by name', async () => {
    writeFileSync(join(folder, 'a.ndjson'), line(event('e-1', SUBJECT)))
    await recorded('p', 'parquet', 1)
    const [file = ''] = filesIn('p')
    const other = join(folder, 'other.parquet')
    await duckdb.rows(`COPY (SELECT id, recorded FROM ${quoteFile(file)}) TO ${quoteFile(other)}`)
    const { size: sizeBytes, mtimeMs } = await stat(other)
    const object = { kind: 'file' as const, path: other, file: other, sizeBytes, mtimeMs }
    const { refused } = await passThrough(object, { eraser: eraser('drop', false), key })
    expect(refused).toBe('is a recording by evt with other columns than this one writes')
  })
})
