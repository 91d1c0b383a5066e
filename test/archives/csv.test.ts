import { gzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CsvRows } from '../../src/archives/csv-rows.js'
import { readRecordsAt } from '../../src/archives/records.js'
import { sniff } from '../../src/archives/sniff.js'
import { plainRecord, readAll, short, testFolder, write } from './files.js'

const folder = testFolder()

async function formatOf(text: string | Buffer) {
  return (await sniff(write(folder, 'x', text))).format
}

async function read(text: string | Buffer, options = {}) {
  return readAll(write(folder, 'x', text), options)
}

describe('what is a table', () => {
  test.each<[string, string | Buffer, string]>([
    ['names and a row', 'id,type\n1,a\n', 'csv'],
    ['names that are quoted', '"id","order type"\r\n"1","a"\r\n', 'csv'],
    ['a byte order mark', '\ufeffid,type\n1,a', 'csv'],
    ['tabs', 'id\ttype\n1\ta\n', 'tsv'],
    ['tabs, and commas in a cell', 'id\tpayload\n1\t{"a":1,"b":2}\n', 'tsv'],
    ['semicolons', 'id;p\r\n1;"{""a"":1,""b"":2}"\r\n', 'csv'],
    ['semicolons, and JSON without quotes', 'id;p\n1;{"a":1,"b":2}\n', 'csv'],
    ['semicolons, and a byte order mark', '\ufeffid;p\n1;"{""a"":1}"\n', 'csv'],
    ['bars', 'id|p\n1|{"a":1,"b":2}\n', 'csv'],
    ['semicolons without JSON', 'id;type\n1;a\n', 'ndjson'],
    ['bars without JSON', 'INFO|ready\nINFO|steady\n', 'ndjson'],
    ['names alone, after semicolons', 'id;type\n', 'ndjson'],
    ['prose with a semicolon', 'ready; steady\ngo; {"a":1}\n', 'ndjson'],
    ['a table of Markdown', '| id | p |\n|---|---|\n| 1 | {"a":1} |\n', 'ndjson'],
    ['one column of JSON', 'payload\n"{""a"":1}"\n', 'csv'],
    ['row numbers of pandas', ',id\n0,a\n', 'csv'],
    ['rows that differ, where there is JSON', 'id,p\n1,"{""a"":1}"\n1,2,3\n', 'csv'],
    ['a first row beyond the first 64 KiB', `id,p\n1,"${'x'.repeat(100_000)}"\n2,b\n`, 'csv'],
    ['names alone', 'id,type\n', 'csv'],
    ['names alone, in quotes after tabs', '"id"\t"typ_größe"\r\n', 'tsv'],
    ['names alone, one with a space', 'id,order type\n', 'ndjson'],
    ['names alone, one twice', 'no,no\n', 'ndjson'],
    ['names alone, and no line end', 'id,type', 'ndjson'],
    ['one name alone', 'id\n', 'ndjson'],
    ['names beyond ASCII', 'größe,注文\n1,2\n', 'csv'],
    ['a first name beyond ASCII', '注文,größe\n1,2\n', 'csv'],
    ['names that are not UTF-8', Buffer.from('gr\xf6\xdfe,b\n1,2\n', 'latin1'), 'ndjson'],
    ['spaces after commas', 'id, p\n1, "{""a"":1}"\n', 'csv'],
    ['spaces after commas, without JSON', 'id, type\n1, a\n', 'ndjson'],
    ['a log with spaces after commas', 'ready, steady\ngo, {"a":1}\n', 'ndjson'],
    ['names twice, and JSON', 'id,p,id\n1,"{""a"":1}",2\n', 'csv'],
    ['names twice, and JSON without quotes', 'no,no\nyes,{"a":1}\n', 'ndjson'],
    ['names twice, and JSON after a tab', 'id\tid\tp\n1\t2\t{"a":1}\n', 'tsv'],
    ['backslashes before quotes', 'id,p\n1,"{\\"a\\":1,\\"b\\":2}"\n', 'csv'],
    ['backslashes before quotes after tabs', 'id\tp\n1\t"{\\"a\\":1}"\n', 'tsv'],
    ['a log with quotes in it', 'starting\nINFO "say \\"hello\\"", done\n', 'ndjson'],
    ['one line', 'hello, world', 'ndjson'],
    ['a bad line before lines of JSON', 'hello\n{"a":1}\n', 'ndjson'],
    ['a bad line with a comma', 'a,b\n{"a":1,"b":2}\n', 'ndjson'],
    ['prose', 'Dear reader, hello\nand, as they say, good bye\n', 'ndjson'],
    ['names with other things around', 'hello , world\nx,y\n', 'ndjson'],
    ['names twice', 'id,id\n1,2\n', 'ndjson'],
    ['one column of text', 'id\n1\n2\n', 'ndjson'],
    ['rows that differ, without JSON', 'id,p\n1,2\n1,2,3\n', 'ndjson'],
    ['a first row of fewer cells', 'id,p\n1\n1,"{""a"":1}"\n', 'ndjson'],
    ['numbers', '1,2\n3,4\n', 'ndjson'],
    ['JSON first', '{"a":1}\nid,type\n1,a\n', 'ndjson'],
  ])('%s', async (_, text, format) => {
    expect(await formatOf(text)).toBe(format)
    expect(await formatOf(gzipSync(text))).toBe(format)
  })
})

