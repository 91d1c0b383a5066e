import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import avro from 'avsc'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packBlock } from '../../src/archives/avro-codecs.js'
import { AvroFile } from '../../src/archives/avro-file.js'
import type { FileObject } from '../../src/archives/object.js'
import { readRecords } from '../../src/archives/records.js'
import { packSnappy, unpackSnappy } from '../../src/archives/snappy.js'
import { sniff } from '../../src/archives/sniff.js'
import { avroLong } from '../../src/avro/amend.js'
import { type Duckdb, openDuckdb } from '../../src/engines/duckdb.js'
import { createDecoder } from '../../src/envelopes/decode.js'
import { createMapping } from '../../src/event/mapping.js'
import { type EraseMode, Eraser } from '../../src/privacy/eraser.js'
import { isTouched, passThrough } from '../../src/privacy/object-pass.js'
import { PackedFile } from '../../src/privacy/packed-file.js'
import { newKey } from '../../src/privacy/seals.js'
import { type AvroCodec, avroByHand, avroFile } from '../archives/avro-file.js'
import { campaign } from '../helpers/campaign.js'

let folder: string
let duckdb: Duckdb
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'evt-tables-'))
  duckdb = await openDuckdb({ memoryLimitBytes: 1e9 })
})
afterAll(async () => {
  await duckdb.close()
  rmSync(folder, { recursive: true })
})

const SUBJECT = 'u-4711-ada'
const key = newKey()

interface Row {
  id: number
  user: string | null
  friend: string | null
  note: string
  tags: string[]
  big: number
}

function eraser(mode: EraseMode, mentions: boolean) {
  const mapping = createMapping({ maps: ['entities.user=$.user', 'entities.friend=$.friend'] })
  return new Eraser({
    subject: { entities: [`user:${SUBJECT}`], values: [], ignoreCase: false, deep: true },
    ...{ mapping, decode: createDecoder({ mapping }), mode, mentions, isHeld: () => false, key },
  })
}

function objectOf(path: string): FileObject {
  const file = join(folder, path)
  const { size: sizeBytes, mtimeMs } = statSync(file)
  return { kind: 'file', path, file, sizeBytes, mtimeMs }
}

/** Erases from a file of these bytes, and checks that nothing is left to be erased. */
async function erased(name: string, { mode, mentions }: { mode: EraseMode; mentions: boolean }) {
  const object = objectOf(name)
  const options = { eraser: eraser(mode, mentions), key }
  const planned = await passThrough(object, options)
  expect(planned.refused).toBeNull()
  const target = await PackedFile.open(join(folder, `${name}.new`))
  const done = await passThrough(object, { ...options, target })
  await target.finish(done.sniffed.compression)
  expect(done.counts).toEqual(planned.counts)
  const known = await sniff(object)
  const after = await passThrough(objectOf(`${name}.new`), { ...options, known })
  expect(after.refused).toBeNull()
  expect(isTouched(after.counts)).toBe(false)
  return { bytes: readFileSync(join(folder, `${name}.new`)), counts: done.counts }
}

/** The naive way: what every row is to become; undefined where it goes. */
function naive(row: Row, mentions: boolean): Row | undefined {
  const isAbout = row.user === SUBJECT
  if (isAbout && row.friend === null) return undefined
  const next = { ...row, user: isAbout ? null : row.user }
  if (!mentions) return next
  const without = (text: string) => text.replaceAll(SUBJECT, '[...]')
  const tags = row.tags.map((tag) => (tag === SUBJECT ? '' : without(tag)))
  return { ...next, note: row.note === SUBJECT ? '' : without(row.note), tags }
}

const text = fc.constantFrom('', 'a, "b"', `to ${SUBJECT}!`, SUBJECT, 'é\n;', '{"x":1}', ' " ')
const rows = fc.array(
  fc.record({
    id: fc.integer({ min: -1000, max: 1000 }),
    user: fc.constantFrom(null, 'u-1', SUBJECT, 'u-2', 'u-3', 'u-4'),
    friend: fc.constantFrom(null, 'bob'),
    note: text,
    tags: fc.array(text, { maxLength: 3 }),
    big: fc.constantFrom(0, 1.5, -(2 ** 40)),
  }),
  { minLength: 1, maxLength: 60 },
)

