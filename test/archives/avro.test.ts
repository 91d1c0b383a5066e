import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FileObject } from '../../src/archives/object.js'
import { PeekedStream } from '../../src/archives/peeked-stream.js'
import { readRecords, readRecordsAt } from '../../src/archives/records.js'
import { sniff } from '../../src/archives/sniff.js'
import { type AvroCodec, avroByHand, avroFile, avroText, long, SYNC_BYTES } from './avro-file.js'
import { plainRecord, readAll, short, testFolder, write } from './files.js'
import { zstdStored } from './zstd-file.js'

const folder = testFolder()
const order = {
  type: 'record',
  name: 'Order',
  namespace: 'shop.events',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'seq', type: 'long' },
    { name: 'total', type: 'double' },
    { name: 'paid', type: 'boolean' },
    { name: 'note', type: ['null', 'string'] },
    { name: 'state', type: { type: 'enum', name: 'State', symbols: ['open', 'shut'] } },
    { name: 'before', type: ['null', 'State'] },
    { name: 'items', type: { type: 'array', items: 'int' } },
    { name: 'labels', type: { type: 'map', values: 'string' } },
    { name: 'parent', type: ['null', 'Order'] },
  ],
} as const

const text = fc.string({ unit: 'grapheme' })
const row = fc.record({
  id: text,
  // Beyond this avsc writes another number.
  seq: fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
  total: fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n || 0),
  paid: fc.boolean(),
  note: fc.option(text),
  state: fc.constantFrom('open', 'shut'),
  before: fc.option(fc.constantFrom('open', 'shut')),
  items: fc.array(fc.integer()),
  labels: fc.dictionary(
    text.filter((key) => key !== '__proto__'),
    text,
    { noNullPrototype: true },
  ),
})
type Row = Record<string, unknown> & { parent: Row | null }
const rows = fc.array(
  fc.tuple(row, fc.option(row)).map(
    ([one, above]): Row => ({
      ...one,
      parent: above && { ...above, parent: null },
    }),
  ),
  { maxLength: 30 },
)

const fixture = (name: string) => readFileSync(new URL(`../fixtures/avro/${name}`, import.meta.url))

async function of(bytes: Buffer, chunkBytes?: number) {
  const { records, faults } = await readAll(write(folder, 'x.avro', bytes), { chunkBytes })
  return { found: records.map(short), records, faults }
}

describe('rows are records', () => {
  test('of every codec, in any pieces, as they were written', async () => {
    const codecs = fc.constantFrom<AvroCodec>('null', 'deflate', 'zstandard')
    const chunks = fc.integer({ min: 1, max: 3000 })
    await fc.assert(
      fc.asyncProperty(rows, codecs, chunks, async (values, codec, chunkBytes) => {
        const bytes = await avroFile(order as never, values, { codec })
        const { found, records, faults } = await of(bytes, chunkBytes)
        expect(faults).toEqual([])
        expect(found).toEqual(values)
        expect(records.map(({ record }) => record)).toEqual(values.map((_, i) => i + 1))
      }),
      { numRuns: 60 },
    )
  })

  test('of snappy', async () => {
    const { found, faults } = await of(fixture('snappy.avro'))
    expect(faults).toEqual([])
    const expected = Array.from({ length: 3000 }, (_, i) => ({ id: `order-${i % 7}`, seq: i }))
    expect(found).toEqual(expected)
  })

  test('of a file that is compressed, and of a stream', async () => {
    const bytes = await avroFile('string', ['a', 'b'])
    const plain = await of(bytes)
    for (const packed of [gzipSync(bytes), zstdStored(bytes)]) {
      expect((await of(packed)).records.map(plainRecord)).toEqual(plain.records.map(plainRecord))
    }
    const stream = new PeekedStream(slices(fixture('snappy.avro'), 777), '-')
    const object = { kind: 'stream', path: '-', stream } as const
    let count = 0
    for await (const batch of readRecords(object, await sniff(object))) count += batch.length
    expect(count).toBe(3000)
  })

  test('that are no records of Avro are not objects', async () => {
    const { found } = await of(await avroFile('string', ['a', 'b']))
    expect(found).toEqual(['not an object', 'not an object'])
  })

  test('can be chosen by their numbers', async () => {
    const object = write(folder, 'chosen', fixture('snappy.avro'))
    const found = await readRecordsAt(object, await sniff(object), [2, 2999])
    expect([...found.values()].map(short)).toMatchObject([{ seq: 1 }, { seq: 2998 }])
  })

  test('an empty file has none', async () => {
    expect(await of(avroByHand('"string"', []))).toMatchObject({ found: [], faults: [] })
  })
})

