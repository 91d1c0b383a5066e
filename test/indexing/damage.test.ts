import { readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { INDEX_SCHEMA, type PartKind, partKinds } from '../../src/archive-index/manifest.js'
import { bucketOf } from '../../src/archive-index/relations.js'
import { openDuckdb } from '../../src/engines/duckdb.js'
import { createMapping } from '../../src/event/mapping.js'
import { rowsFromIndex } from '../../src/questions/from-index.js'
import { testFolder, write } from '../archives/files.js'
import { answerOf, build, objectsIn, opened, type Question } from './small-index.js'

const maps = ['id=$.id', 'time=$.time', 'entities.order=$.order']
const small = { folder: testFolder(), mapping: createMapping({ maps }), buildFromBytes: 0 }

const line = (n: number) =>
  JSON.stringify({ id: `e${n}`, time: `2026-11-0${1 + (n % 5)}T00:00:00Z`, order: `o${n % 3}` })
const some = Array.from({ length: 60 }, (_, n) => line(n))

beforeAll(() => {
  write(small.folder, 'archive/a.ndjson', `${some.join('\n')}\nbroken\n`)
  write(small.folder, 'archive/b.json', `[${some.join()}]`)
})

const questions: Readonly<Record<string, Question>> = {
  all: {
    statement: { sql: 'SELECT id, position, duplicate FROM events ORDER BY pos', values: {} },
  },
  'in no order': { statement: { sql: 'SELECT id, key FROM events', values: {} } },
  undecodable: { statement: { sql: 'FROM undecodable', values: {} } },
  'about an entity': {
    statement: { sql: 'FROM events ORDER BY pos', values: {} },
    chosen: { entities: ['order:o1'] },
  },
}

/** What can become of a file of an index. */
const damages: Readonly<Record<string, (file: string) => void>> = {
  'is gone': (file) => rmSync(file),
  'is cut': (file) => truncateSync(file, statSync(file).size - 9),
  'has other bytes': (file) => {
    const { atime, mtime } = statSync(file)
    writeFileSync(file, Buffer.alloc(readFileSync(file).length, 'x'))
    utimesSync(file, atime, mtime)
  },
}

describe.each(partKinds)('a file of %s/', (kind: PartKind) => {
  test.each(Object.entries(damages))('%s while it is used', async (_, damage) => {
    const objects = await objectsIn(small)
    rmSync(join(small.folder, 'archive.evt-index'), { recursive: true, force: true })
    await build(small, objects)
    const { index } = await opened(small, objects)
    const [part] = index?.manifest.parts[kind] ?? []
    damage(join(index?.folder ?? '', part?.file ?? 'none'))
    for (const [name, question] of Object.entries(questions)) {
      const found = await answerOf(question, { ...small, objects, index })
      const read = await answerOf(question, { ...small, objects })
      expect(sorted(found), name).toEqual(sorted(read))
    }
  })
})

/** Rows that are in no order. */
function sorted<T extends { found: unknown[][] }>(answer: T): T {
  const inOrder = (row: unknown) => JSON.stringify(row)
  return { ...answer, found: answer.found.toSorted((a, b) => (inOrder(a) < inOrder(b) ? -1 : 1)) }
}

test('an index whose files are not as they were written is damaged', async () => {
  const objects = await objectsIn(small)
  await build(small, objects)
  const { index } = await opened(small, objects)
  expect((await opened(small, objects)).state).toBe('fresh')
  const file = join(index?.folder ?? '', index?.manifest.parts.events[0]?.file ?? '')
  // Of the same size.
  writeFileSync(file, readFileSync(file))
  expect((await opened(small, objects)).state).toBe('damaged')
  await build(small, objects)
  expect((await opened(small, objects)).state).toBe('fresh')
})

test.each([
  ['half of it', (text: string) => text.slice(0, text.length / 2), 'damaged'],
  ['nothing', () => '', 'damaged'],
  ['another shape', (text: string) => text.replace('"parts":{', '"parts":7,"x":{'), 'damaged'],
  ['no objects', (text: string) => text.replace('"objects":[', '"objects":1,"x":['), 'damaged'],
  ['the index of something else', () => '{"schema":"other/1"}', 'damaged'],
  ['a newer index', (text: string) => text.replace(INDEX_SCHEMA, 'evt.index/99'), 'otherVersion'],
])('where evt-index.json holds %s', async (_, change, state) => {
  const objects = await objectsIn(small)
  await build(small, objects)
  const file = join(small.folder, 'archive.evt-index', 'evt-index.json')
  writeFileSync(file, change(readFileSync(file, 'utf8')))
  expect(await opened(small, objects)).toEqual({ state, index: undefined })
  await build(small, objects)
  expect((await opened(small, objects)).state).toBe('fresh')
})

describe('an event is not lost', () => {
  const question = {
    statement: { sql: 'SELECT id FROM events ORDER BY id', values: {} },
    chosen: { entities: ['order:o1'] },
  }
  const builtAnew = async () => {
    const own = { ...small, folder: testFolder() }
    write(own.folder, 'archive/a.ndjson', some.join('\n'))
    const objects = await objectsIn(own)
    await build(own, objects)
    const { index } = await opened(own, objects)
    if (!index) throw new Error('there is no index')
    const { found } = await answerOf(question, { ...own, objects })
    expect(found).toHaveLength(20)
    return { own: { ...own, objects, index }, index, found }
  }

  test('where a bit of what says where it is flips', async () => {
    const { own, index, found } = await builtAnew()
    const bucket = `bucket=${bucketOf('order:o1')}/`
    const part = index.manifest.parts.entities.find(({ file }) => file.includes(bucket))
    const file = join(index.folder, part?.file ?? 'none')
    const whole = readFileSync(file)
    const { atime, mtime } = statSync(file)
    for (let at = 4; at < whole.length; at += 9) {
      const flipped = Buffer.from(whole)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
      writeFileSync(file, flipped)
      utimesSync(file, atime, mtime)
      const answer = await answerOf(question, own)
      expect(answer.found, `byte ${at}`).toEqual(found)
    }
  })

  test('where its record is missing', async () => {
    const { own, index, found } = await builtAnew()
    const file = join(index.folder, index.manifest.parts.records[0]?.file ?? 'none')
    await withoutRows(file, `contains(raw, '"o1"')`)
    const answer = await answerOf(question, own)
    expect(answer.found).toEqual(found)
  })
})

test('damage behind the first rows does not matter where they wait for the last', async () => {
  const two = { ...small, folder: testFolder() }
  const many = Array.from({ length: 30_000 }, (_, n) => line(n)).join('\n')
  write(two.folder, 'archive/a.ndjson', many)
  await build(two, await objectsIn(two))
  write(two.folder, 'archive/b.ndjson', many)
  const objects = await objectsIn(two)
  await build(two, objects)
  const { index } = await opened(two, objects)
  const { file = '' } = index?.manifest.parts.events.at(-1) ?? {}
  await spoil(join(index?.folder ?? '', file), 'id')
  const question = { statement: { sql: 'SELECT id, position FROM events', values: {} } }
  const found = await answerOf(question, { ...two, objects, index })
  expect(found).toEqual(await answerOf(question, { ...two, objects }))
})

test('a failure behind the first rows ends the answer, and is said', async () => {
  const { index } = await opened(small, await objectsIn(small))
  if (!index) throw new Error('there is no index')
  async function* chunks() {
    yield [[1]]
    throw new Error('IO Error: something')
  }
  const { chunks: rows } = await rowsFromIndex(index, async () => ({
    columns: [],
    chunks: chunks(),
  }))
  const all = async () => {
    for await (const _ of rows);
  }
  await expect(all()).rejects.toMatchObject({
    message: `the index in ${index.folder} is damaged`,
    code: 'outside',
    hint: '--no-index reads the archive instead; evt index build makes the index anew',
  })
})

/** Other bytes where a column lies in a Parquet file. */
async function spoil(file: string, column: string): Promise<void> {
  const duckdb = await openDuckdb({ memoryLimitBytes: 200e6, threads: 1 })
  const [[offset = 0, size = 0] = []] = await duckdb.rows(
    `SELECT coalesce(dictionary_page_offset, data_page_offset), total_compressed_size
     FROM parquet_metadata('${file}') WHERE path_in_schema = '${column}'`,
  )
  await duckdb.close()
  const bytes = readFileSync(file)
  writeFileSync(file, bytes.fill('x', Number(offset), Number(offset) + Number(size)))
}

async function withoutRows(file: string, condition: string): Promise<void> {
  const duckdb = await openDuckdb({ memoryLimitBytes: 200e6, threads: 1 })
  await duckdb.rows(`CREATE TABLE kept AS FROM '${file}' WHERE NOT (${condition})`)
  await duckdb.rows(`COPY kept TO '${file}' (FORMAT parquet)`)
  await duckdb.close()
}