const schema = {
  type: 'record',
  name: 'Row',
  fields: [
    { name: 'id', type: 'int' },
    { name: 'user', type: ['null', 'string'] },
    { name: 'friend', type: ['string', 'null'] },
    { name: 'note', type: 'string' },
    { name: 'tags', type: { type: 'array', items: 'string' } },
    { name: 'big', type: 'double' },
  ],
} as const

async function rowsIn(bytes: Buffer): Promise<Row[]> {
  const decoder = new avro.streams.BlockDecoder()
  const found: Row[] = []
  decoder.on('data', (row: unknown) => found.push(JSON.parse(JSON.stringify(row))))
  decoder.end(bytes)
  await new Promise((resolve, reject) => decoder.on('end', resolve).on('error', reject))
  return found
}

describe('tables without a subject are what a naive rewrite makes of them', () => {
  test('Avro', async () => {
    const codec = fc.constantFrom<AvroCodec>('null', 'deflate')
    await fc.assert(
      fc.asyncProperty(rows, codec, fc.boolean(), async (all, packing, mentions) => {
        const before = await avroFile(schema as never, all, { codec: packing, blockBytes: 300 })
        writeFileSync(join(folder, 'x.avro'), before)
        const { bytes } = await erased('x.avro', { mode: 'default', mentions })
        const wanted = all.flatMap((row) => naive(row, mentions) ?? [])
        expect(await rowsIn(bytes)).toEqual(wanted)
        if (wanted.length === all.length && JSON.stringify(wanted) === JSON.stringify(all)) {
          expect(bytes.equals(before)).toBe(true)
        }
      }),
      { numRuns: campaign(30) },
    )
  })

  test('CSV, every cell that is not the subject’s to the byte', async () => {
    const quoting = fc.constantFrom(true, false)
    await fc.assert(
      fc.asyncProperty(rows, quoting, fc.boolean(), async (all, isQuoted, mentions) => {
        const cell = (value: unknown) => {
          const plain = value === null ? '' : String(value)
          const has = isQuoted || /[",\n]|^ /.test(plain)
          return has && plain !== '' ? `"${plain.replaceAll('"', '""')}"` : plain
        }
        const line = ({ id, user, friend, note }: Row) =>
          `${[id, user, friend, note, 'end'].map(cell).join(',')}\r\n`
        const head = 'id,user,friend,note,last\r\n'
        writeFileSync(join(folder, 'x.csv'), head + all.map(line).join(''))
        if ((await sniff(objectOf('x.csv'))).format !== 'csv') return
        const hasJson = all.slice(0, 100).some(({ note }) => note === '{"x":1}')
        fc.pre(!hasJson)
        const { bytes } = await erased('x.csv', { mode: 'null', mentions })
        const wanted = all.map((row) => {
          const { user, ...rest } = { ...naive({ ...row, friend: 'x' }, mentions), ...row }
          const note = naive({ ...row, friend: 'x' }, mentions)?.note ?? ''
          return line({ ...rest, user: user === SUBJECT ? null : user, note })
        })
        expect(bytes.toString()).toBe(head + wanted.join(''))
      }),
      { numRuns: campaign(30) },
    )
  })

  test('Parquet', async () => {
    const codec = fc.constantFrom('zstd', 'snappy', 'gzip', 'uncompressed')
    await fc.assert(
      fc.asyncProperty(rows, codec, fc.boolean(), async (all, packing, mentions) => {
        writeFileSync(join(folder, 'x.json'), JSON.stringify(all))
        const columns = `{id: 'BIGINT', user: 'VARCHAR', friend: 'VARCHAR', note: 'VARCHAR',
          tags: 'VARCHAR[]', big: 'DOUBLE'}`
        await duckdb.rows(
          `COPY (SELECT *, id + 0.25::DECIMAL(9, 2) AS price, struct_pack(a := id) AS s
                 FROM read_json('${folder}/x.json', columns = ${columns}))
           TO '${folder}/x.parquet' (FORMAT parquet, COMPRESSION ${packing}, KV_METADATA {a: 'b'})`,
        )
        const hasJson = all.some(({ note }) => note === '{"x":1}')
        fc.pre(!hasJson)
        await erased('x.parquet', { mode: 'default', mentions })
        const after = `read_parquet('${folder}/x.parquet.new')`
        const found = await duckdb.rows(
          `SELECT CAST(to_json(r) AS VARCHAR) FROM (SELECT * EXCLUDE (price, s) FROM ${after}) r`,
        )
        const wanted = all.flatMap((row) => naive(row, mentions) ?? [])
        const nulled = wanted.map((row) => JSON.parse(JSON.stringify(row)))
        expect(found.map(([row]) => emptied(JSON.parse(String(row))))).toEqual(nulled.map(emptied))
        const told = async (file: string, what: string) =>
          duckdb.rows(`SELECT DISTINCT ${what} FROM parquet_metadata('${folder}/${file}')`)
        if (wanted.length > 0) {
          expect(await told('x.parquet.new', 'compression')).toEqual(
            await told('x.parquet', 'compression'),
          )
        }
        const kept = await duckdb.rows(
          `SELECT decode(key) FROM parquet_kv_metadata('${folder}/x.parquet.new')`,
        )
        expect(kept).toEqual([['a']])
      }),
      { numRuns: campaign(15) },
    )
  })
})

describe('Avro keeps its codec', () => {
  const rowOf = (id: number, user: string | null) => {
    return { id, user, friend: null, note: 'n'.repeat(80), tags: ['a'], big: 0.5 }
  }
  test.each(['snappy', 'zstandard'] as const)('%s', async (codec) => {
    const all = Array.from({ length: 40 }, (_, n) => rowOf(n, n % 7 === 3 ? SUBJECT : 'u-1'))
    const packed = await avroFile(schema as never, all, { codec: 'zstandard', blockBytes: 900 })
    const plain = await avroFile(schema as never, all, { codec: 'null', blockBytes: 900 })
    writeFileSync(join(folder, 'y.avro'), codec === 'zstandard' ? packed : snappyOf(plain))
    const { counts } = await erased('y.avro', { mode: 'default', mentions: false })
    expect(counts).toMatchObject({ units: 40, dropped: 6, unitsDropped: 6 })
    const found: unknown[] = []
    const object = objectOf('y.avro.new')
    for await (const batch of readRecords(object, await sniff(object))) {
      for (const record of batch) found.push('value' in record ? record.value : record.bad.detail)
    }
    expect(found).toEqual(all.filter(({ user }) => user !== SUBJECT))
    expect(readFileSync(object.file).includes(codec)).toBe(true)
  })

  test('what is packed with Snappy unpacks to the same', () => {
    const piece = fc.tuple(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 1, max: 9 }))
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const repeated = pieces.map(([bytes, times]) => Buffer.concat(Array(times).fill(bytes)))
        const data = Buffer.concat(repeated)
        expect(unpackSnappy(packSnappy(data), 1e6)?.equals(data)).toBe(true)
      }),
      { numRuns: campaign(100) },
    )
  })

  test('a number that has to be there is left, and told', async () => {
    const numbers = { type: 'record', name: 'R', fields: [{ name: 'user', type: 'long' }] }
    const bytes = await avroFile(numbers as never, [{ user: 4711 }, { user: 1 }])
    writeFileSync(join(folder, 'z.avro'), bytes)
    const mapping = createMapping({ maps: ['entities.user=$.user'] })
    const subject = { entities: ['user:4711'], values: [], ignoreCase: false, deep: true }
    const mode = 'null' as const
    const settings = { mapping, decode: createDecoder({ mapping }), mode, mentions: false }
    const one = new Eraser({ ...settings, subject, isHeld: () => false, key })
    const { counts } = await passThrough(objectOf('z.avro'), { eraser: one, key })
    expect(counts).toMatchObject({ units: 2, changed: 0, left: 1 })
  })
})