describe('what JSON has no word for', () => {
  const field = (type: unknown) => ({ type: 'record', name: 'R', fields: [{ name: 'f', type }] })
  const one = async (type: unknown, data: Buffer) =>
    (await of(avroByHand(field(type), [{ rows: 1, data }]))).found

  test.each<[string, unknown, Buffer, unknown]>([
    ['a long of 2^53 − 1', 'long', long(2n ** 53n - 1n), 2 ** 53 - 1],
    ['a long of −2^53 + 1', 'long', long(1n - 2n ** 53n), 1 - 2 ** 53],
    ['a long of −2^52 − 1', 'long', long(-(2n ** 52n) - 1n), -(2 ** 52) - 1],
    ['a long beyond that', 'long', long(2n ** 53n), '9007199254740992'],
    ['the greatest long', 'long', long(2n ** 63n - 1n), '9223372036854775807'],
    ['the least long', 'long', long(-(2n ** 63n)), '-9223372036854775808'],
    ['NaN', 'double', Buffer.from('000000000000f87f', 'hex'), null],
    ['infinity', 'float', Buffer.from('0000807f', 'hex'), null],
    ['bytes', 'bytes', avroText(Buffer.from([0, 0x7f, 0xff])), '\0\x7f\xff'],
    ['a fixed', { type: 'fixed', name: 'F', size: 2 }, Buffer.from([1, 0xe9]), '\x01é'],
    [
      'a fixed uuid',
      { type: 'fixed', name: 'F', size: 16, logicalType: 'uuid' },
      Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
      '00112233-4455-6677-8899-aabbccddeeff',
    ],
    ['milliseconds', stamp('millis'), long(1793541727113), '2026-11-01T14:02:07.113Z'],
    ['microseconds', stamp('micros'), long(1793541727113456), '2026-11-01T14:02:07.113456Z'],
    ['nanoseconds', stamp('nanos'), long(1793541727113456789n), '2026-11-01T14:02:07.113456789Z'],
    ['a time before the epoch', stamp('nanos'), long(-1n), '1969-12-31T23:59:59.999999999Z'],
    ['a time out of range', stamp('millis'), long(2n ** 60n), String(2n ** 60n)],
    ['a day', { type: 'int', logicalType: 'date' }, long(20_758), 20_758],
    [
      'an array in blocks with sizes',
      { type: 'array', items: 'int' },
      Buffer.concat([long(-1), long(1), long(7), long(1), long(8), long(0)]),
      [7, 8],
    ],
  ])('%s', async (_, type, data, value) => {
    expect(await one(type, data)).toEqual([{ f: value }])
  })

  test('__proto__ is a key like others', async () => {
    const data = Buffer.concat([long(1), avroText('__proto__'), long(5), long(0)])
    const [record] = (
      await of(avroByHand(field({ type: 'map', values: 'int' }), [{ rows: 1, data }]))
    ).records
    expect(record && 'value' in record && JSON.stringify(record.value)).toBe(
      '{"f":{"__proto__":5}}',
    )
  })

  test('text that is not UTF-8 is one undecodable', async () => {
    const data = Buffer.concat([avroText('a'), avroText(Buffer.from([0xff])), avroText('\ufffd')])
    const { found, faults } = await of(avroByHand(field('string'), [{ rows: 3, data }]))
    expect(found).toEqual([{ f: 'a' }, 'not UTF-8', { f: '\ufffd' }])
    expect(faults).toEqual([])
  })
})