describe('the records of a table', () => {
  test.each<[string, string, unknown[]]>([
    [
      'are the JSON of the column that has it',
      'id,p\n1,"{""a"":1}"\n2,"{""a"":2}"\n',
      [{ a: 1 }, { a: 2 }],
    ],
    [
      'may be after semicolons, with commas and semicolons in them',
      'id;p\n1;"{""a"":""x;y"",""b"":2}"\n2;"{""a"":3}"\n3\n',
      [{ a: 'x;y', b: 2 }, { a: 3 }, 'bad envelope'],
    ],
    ['may be after bars', 'id|p\n1|{"a":1,"b":2}\n2|{"a":2}\n', [{ a: 1, b: 2 }, { a: 2 }]],
    [
      'are of the column that has most of it',
      'h,p\n"{""h"":1}","{""p"":1}"\n,"{""p"":2}"\n',
      [{ p: 1 }, { p: 2 }],
    ],
    ['are of the larger of two', 'h,p\n"{}","{""p"":1}"\n', [{ p: 1 }]],
    ['may begin late', 'id,p\n1,\n2,oops\n3,"{""a"":1}"\n', ['bad body', 'bad body', { a: 1 }]],
    [
      'may be several a cell',
      'id,p\n1,"{""a"":1}"\n2,"[{""a"":2},5]"\n',
      [{ a: 1 }, { a: 2 }, 'not an object'],
    ],
    ['may have line breaks', 'id,p\r\n1,"{\r\n""a"":\r\n1}"\r\n', [{ a: 1 }]],
    ['are without quotes after tabs', 'id\tp\n1\t{"a":"x,y"}\n', [{ a: 'x,y' }]],
    ['are no blank lines', 'id,p\n\n1,"{""a"":1}"\n\r\n', [{ a: 1 }]],
    ['need no line break at the end', '\ufeffid,p\n1,"{""a"":1}"', [{ a: 1 }]],
    [
      'are rows where only few have JSON',
      'id,p\n1,\n2,"{""a"":1}"\n3,\n',
      [
        { id: '1', p: '' },
        { id: '2', p: '{"a":1}' },
        { id: '3', p: '' },
      ],
    ],
    ['are rows where no column has JSON', 'id,type\n1,"a, b"\n', [{ id: '1', type: 'a, b' }]],
    [
      'are bad where cells are missing or too many',
      'id,p\n1,"{""a"":1}"\n2\n3,"{""a"":3}",x\n4,"{""a"":4}"\n',
      [{ a: 1 }, 'bad envelope', 'bad envelope', { a: 4 }],
    ],
    ['may follow spaces', 'id, p, t\n1, "{""a"":"", ""}" , x\n', [{ a: ', ' }]],
    [
      'may have backslashes before quotes',
      'id,p\n1,"{\\"a\\":\\"say \\\\\\"hi\\\\\\", c:\\\\\\\\x\\"}"\n2,"{}"\n',
      [{ a: 'say "hi", c:\\x' }, {}],
    ],
    [
      'may have backslashes that nobody doubled, or before a line feed',
      'p,q\n"{\\"a\\":\\"\\u00e9\\n\\",\\\n\\"b\\":""x""}",\\N\n',
      [{ a: 'é\n', b: 'x' }],
    ],
    [
      'have backslashes of JSON where quotes are doubled',
      'id,p\n1,"{""a"":""\\""hi\\"" \\\\""}"\n',
      [{ a: '"hi" \\' }],
    ],
    ['may be below names that are the same', 'p,id,p\n,1,"{""a"":1}"\n', [{ a: 1 }]],
    [
      'are rows whose names are told apart',
      '@message,a,a,a_1,a\n"{""b"":1}",1,2,3,4\n',
      [{ '@message': '{"b":1}', a: '1', a_2: '2', a_1: '3', a_3: '4' }],
    ],
    ['are none below names alone', 'id,p\r\n', []],
    [
      'are whole rows of Logs Insights',
      '@timestamp,@message\n1,"{""a"":1}"\n',
      [{ '@timestamp': '1', '@message': '{"a":1}' }],
    ],
  ])('%s', async (_, text, records) => {
    for (const chunkBytes of [1, 7, undefined]) {
      const found = await read(text, { chunkBytes })
      expect({ ...found, records: found.records.map(short) }).toEqual({ records, faults: [] })
    }
  })

  test('say what is wrong with them', async () => {
    const text = 'id,p\n1,"{""a"":1}"\n2,\n3,5\n4,null\n5,oops\n6\n'
    const { records } = await read(text)
    expect(records.map((record) => ('bad' in record ? record.bad.detail : 'good'))).toEqual([
      'good',
      'csv column "p" is empty',
      'csv column "p" is a number, not an object',
      'csv column "p" is null, not an object',
      'csv column "p" is not JSON',
      'csv row has 1 cell, of 2 columns',
    ])
  })

  test('have keys such as __proto__ as data', async () => {
    const { records } = await read('__proto__,constructor\na,b\n')
    expect(records.map((record) => JSON.stringify(short(record)))).toEqual([
      '{"__proto__":"a","constructor":"b"}',
    ])
  })

  test('are bad where they are no UTF-8, and others are not', async () => {
    const text = Buffer.from('id,type\n1,caf\xe9\n2,caf\xc3\xa9\n', 'latin1')
    expect((await read(text)).records.map(short)).toEqual(['not UTF-8', { id: '2', type: 'café' }])
  })

  test('are found again by their numbers', async () => {
    const object = write(folder, 'x', 'id,p\n1,"{""a"":1}"\n2\n3,"{""a"":3}"\n')
    const { records } = await readAll(object)
    const found = await readRecordsAt(object, await sniff(object), [2, 3])
    expect([...found.values()].map(plainRecord)).toEqual(records.slice(1).map(plainRecord))
  })
})