test('what others have in a column of JSON stays as it is written', async () => {
  const body = (user: string) =>
    `{"n": 12345678901234567890, "d": 1.10, "user": ${user},  "friend":"bob"}`
  const file = join(folder, 'u.parquet')
  await duckdb.rows(`COPY (SELECT '${body(`"${SUBJECT}"`)}'::JSON AS j) TO '${file}'`)
  await erased('u.parquet', { mode: 'default', mentions: false })
  const found = await duckdb.rows(`SELECT j::VARCHAR, typeof(j) FROM read_parquet('${file}.new')`)
  expect(found).toEqual([[body('null'), 'JSON']])
})

test('Parquet keeps ids and milliseconds of columns, and says what it cannot keep', async () => {
  const ids = `FIELD_IDS {user: 7, s: {__duckdb_field_id: 8, x: 9, l: {__duckdb_field_id: 10,
    element: 11}}, m: {__duckdb_field_id: 12, key: 13, value: 14}}`
  const file = join(folder, 'i.parquet')
  const row = (user: string) => `SELECT '${user}' AS user, {x: 1, l: [2]} AS s, MAP {'a': 1} AS m,
    TIMESTAMP_MS '2026-01-01 00:00:00.123' AS at, {t: TIMESTAMP_MS '2026-01-01'} AS inner`
  await duckdb.rows(
    `COPY (${row(SUBJECT)} UNION ALL ${row('u-1')}) TO '${file}' (FORMAT parquet, ${ids})`,
  )
  const options = { eraser: eraser('default', false), key }
  expect((await passThrough(objectOf('i.parquet'), options)).notes).toEqual([
    'inner.t is TIMESTAMP_MILLIS, and TIMESTAMP_MICROS when it is written again',
  ])
  await erased('i.parquet', { mode: 'default', mentions: false })
  const told = (name: string) =>
    duckdb.rows(
      `SELECT name, type, field_id, converted_type FROM parquet_schema('${folder}/${name}')
       WHERE name <> 't'`,
    )
  expect(await told('i.parquet.new')).toEqual(await told('i.parquet'))
  const left = await duckdb.rows(
    `SELECT "user", CAST("at" AS VARCHAR) FROM read_parquet('${file}.new')`,
  )
  expect(left).toEqual([['u-1', '2026-01-01 00:00:00.123']])
})