describe('damaged Avro', () => {
  const schema = { type: 'record', name: 'R', fields: [{ name: 'f', type: 'int' }] }
  const block = { rows: 2, data: Buffer.concat([long(1), long(2)]) }
  const whole = avroByHand(schema, [block, block])
  const blockBytes = 2 + block.data.length + SYNC_BYTES
  const first = [{ f: 1 }, { f: 2 }]

  test('cut anywhere: the whole blocks before it, one undecodable and one fault', async () => {
    const cut = { reason: 'cut', detail: 'ends before its Avro data does' }
    const ends = [0, 1, 2].map((blocks) => whole.length - (2 - blocks) * blockBytes)
    for (let end = 4; end < whole.length; end++) {
      const { found, faults } = await of(whole.subarray(0, end), 7)
      const blocks = ends.filter((at) => at > 0 && at <= end).length - 1
      const isCut = !ends.includes(end)
      const expected = [...Array(Math.max(0, blocks)).fill(first).flat(), ...(isCut ? ['cut'] : [])]
      expect([end, found]).toEqual([end, expected])
      expect(faults).toEqual(isCut ? [cut] : [])
    }
  })

  test('cut by its compression: that is the fault', async () => {
    const { found, faults } = await of(gzipSync(whole, { level: 0 }).subarray(0, -20))
    expect(found).toEqual([...first, 'cut'])
    expect(faults).toEqual([{ reason: 'cut', detail: 'ends before its gzip data does' }])
  })

  const nested = { type: 'record', name: 'R', fields: [{ name: 'f', type: 'R' }] }
  const bomb = Array.from({ length: 12 }, (_, i) => i).reduce<unknown>(
    (type, i) => ({
      type: 'record',
      name: `N${i}`,
      fields: Array.from({ length: 10 }, (_, n) => ({
        name: `f${n}`,
        type: n ? `N${i - 1}` : type,
      })).map(({ name, type: each }) => ({ name, type: i === 0 ? 'null' : each })),
    }),
    'null',
  )
  test.each<[string, Buffer, unknown[], string]>([
    ['a wrong sync marker', changed(whole, -1), first, 'invalid sync marker'],
    [
      'rows beyond their block',
      avroByHand(schema, [block, { ...block, rows: 3 }]),
      [...first, ...first],
      'a value beyond its block',
    ],
    [
      'a block longer than its rows',
      avroByHand(schema, [{ ...block, rows: 1 }]),
      [{ f: 1 }],
      'a block longer than its rows',
    ],
    ['a negative length', avroByHand(schema, [{ ...block, rows: -1 }]), [], 'invalid length'],
    ['no schema', avroByHand('', []), [], 'no readable schema'],
    ['a schema of an unknown type', avroByHand('"text"', []), [], 'no readable schema'],
    [
      'a schema nested too deep',
      avroByHand(`${'['.repeat(100_000)}${']'.repeat(100_000)}`, []),
      [],
      'no readable schema',
    ],
    [
      'a record that holds itself',
      avroByHand(nested, [{ rows: 1, data: Buffer.alloc(0) }]),
      [],
      'values nested too deep',
    ],
    [
      'a schema that asks for billions of values',
      avroByHand(bomb, [{ rows: 1, data: Buffer.alloc(0) }]),
      [],
      'more values than bytes',
    ],
    [
      'rows without end of no bytes',
      avroByHand('"null"', [{ rows: 2 ** 50, data: Buffer.alloc(0) }]),
      Array(1_000_000).fill('not an object'),
      'more values than bytes',
    ],
    [
      'no such branch',
      avroByHand(['null'], [{ rows: 1, data: long(1) }]),
      [],
      'no such branch of a union',
    ],
    [
      'an integer without end',
      avroByHand('"long"', [{ rows: 1, data: Buffer.alloc(20, 0xff) }]),
      [],
      'an integer of more than 64 bits',
    ],
    [
      'deflate that is none',
      avroByHand(schema, [{ rows: 1, data: Buffer.from('junk') }], 'deflate'),
      [],
      'a block that cannot be unpacked',
    ],
    [
      'zstandard that is none',
      avroByHand(schema, [{ rows: 1, data: Buffer.from('junk') }], 'zstandard'),
      [],
      'a block that cannot be unpacked',
    ],
    [
      'snappy that is none',
      avroByHand(schema, [{ rows: 1, data: Buffer.from('\x7fjunk...') }], 'snappy'),
      [],
      'a block that cannot be unpacked',
    ],
    [
      'snappy with a wrong checksum',
      changed(fixture('snappy.avro'), -SYNC_BYTES - 1),
      [],
      'incorrect data check',
    ],
  ])('%s', async (_, bytes, before, detail) => {
    const { found, records, faults } = await of(bytes)
    const rest = before.length > 0 ? found.slice(0, before.length) : []
    expect(rest).toEqual(before)
    expect(found.at(-1)).toBe('cut')
    expect(records.at(-1)).toMatchObject({ bad: { detail: `is corrupt Avro: ${detail}` } })
    expect(faults).toEqual([{ reason: 'corrupt', detail: `is corrupt Avro: ${detail}` }])
  })

  test.each([
    ['xz', 'xz'],
    ['\x1b[31mred', 'it names'],
  ])('the codec %j is not read', async (codec, shown) => {
    const { found, faults } = await of(avroByHand(schema, [block], codec))
    expect(found).toEqual(['cut'])
    const detail = `cannot be read: evt does not know the Avro codec ${shown}`
    expect(faults).toEqual([{ reason: 'corrupt', detail }])
  })

  test('a block over the limit, packed or unpacked', async () => {
    const zeros = { rows: 5000, data: Buffer.alloc(5000) }
    const deflated = await avroFile('int', Array(5000).fill(0), {
      codec: 'deflate',
      blockBytes: 5000,
    })
    for (const bytes of [avroByHand('"int"', [zeros]), deflated]) {
      const object: FileObject = write(folder, 'x', bytes)
      const { faults } = await readAll(object, { maxRecordBytes: 1000 })
      expect(faults).toMatchObject([{ detail: 'has an Avro block of more than 1,000 bytes' }])
    }
  })

  test('any byte changed: an end, whatever it is', async () => {
    const bytes = fixture('snappy.avro')
    const place = fc.integer({ min: 4, max: bytes.length - 1 })
    await fc.assert(
      fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const { found, faults } = await of(changed(bytes, at, change))
        expect(found.length).toBeLessThan(2_000_000)
        expect(faults.length).toBe(found.at(-1) === 'cut' ? 1 : 0)
      }),
      { numRuns: 60 },
    )
  })
})

function stamp(unit: string) {
  return { type: 'long', logicalType: `timestamp-${unit}` }
}

function changed(bytes: Buffer, at: number, change = 1): Buffer {
  const wrong = Buffer.from(bytes)
  const index = at < 0 ? wrong.length + at : at
  wrong[index] = (wrong[index] ?? 0) ^ change
  return wrong
}

async function* slices(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
