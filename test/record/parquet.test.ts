import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDuckdb } from '../../src/engines/duckdb.js'
import { quoteText } from '../../src/engines/leaf-tree.js'
import { createMapping } from '../../src/event/mapping.js'
import { Random } from '../../src/generate/random.js'
import { type Flagged, PartFlags } from '../../src/record/part-flags.js'
import { runRecord } from '../../src/record/run.js'
import { stage } from '../cases/run-case.js'
import { seed } from '../helpers/campaign.js'
import { startEvt } from '../testbed/evt-process.js'
import { measuredIn, parquetIn, partsIn, recordRequest, recordsIn } from './recorded.js'

const CONFIG = `events:
  '*':
    id: $.id
    time: $.at
    key: $.key
    sequence: $.n
`
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evt-dated-'))
  await writeFile(join(folder, 'evt.yaml'), CONFIG)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const at = (day: number) => `2026-11-${String(day).padStart(2, '0')}T23:59:59Z`
const line = (id: number, more: object) => `${JSON.stringify({ id, key: 'k', ...more })}\n`

async function rows(to: string, columns: string): Promise<unknown[][]> {
  const duckdb = await openDuckdb({ memoryLimitBytes: 500e6 })
  const glob = quoteText(join(folder, to, 'events', '*', '*.parquet'))
  const from = `read_parquet(${glob}, hive_partitioning = true, hive_types_autocast = false)`
  const found = await duckdb.rows(`SELECT ${columns} FROM ${from} ORDER BY pos`)
  await duckdb.close()
  return found
}

async function askedRows(source: string): Promise<unknown[][]> {
  const sql = 'select id, duplicate, reordered from events order by pos'
  const at = { ...stage(), work: folder }
  const child = startEvt(['query', '--sql', sql, source, '-o', 'json', '--limit', '1000'], at)
  expect(await child.end).toEqual({ exit: 0, signal: null })
  return JSON.parse(child.out.text).rows.map((row: object) => Object.values(row))
}

const message = (id: number, ...days: string[]) => {
  const Records = days.map((day) => ({
    ...{ eventSource: 'aws:sqs', messageId: `m-${id}`, body: JSON.stringify({ key: `m-${id}` }) },
    attributes: { SentTimestamp: String(Date.parse(day)) },
  }))
  return `${JSON.stringify({ Records })}\n`
}

const names = (to: string) => partsIn(join(folder, to)).map(({ name }) => name)

test('events lie by date of arrival, and say which came again and which came late', async () => {
  const days = [
    [1, 3],
    [2, 1],
    [1, 5],
    [3, 2],
    [3, 4],
  ].map(([id = 0, n]) => ({ id, n, at: at(id) }))
  const text = [
    ...days.map(({ id, n, at }) => line(id, { n, at })),
    line(9, { n: 9 }),
    'no JSON\n',
    message(7, at(1), at(1)),
    message(8, at(1), at(2)),
  ].join('')
  await writeFile(join(folder, 'a.ndjson'), text)
  const run = await runRecord(recordRequest('dated', folder, { format: 'parquet' }))
  expect(run.failure).toBeUndefined()
  expect(run.recorded.files).toBe(1)
  expect(names('dated')).toEqual([
    'events/date=2026-11-01/000000000001-1.parquet',
    'events/date=2026-11-02/000000000001-2.parquet',
    'events/date=2026-11-03/000000000001-3.parquet',
    'events/date=other/000000000001.parquet',
    'events/date=unknown/000000000001-4.parquet',
  ])
  expect(await rows('dated', 'date, id, duplicate, reordered, undecodable')).toEqual([
    ['2026-11-01', '1', null, false, null],
    ['2026-11-02', '2', null, true, null],
    ['2026-11-01', '1', 'sameId', null, null],
    ['2026-11-03', '3', null, true, null],
    ['2026-11-03', '3', 'sameId', null, null],
    ['unknown', '9', null, false, null],
    ['unknown', null, null, null, 'not JSON'],
    ['2026-11-01', 'm-7', null, null, null],
    ['2026-11-01', 'm-7', 'sameId', null, null],
    ['other', 'm-8', null, null, null],
    ['other', 'm-8', 'sameId', null, null],
  ])
})