describe('somebody in bytes', () => {
  const id = 'jürgen@example.com'
  const settings = () => {
    const mapping = createMapping({})
    const values = [{ path: null, value: id }]
    const subject = { entities: [], values, ignoreCase: false, deep: true }
    const decode = createDecoder({ mapping })
    return { subject, mapping, decode, mode: 'default' as const, mentions: true, key }
  }
  const erasedFrom = async (name: string) => {
    const one = new Eraser({ ...settings(), isHeld: () => false })
    const target = await PackedFile.open(join(folder, `${name}.new`))
    const { counts, refused } = await passThrough(objectOf(name), { eraser: one, key, target })
    await target.finish('none')
    expect(refused).toBeNull()
    return counts
  }

  test('of Avro is erased', async () => {
    const fields = [
      { name: 'a', type: 'bytes' },
      { name: 'b', type: 'bytes' },
    ]
    const a = Buffer.from(`to ${id}!`)
    const rows = [{ a, b: Buffer.from([0xff, 0]) }]
    const bytes = await avroFile({ type: 'record', name: 'R', fields } as never, rows as never)
    writeFileSync(join(folder, 'b.avro'), bytes)
    expect(await erasedFrom('b.avro')).toMatchObject({ mentioned: 1, left: 0 })
    const after = readFileSync(join(folder, 'b.avro.new'))
    expect(after.includes(Buffer.from(id))).toBe(false)
    expect(after.includes(Buffer.from('to [...]!'))).toBe(true)
    expect(after.includes(Buffer.from([4, 0xff, 0]))).toBe(true)
  })

  test('of Parquet is erased, beside other bytes, too', async () => {
    const file = join(folder, 'b.parquet')
    await duckdb.rows(
      `COPY (SELECT 1 AS n, encode('to ${id}!') AS b
             UNION ALL SELECT 2, encode('${id} é') UNION ALL SELECT 3, encode('x'))
       TO '${file}' (FORMAT parquet, COMPRESSION uncompressed)`,
    )
    const counts = await erasedFrom('b.parquet')
    const found = await duckdb.rows(
      `SELECT n, CAST(b AS VARCHAR) FROM read_parquet('${file}.new') ORDER BY n`,
    )
    expect({ counts, found }).toMatchObject({
      counts: { units: 3, mentioned: 2, left: 0 },
      found: [
        [1, 'to [...]!'],
        [2, '[...] \\xC3\\xA9'],
        [3, 'x'],
      ],
    })
  })
})

test('rows that are not listed are counted', async () => {
  const line = `{"user":"${SUBJECT}"}\n`
  writeFileSync(join(folder, 'many.ndjson'), line.repeat(100_003))
  const options = { eraser: eraser('default', false), key }
  const { rows, moreRows } = await passThrough(objectOf('many.ndjson'), options)
  expect({ rows: rows.length, moreRows }).toEqual({ rows: 100_000, moreRows: 3 })
})

