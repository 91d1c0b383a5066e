import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readRecords, readRecordsAt } from '../../src/archives/records.js'
import { sniff } from '../../src/archives/sniff.js'
import { plainRecord, readAll, short, testFolder, write } from './files.js'

const folder = testFolder()
const bom = '\ufeff'
const a = { a: 1 }
const b = { b: 2 }
const c = { c: 3 }
const deep = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`

async function shortly(content: string | Uint8Array, options = {}): Promise<unknown[]> {
  const { records } = await readAll(write(folder, 'x', content), options)
  expect(records.map(({ record }) => record)).toEqual(records.map((_, i) => i + 1))
  return records.map(short)
}

describe('line-delimited', () => {
  test.each<[string, string, unknown[]]>([
    ['lines', '{"a":1}\n{"b":2}\n', [a, b]],
    ['no line end at the end', '{"a":1}\n{"b":2}', [a, b]],
    ['CRLF', '{"a":1}\r\n{"b":2}\r\n', [a, b]],
    ['blank lines', '\n\r\n{"a":1}\n  \t\n\n{"b":2}\n\n', [a, b]],
    ['a byte order mark', `${bom}{"a":1}\n{"b":2}\n`, [a, b]],
    ['a bad line between good ones', '{"a":1}\n{oops}\n{"b":2}\n', [a, 'not JSON', b]],
    ['a cut line between good ones', '{"a":1}\n{"x":\n{"b":2}\n', [a, 'cut', b]],
    ['a line that is only begun at the end', '{"a":1}\n{"x":"y', [a, 'cut']],
    ['a bad first line', 'oops\n{"a":1}\n', ['not JSON', a]],
    ['what is no object', '5\n"x"\nnull\n{"a":1}\n', [...Array(3).fill('not an object'), a]],
    [
      'an array line',
      '{"a":1}\n[{"b":2}, 5,[] ,{"c":3}]\n',
      [a, b, 'not an object', 'not an object', c],
    ],
    ['empty arrays', '[]\n[ ]\n{"a":1}\n', [a]],
    ['a bad array line', '{"a":1}\n[{"b":2},x]\n{"c":3}\n', [a, 'not JSON', c]],
    ['an array line as Python writes it', '{"a":1}\n[{"b":2},]\n{"c":3}\n', [a, b, c]],
    ['documents in one line', '{"a":1}\n{"b":2}{"c":3} [{"a":1}]\n', [a, b, c, a]],
    ['documents and more in one line', '{"a":1}\n{"b":2}{"c":3}x\n{"c":3}', [a, 'not JSON', c]],
    ['}{ inside a string', '{"a":"}{"}\n{"b":2}\n', [{ a: '}{' }, b]],
    ['a key twice', '{"a":1}\n{"b":2,"b":1}\n', [a, b]],
    [
      'integers beyond 2^53',
      '{"a":1}\n{"n":12345678901234567890}\n',
      [a, { n: '12345678901234567890' }],
    ],
  ])('%s', async (_, text, records) => {
    expect(await shortly(text)).toEqual(records)
  })

  test('bytes that are not UTF-8 spoil their line only', async () => {
    const text = Buffer.from('{"a":1}\n{"x":"\xff"}\n{"b":2}\n', 'latin1')
    expect(await shortly(text)).toEqual([a, 'not UTF-8', b])
  })

  test('UTF-16 has lines, but none that is readable', async () => {
    const little = Buffer.from(`${bom}{"a":1}\r\n\r\n{"b":2}\r\n`, 'utf16le')
    expect(await shortly(little)).toEqual(['not UTF-8', 'not UTF-8'])
    expect(await shortly(Buffer.from(little).swap16())).toEqual(['not UTF-8', 'not UTF-8'])
  })

  test('binary noise is one undecodable a line', async () => {
    const noise = Buffer.from([0, 1, 2, 10, 200, 201, 10, 10, 32, 10, 255])
    expect(await shortly(noise)).toEqual(['not JSON', 'not UTF-8', 'not UTF-8'])
  })

  test('__proto__ is a key like others', async () => {
    const { records } = await readAll(write(folder, 'x', '{"a":1}\n{"__proto__":{"b":2}}\n'))
    const [, second] = records
    expect(second && 'value' in second && Object.keys(second.value)).toEqual(['__proto__'])
  })

  test('a line over the limit is one undecodable, whatever the chunks', async () => {
    const long = JSON.stringify({ x: 'y'.repeat(300) })
    const text = `{"a":1}\n${long}\r\n{"b":2}\n${long}`
    for (const chunkBytes of [1, 7, 100, 1000]) {
      const { records } = await readAll(write(folder, 'x', text), {
        chunkBytes,
        maxRecordBytes: 250,
      })
      expect(records.map(short)).toEqual([a, 'over the limit', b, 'over the limit'])
      const detail = `has ${long.length} bytes, more than 250`
      const head = long.slice(0, 200)
      const huge = { reason: 'over the limit', detail, sizeBytes: long.length, head }
      expect(records.map(plainRecord)[1]).toEqual({ record: 2, ...huge })
      expect(records.map(plainRecord)[3]).toEqual({ record: 4, ...huge })
    }
  })

  test('a line of 120 MB is a record', { timeout: 10_000 }, async () => {
    const line = Buffer.alloc(120_000_000, 'x')
    line.write('{"a":"')
    line.write('"}', line.length - 2)
    const object = write(folder, 'long', Buffer.concat([line, Buffer.from('\n{"b":2}\n')]))
    const { records } = await readAll(object)
    expect(records.map((record) => 'sizeBytes' in record && record.sizeBytes)).toEqual([
      line.length,
      7,
    ])
  })
})

describe('concatenated', () => {
  test.each<[string, string, unknown[]]>([
    ['without anything between', '{"a":1}{"b":2}{"c":3}', [a, b, c]],
    ['white space between', '{"a":1} {"b":2}\n\n\t{"c":3}\n', [a, b, c]],
    ['pretty-printed', '{\n  "a": 1\n}\n{\n  "b": 2\n}\n', [a, b]],
    ['one pretty-printed', '{\r\n  "a": 1\r\n}', [a]],
    ['a byte order mark', `${bom}{"a":1}{"b":2}`, [a, b]],
    ['braces and quotes in strings', '{"a":"}{\\"}{"}{"b":2}', [{ a: '}{"}{' }, b]],
    ['garbage between', '{"a":1}{"b":2}oops{"c":3}', [a, b, 'not JSON', c]],
    ['values that are no objects', '{"a":1}{"b":2} 5 "x" {"c":3}', [a, b, 'not JSON', c]],
    ['an array among them', '{"a":1}{"b":2}[{"c":3},5]{"a":1}', [a, b, c, 'not an object', a]],
    ['cut after a key', '{"a":1}{"x":{"b":2}{"c":3}', [a, 'not JSON', b, c]],
    ['cut in a string', '{"a":1}{"x":"yz{"b":2}{"c":3}', [a, 'not JSON', b, c]],
    ['cut in a key', '{"a":1}{"x{"b":2}{"c":3}', [a, 'not JSON', b, c]],
    ['cut in an escape', '{"a":1}{"x":"\\{"b":2}{"c":3}', [a, 'not JSON', b, c]],
    ['cut in a number', '{"a":1}{"x":1.{"b":2}{"c":3}', [a, 'not JSON', b, c]],
    ['cut after what is nested', '{"a":1}{"x":{"y":1},"z":tr{"c":3}', [a, 'not JSON', c]],
    ['wrong, with a nested object', '{"a":1}{"x":{"y":1},z}{"c":3}', [a, 'not JSON', c]],
    ['two bad ones in a row', '{"a":1}{x}{y}{"c":3}', [a, 'not JSON', c]],
    ['ends in a document', '{"a":1}{"b":2}{"x":', [a, b, 'cut']],
    ['ends in garbage', '{"a":1}{"b":2}oops', [a, b, 'not JSON']],
    ['cut, then one that is whole', '{"a":1}{"x":{"b":2}', [a, 'cut', b]],
  ])('%s', async (_, text, records) => {
    expect(await shortly(text)).toEqual(records)
    expect(await shortly(text, { chunkBytes: 1 })).toEqual(records)
  })

  test('a document that is not UTF-8 is one undecodable', async () => {
    const text = Buffer.from('{"a":1}{"x":"\xff"}{"b":2}', 'latin1')
    expect(await shortly(text)).toEqual([a, 'not UTF-8', b])
  })

  test('the size of a bad place is without the white space around it', async () => {
    const { records } = await readAll(write(folder, 'x', '{"a":1} {"b":oops \n {"c":3}'))
    const bad = {
      reason: 'not JSON',
      detail: 'is not JSON at byte 6',
      sizeBytes: 9,
      head: '{"b":oops',
    }
    expect(plainRecord(records[1] as never)).toEqual({ record: 2, ...bad })
  })

  test('a document over the limit is one undecodable', async () => {
    const long = JSON.stringify({ x: 'y'.repeat(300) })
    const text = `{"a":1}${long}{"b":2}`
    for (const chunkBytes of [1, 7, 100, 1000]) {
      expect(await shortly(text, { chunkBytes, maxRecordBytes: 250 })).toEqual([
        a,
        'over the limit',
        b,
      ])
    }
  })
})

describe('arrays', () => {
  test.each<[string, string, unknown[]]>([
    ['in one line', '[{"a":1},{"b":2}]', [a, b]],
    ['over lines', '[\n{"a":1},\n{"b":2}\n]\n', [a, b]],
    ['empty', '[]', []],
    ['a byte order mark', `${bom}[{"a":1},{"b":2}]`, [a, b]],
    [
      'entries that are no objects',
      '[{"a":1},5,"x",[{}],null,true]',
      [a, ...Array(5).fill('not an object')],
    ],
    ['a bad entry', '[{"a":1},{"x":oops},{"b":2}]', [a, 'not JSON', b]],
    ['a bad entry that holds an object', '[{"a":1},{"x":{"y":1},z},{"b":2}]', [a, 'not JSON', b]],
    ['several arrays', '[{"a":1}] [\n{"b":2}]', [a, b]],
    ['cut in an entry', '[{"a":1},\n{"b":', [a, 'cut']],
    ['cut after what is nested', '[{"a":1},\n{"x":{"b":2}', [a, 'cut']],
    ['cut between entries', '[\n{"a":1},', [a, 'cut']],
    ['cut before its end', '[\n{"a":1}', [a, 'cut']],
  ])('%s', async (_, text, records) => {
    expect(await shortly(text)).toEqual(records)
    expect(await shortly(text, { chunkBytes: 1 })).toEqual(records)
  })

  test('an array without its end is a fault of the object', async () => {
    const { faults } = await readAll(write(folder, 'x', '[\n{"a":1},\n{"b":'))
    expect(faults).toEqual([{ reason: 'cut', detail: 'ends inside its JSON array' }])
  })
})

test('objects nested 10,000 deep are read, in every layout', async () => {
  const text = deep(10_000)
  for (const layout of [`${text}\n${text}\n`, `${text}${text}`, `[${text},${text}]`]) {
    const { records } = await readAll(write(folder, 'deep', layout))
    expect(records.map((record) => 'bad' in record)).toEqual([false, false])
  }
})

test('an empty object has no records', async () => {
  for (const content of ['', bom, ' \n\n', gzipSync('')]) expect(await shortly(content)).toEqual([])
})

test('Parquet is not read here', async () => {
  const object = write(folder, 'x.parquet', 'PAR1....PAR1')
  const sniffed = await sniff(object)
  const reading = readRecords(object, sniffed).next()
  await expect(reading).rejects.toThrow('x.parquet is Parquet, which DuckDB reads')
})

test('a part of an object goes on counting, and ends with the fault of the whole', async () => {
  const endsWith = { reason: 'cut', detail: 'ends early' } as const
  const object = write(folder, 'part', '{"a":1}\n{"x":')
  const { records } = await readAll(object, { firstRecord: 8, endsWith })
  expect(records.map((record) => [record.record, short(record)])).toEqual([
    [8, a],
    [9, 'cut'],
  ])
})

describe('chosen records', () => {
  test.each([
    ['lines', '{"a":1}\n\n{oops\n[{"b":2},5]\n{"c":3} {"a":1}\n{"b":2}'],
    ['concatenated', '{"a":1}{"b":2}oops{"c":3}[{"a":1},5]{"b":'],
    ['an array', '[{"a":1},{oops},{"b":2},{"c":3}]'],
  ])('are those of the whole: %s', async (_, text) => {
    const object = write(folder, 'chosen', text)
    const sniffed = await sniff(object)
    const { records } = await readAll(object)
    for (const { record } of records) {
      const found = await readRecordsAt(object, sniffed, [record])
      expect([...found.values()].map(plainRecord)).toEqual([
        plainRecord(records[record - 1] as never),
      ])
    }
    const all = await readRecordsAt(
      object,
      sniffed,
      records.map(({ record }) => record),
    )
    expect([...all.values()].map(plainRecord)).toEqual(records.map(plainRecord))
    expect(await readRecordsAt(object, sniffed, [99])).toEqual(new Map())
  })
})