describe('a table that ends early', () => {
  const good = 'id,p\n1,"{""a"":1}"\n'

  test('with an open quote has one bad record, and a fault', async () => {
    const { records, faults } = await read(`${good}2,"{""a"":2}\n3,x\n`)
    expect(records.map(short)).toEqual([{ a: 1 }, 'cut'])
    expect(faults).toEqual([{ reason: 'cut', detail: 'ends before a quote is closed' }])
  })

  test('with a row over the limit has one bad record, and a fault', async () => {
    const { records, faults } = await read(`${good}2,"${'x'.repeat(1000)}`, {
      maxRecordBytes: 100,
    })
    expect(records.map(short)).toEqual([{ a: 1 }, 'cut'])
    expect(faults).toEqual([
      { reason: 'corrupt', detail: 'has a row of more than 100 bytes: an open quote?' },
    ])
  })

  test('with its gzip has one bad record', async () => {
    const stored = gzipSync(good + '2,"{""a"":2}"\n'.repeat(1000))
    const { records, faults } = await read(stored.subarray(0, -20))
    expect(records.map(short).at(-1)).toBe('cut')
    expect(records.filter((record) => 'bad' in record)).toHaveLength(1)
    expect(faults).toHaveLength(1)
  })
})

test('what csv-stringify writes is read', async () => {
  const row = fc.record({
    id: fc.string({ minLength: 1 }),
    p: fc.dictionary(fc.string(), fc.string()),
  })
  const property = fc.asyncProperty(fc.array(row, { minLength: 1 }), async (rows) => {
    const cells = rows.map(({ id, p }) => [id, JSON.stringify(p)])
    const text = stringify([['id', 'p'], ...cells], { quoted: true })
    const values = rows.map(({ p }) => JSON.parse(JSON.stringify(p)))
    expect((await read(text)).records.map(short)).toEqual(values)
  })
  await fc.assert(property, { numRuns: 100 })
})

test.each([',', ';', '|'] as const)('rows are those of csv-parse, after %s', (delimiter) => {
  const quoted = [`${delimiter}"`, `"${delimiter}`]
  const ends = ['\n', '"\n', '\r\n']
  const piece = fc.constantFrom('"', '""', delimiter, ...quoted, ...ends, 'a', '{', ' ', 'é')
  const options = { record_delimiter: ['\r\n', '\n'], relax_column_count: true, delimiter }
  const property = fc.property(fc.array(piece, { maxLength: 20 }), fc.nat(9), (pieces, cut) => {
    const text = pieces.join('')
    let expected: string[][]
    try {
      expected = parse(text, { ...options, skip_empty_lines: true })
    } catch {
      // What breaks the rules is read otherwise by each reader.
      return
    }
    const rows = new CsvRows({ delimiter, backslashes: false }, 1000)
    const bytes = Buffer.from(text)
    const found = [bytes.subarray(0, cut), bytes.subarray(cut)].flatMap((part) => rows.push(part))
    const all = [...found, ...rows.end()].map((row) => row.map(String))
    expect({ all, fault: rows.fault }).toEqual({ all: expected, fault: undefined })
  })
  fc.assert(property, { numRuns: 1000 })
})

test('a long row that comes in small pieces is not read again with each', () => {
  const rows = new CsvRows({ delimiter: ',', backslashes: false }, 100_000_000)
  const piece = Buffer.alloc(1000, 'x')
  rows.push(Buffer.from('id,"'))
  for (let n = 0; n < 30_000; n++) rows.push(piece)
  rows.push(Buffer.from('"\nb,c'))
  expect(rows.end().map((row) => row.map(({ length }) => length))).toEqual([
    [2, 30_000_000],
    [1, 1],
  ])
})