test('lines that are not UTF-8, and rows of too many cells, hide nobody', async () => {
  const id = 'jürgen@example.com'
  const head = 'id,body\n1,"{""id"":1}"\n'
  writeFileSync(join(folder, 'v.csv'), `${head}2,"{""user"":""${id}""}",more\n`)
  const bad = Buffer.concat([Buffer.from(`{"user":"${id}", `), Buffer.from([0xff, 10])])
  const lines = Buffer.from('{"id":1}\n{"id":2}\n')
  writeFileSync(join(folder, 'v.ndjson'), Buffer.concat([lines, bad]))
  const mapping = createMapping({ maps: ['entities.user=$.user'] })
  const subject = { entities: [`user:${id}`], values: [], ignoreCase: false, deep: true }
  const settings = { subject, mapping, decode: createDecoder({ mapping }), key }
  for (const [name, left] of [
    ['v.csv', Buffer.from(head)],
    ['v.ndjson', lines],
  ] as const) {
    for (const mentions of [false, true]) {
      const one = new Eraser({ ...settings, mode: 'default', mentions, isHeld: () => false })
      const target = await PackedFile.open(join(folder, `${name}.new`))
      const { counts } = await passThrough(objectOf(name), { eraser: one, key, target })
      await target.finish('none')
      expect(counts).toMatchObject(mentions ? { mentioned: 1, left: 0 } : { left: 1 })
      if (mentions) expect(readFileSync(join(folder, `${name}.new`))).toEqual(left)
    }
  }
})

test.each([
  ['of another case', '\x01b\x18\x01y', '\x01A\x18\x01y'],
  ['that is not UTF-8', '\x01b\x18\x01y', '\x01b\x18\x01\xff'],
])('metadata of Parquet %s', async (_, before, after) => {
  const file = join(folder, 't.parquet')
  await duckdb.rows(`COPY (SELECT 1 AS x) TO '${file}' (KV_METADATA {a: 'x', b: 'y'})`)
  writeFileSync(file, readFileSync(file, 'latin1').replace(before, after), 'latin1')
  const options = { eraser: eraser('default', false), key }
  const { refused } = await passThrough(objectOf('t.parquet'), options)
  expect(refused).toBe('has metadata that cannot be written again')
})

describe('Avro that is refused', () => {
  const text = (value: string) => [...avroLong(value.length), ...Buffer.from(value)]
  const fields = [
    { name: 'user', type: 'string' },
    { name: 'next', type: ['null', 'Deep'] },
  ]
  const deep = { type: 'record', name: 'Deep', fields, doc: SUBJECT }

  test('has somebody in its schema', async () => {
    const data = Buffer.from([...text('x'), 0])
    writeFileSync(join(folder, 's.avro'), avroByHand(deep, [{ rows: 1, data }], 'null'))
    const options = { eraser: eraser('default', true), key }
    const { refused } = await passThrough(objectOf('s.avro'), options)
    expect(refused).toBe('has what is to be erased in its header')
  })

  test('nests its values too deep', async () => {
    const data = Buffer.from([
      ...Array(50_000)
        .fill([...text('x'), 2])
        .flat(),
      ...text('x'),
      0,
    ])
    writeFileSync(join(folder, 's.avro'), avroByHand(deep, [{ rows: 1, data }], 'null'))
    const options = { eraser: eraser('default', false), key }
    const { refused } = await passThrough(objectOf('s.avro'), options)
    expect(refused).toBe('is corrupt Avro: values nested too deep')
  })
})

test('columns of Parquet that DuckDB would call otherwise', async () => {
  const file = join(folder, 'w.parquet')
  await duckdb.rows(`COPY (SELECT 1 AS xuserx, 2 AS xUSERy) TO '${file}'`)
  const bytes = readFileSync(file, 'latin1').replaceAll('xUSERy', 'xUSERx')
  writeFileSync(file, bytes, 'latin1')
  const options = { eraser: eraser('default', false), key }
  const { refused } = await passThrough(objectOf('w.parquet'), options)
  expect(refused).toBe('has columns whose names differ by case alone')
})

/** The blocks of a plain file, packed with Snappy. */
function snappyOf(plain: Buffer): Buffer {
  const file = new AvroFile(1e6)
  file.held.append(plain)
  const blocks: { rows: number; data: Buffer }[] = []
  for (let block = file.next(); block; block = file.next()) {
    const data = packBlock('snappy', block.data) ?? Buffer.alloc(0)
    blocks.push({ rows: block.rows, data })
  }
  return avroByHand(schema, blocks, 'snappy')
}

/** The naive way writes no null into lists of texts. */
function emptied(row: Row): Row {
  return { ...row, note: row.note ?? '', tags: row.tags.map((tag) => tag ?? '') }
}