test('what a killed run left of a part is not there for the next', async () => {
  const request = (more: object) => recordRequest('left', folder, { format: 'parquet', ...more })
  await runRecord(request({ limit: 3 }))
  const left = join(folder, 'left/events/date=2026-10-31/000000000002-1.parquet')
  await mkdir(join(left, '..'))
  await writeFile(left, 'half')
  await runRecord(request({}))
  expect(names('left').filter((name) => name.includes('10-31'))).toEqual([])
  const records = recordsIn(await parquetIn(join(folder, 'left')))
  expect(records.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('a part before the last that is damaged is named, and what to do', async () => {
  await writeFile(join(folder, 'd.ndjson'), line(1, { at: at(1) }) + line(2, { at: at(2) }))
  const more = { format: 'parquet', given: ['d.ndjson'], limit: 2 } as const
  const request = (limit: number) => recordRequest('hurt', folder, { ...more, limit })
  await runRecord(request(2))
  await appendFile(join(folder, 'd.ndjson'), line(3, { at: at(3) }))
  await runRecord(request(1))
  const [first = '', second = ''] = names('hurt')
  await writeFile(join(folder, 'hurt', second), 'PAR1 and nothing else PAR1')
  await expect(runRecord(request(1))).rejects.toMatchObject({
    ...{ code: 'outside', message: `one of ${first}, ${second} in hurt is damaged` },
    hint: expect.stringContaining('move all of these out of the recording'),
  })
  for (const name of [first, second]) await rm(join(folder, 'hurt', name))
  await appendFile(join(folder, 'd.ndjson'), line(4, { at: at(4) }))
  expect((await runRecord(request(1))).failure).toBeUndefined()
  expect(await rows('hurt', 'id')).toEqual([['3'], ['4']])
})

test('a recording with parts by hour, as older ones were, is not gone on with', async () => {
  await writeFile(join(folder, 'h.ndjson'), line(1, { at: at(1) }))
  const request = recordRequest('hours', folder, { format: 'parquet', given: ['h.ndjson'] })
  await runRecord(request)
  const [name = ''] = names('hours')
  const old = join(folder, 'hours/events/2026-11-26T13')
  await mkdir(old)
  await rename(join(folder, 'hours', name), join(old, '000000000001.parquet'))
  await expect(runRecord(request)).rejects.toMatchObject({
    ...{ code: 'usage', message: 'hours is a recording of an older evt, with parts by hour' },
    hint: 'record to another target; evt reads what is there as before',
  })
  expect(names('hours')).toEqual(['events/2026-11-26T13/000000000001.parquet'])
})

test('a recording of another mapping goes on by the one that is, and says so', async () => {
  await writeFile(join(folder, 'a.ndjson'), line(1, { other: 'x' }) + line(1, { other: 'y' }))
  const notes: string[] = []
  const record = async (events: string, more: object) => {
    await writeFile(join(folder, 'evt.yaml'), events)
    const given = {
      format: 'parquet',
      onNote: (note: string) => notes.push(note),
      ...more,
    } as const
    const run = await runRecord(recordRequest('mapped', folder, given))
    expect(run.failure).toBeUndefined()
  }
  await record(CONFIG, { limit: 1 })
  expect(notes).toEqual([])
  const other = CONFIG.replace('$.id', '$.other')
  await record(other, {})
  expect(notes).toEqual([
    'mapped was recorded by another mapping until now: the columns of what follows, and what it ' +
      'says of duplicates and order, are by evt.yaml as it is; evt itself reads all of it by the ' +
      'mapping given',
  ])
  await writeFile(join(folder, 'a.ndjson'), line(1, { other: 'y' }), { flag: 'a' })
  await record(other, {})
  expect(notes).toHaveLength(1)
  await writeFile(join(folder, 'evt.yaml'), CONFIG)
  expect(await rows('mapped', 'id, duplicate')).toEqual([
    ['1', null],
    ['y', null],
    ['y', 'sameId'],
  ])
  expect(
    (await measuredIn(folder, 'mapped', createMapping({ maps: ['id=$.id'] }))).total,
  ).toMatchObject({ events: 3, distinct: 1 })
})

test(`flags are the same in one run, in several, and asked of it all (seed ${seed})`, async () => {
  const random = new Random(seed, 7)
  const text = Array.from({ length: 120 }, () => {
    const [id, n, key] = [random.below(60), random.below(40), `k${random.below(3)}`]
    return line(id, { n: n === 0 ? undefined : n, key, at: at(1 + random.below(3)) })
  }).join('')
  await writeFile(join(folder, 'a.ndjson'), text)
  await runRecord(recordRequest('one', folder, { format: 'parquet' }))
  for (let left = 120; left > 0; left -= 15) {
    const limit = left > 15 ? 15 : null
    await runRecord(recordRequest('several', folder, { format: 'parquet', limit }))
  }
  const flags = 'pos, id, duplicate, reordered'
  const one = await rows('one', flags)
  expect(one).toHaveLength(120)
  expect(await rows('several', flags)).toEqual(one)
  const asked = await askedRows('a.ndjson')
  expect(one.map(([, ...row]) => row)).toEqual(asked)
})

test('a run that goes on flags as one that never ended, however much came before', () => {
  const random = new Random(seed, 8)
  const event = (): Flagged => ({
    ...{ id: String(random.below(400)), source: '', transportId: null, replay: null },
    ...{ attempt: null, key: `k${random.below(9)}`, order: 'integer', sequencePer: 'key' },
    ...{ sequence: String(random.below(1_000)), timeUs: null, receivedAtUs: null },
  })
  const parts = Array.from({ length: 350 }, () => Array.from({ length: random.below(4) }, event))
  const all = new PartFlags([1, 1])
  const sinces = new Set<number>()
  for (const [n, events] of parts.entries()) {
    const part = n + 1
    const again = new PartFlags(all.since)
    const [since] = all.since
    for (let before = since; before < part; before++) {
      for (const one of parts[before - 1] ?? []) again.flag(one, before)
    }
    sinces.add(since)
    expect(events.map((one) => again.flag(one, part))).toEqual(
      events.map((one) => all.flag(one, part)),
    )
    all.end(part)
  }
  expect([...sinces]).toEqual([1, 101, 201])
})
