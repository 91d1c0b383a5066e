import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readRecords } from '../../src/archives/records.js'
import { sniff } from '../../src/archives/sniff.js'
import { resolveSources } from '../../src/archives/source.js'
import { openDuckdb } from '../../src/engines/duckdb.js'
import { quoteText } from '../../src/engines/leaf-tree.js'
import { createDecoder } from '../../src/envelopes/decode.js'
import { type RecordedLine, recordIn } from '../../src/envelopes/recording.js'
import type { Decoded } from '../../src/event/event.js'
import { jsonText, parseJson, writtenText } from '../../src/event/json.js'
import { createMapping } from '../../src/event/mapping.js'
import { recordOf } from '../../src/reading/decode-records.js'
import { runRecord } from '../../src/record/run.js'
import { measuredIn, parquetIn, partsIn, recordRequest, recordsIn } from './recorded.js'

const mapping = createMapping({ maps: ['id=$.id', 'sequence=$.n'] })
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evt-exact-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const bytes = (...codes: number[]) => Buffer.from(codes)
const message = { MessageId: 'm', Body: '{"id":"in",\n "n":9007199254740993}', Attributes: {} }
const pointer = '["software.amazon.payloadoffloading.PayloadS3Pointer",'

/** Bodies as whole records of a file of lines. */
const lines: Readonly<Record<string, string | Buffer>> = {
  'integers of any size': '{"id":9007199254740993,"n":-123456789012345678901234567890}',
  'numbers as nobody else writes them': '{"id":"f","n":1.0,"e":1E+2,"z":-0,"big":1e400}',
  'a key twice, and those of objects': '{"id":"a","id":"b","__proto__":{"x":1},"2":0,"1":0}',
  'white space, and none around it': '{ "id" :\t"w" , "list": [ 1 ,2 ] }',
  'what is no strict JSON': '{"id":"nan","n":NaN,"m":-Infinity,"l":[1,],}',
  'words that look like it': '{"id":"information","note":",] NaN"}',
  'escapes, half a character, line separators': '{"id":"\\ud83d \\u0000 \u2028 \\/"}',
  'nesting beyond any stack': `{"id":"deep","a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
  'what looks like the end of a line of a recording': '{"id":",\\"records\\":[","n":[{}]}',
  'a key that looks like it': '{"id":"r","records":[{"n":9007199254740993}]}',
  'a pointer': `${pointer}{"s3BucketName":"b","s3Key":"9007199254740993"}]`,
  'a return inside': '{"id":"cr",\r"n":1}',
  'a message with a body of its own': JSON.stringify(message),
  'a message whose body cannot be read': JSON.stringify({ ...message, Body: '{"id":' }),
  'no JSON, and long': `${'no JSON '.repeat(2_000)}end`,
  'no JSON with quotes': '"\\" \\u0000 \u0007 </script> \u001b[31m',
  'no object': '9007199254740993',
  'no UTF-8': Buffer.concat([Buffer.from('{"id":"'), bytes(0xff, 0xfe), Buffer.alloc(300, 0xc3)]),
  'a line of a recording that is damaged': '{"evt":"recording/1","recording":"0","n":-1}',
}

const asLines = Buffer.concat(
  Object.values(lines).flatMap((line) => [Buffer.from(line), Buffer.from('\n')]),
)
const pretty = '{\n  "id": 9007199254740993,\n\t"n": 1.50\r\n}'
const files: Readonly<Record<string, Buffer>> = {
  'lines.ndjson': asLines,
  'cut.ndjson.gz': gzipSync('{"id":1}\n{"id":2,"note":"as'),
  'two.ndjson': Buffer.from('{"id":12345678901234567890} {"id":2}\n[{"id":3},17,{"id":4.0}]\n'),
  'pretty.json': Buffer.from(`${pretty}\n${pretty.replace('1.50', '9007199254740993')}`),
  'bad.json': Buffer.from(`${pretty}\n{ "id": oops ${'x '.repeat(400)}}\n${pretty}\n`),
  'array.json': Buffer.from(`[${pretty},\n 17, "text", ${pretty}]`),
  'table.csv': Buffer.from('id,note\n1,a\n2,b,c\n3,"x\ny"\n'),
}

async function recorded(name: string, to: string) {
  const run = await runRecord(recordRequest(to, folder, { given: [name] }))
  expect(run.failure).toBeUndefined()
  const [part] = partsIn(join(folder, to))
  const text = gunzipSync(part?.bytes ?? Buffer.alloc(0)).toString()
  return text.trimEnd().split('\n').slice(0, -1)
}

async function decoded(path: string): Promise<Decoded[]> {
  const decode = createDecoder({ mapping })
  const found: Decoded[] = []
  const { objects } = await resolveSources([path], { aliases: {}, cwd: folder })
  for (const object of objects) {
    if (object.kind === 'remote') throw new Error(object.path)
    for await (const batch of readRecords(object, await sniff(object))) {
      for (const raw of batch) {
        if ('value' in raw) found.push(...decode(recordOf(object.path, raw)))
        else found.push({ kind: 'undecodable', undecodable: { ...raw.bad, position: none } })
      }
    }
  }
  return found
}

const none = { path: '', record: 0 }

/** What is to be the same, whether it was recorded or not. */
function seen(one: Decoded) {
  if (one.kind === 'undecodable') {
    const { head, ...undecodable } = one.undecodable
    return { ...undecodable, position: none, head: Buffer.from(head).toString('hex') }
  }
  const { document, payload, ...event } = one.event
  const text = jsonText(parseJson(writtenText(document)))
  const of = { position: none, observedAtUs: null, place: null, text }
  return { ...event, ...of, document: jsonText(document), payload: jsonText(payload) }
}

test.each(Object.keys(files))('%s is decoded as it was, once and twice recorded', async (name) => {
  await writeFile(join(folder, name), files[name] ?? '')
  await recorded(name, `once-${name}`)
  await recorded(`once-${name}`, `twice-${name}`)
  const source = (await decoded(name)).map(seen)
  expect(source.length).toBeGreaterThan(1)
  for (const again of [`once-${name}`, `twice-${name}`]) {
    expect((await decoded(again)).map(seen)).toEqual(source)
  }
})

test.each(Object.keys(files))('%s is measured in Parquet as it is itself', async (name) => {
  await writeFile(join(folder, `p-${name}`), files[name] ?? '')
  const to = `parquet-${name}`
  const run = await runRecord(
    recordRequest(to, folder, { given: [`p-${name}`], format: 'parquet', rollBytes: 1 }),
  )
  expect(run.failure).toBeUndefined()
  const of = (path: string) => measuredIn(folder, path, mapping)
  expect(await of(to)).toEqual(await of(`p-${name}`))
})

test('a large record, and one of many events, are no harm to a part of Parquet', async () => {
  const note = 'x'.repeat(30e6)
  const entry = { eventSource: 'aws:sqs', messageId: 'm', body: '{}' }
  const many = { Records: Array.from({ length: 150_000 }, () => entry) }
  const texts = [{ id: 'large', note }, many, { id: 'last' }].map((one) => JSON.stringify(one))
  await writeFile(join(folder, 'large.ndjson'), `${texts.join('\n')}\n`)
  const request = recordRequest('large', folder, { given: ['large.ndjson'], format: 'parquet' })
  const run = await runRecord(request)
  expect(run.failure).toBeUndefined()
  expect(recordsIn(await parquetIn(join(folder, 'large')))).toHaveLength(3)
}, 120_000)

test('bare DuckDB reads a recording in Parquet', async () => {
  await writeFile(join(folder, 'bare.ndjson'), asLines)
  await runRecord(recordRequest('bare', folder, { given: ['bare.ndjson'], format: 'parquet' }))
  const bodies = recordsIn(await parquetIn(join(folder, 'bare')))
  expect(bodies.map(({ n }) => n)).toEqual(Object.keys(lines).map((_, n) => n + 1))
  const duckdb = await openDuckdb({ memoryLimitBytes: 500e6 })
  const glob = quoteText(join(folder, 'bare', 'events', '**', '*.parquet'))
  const rows = await duckdb.rows(
    `SELECT document->>'$.id', undecodable, position.path FROM ${glob} LIMIT 2`,
  )
  expect(rows).toEqual([
    ['9007199254740993', null, 'bare.ndjson'],
    ['f', null, 'bare.ndjson'],
  ])
  const [[count] = []] = await duckdb.rows(`SELECT count(*) FROM ${glob} WHERE undecodable IS NULL`)
  const { total } = await measuredIn(folder, 'bare.ndjson', mapping)
  expect(Number(count)).toBe(total.events)
  await duckdb.close()
})

test('each body stands in the recording byte for byte', async () => {
  await writeFile(join(folder, 'all.ndjson'), asLines)
  const found = await recorded('all.ndjson', 'all')
  const bodies = found.map((line) => {
    const { text, undecodable } = parseJson(line) as unknown as RecordedLine
    const { base64 = '' } = undecodable ?? {}
    const inner = recordIn(line) ?? text ?? undecodable?.text
    return inner === undefined ? Buffer.from(base64, 'base64') : Buffer.from(inner)
  })
  expect(bodies.map(String)).toEqual(Object.values(lines).map(String))
})

test('what is no JSON in between is kept whole', async () => {
  await writeFile(join(folder, 'mid.json'), files['bad.json'] ?? '')
  const lines = (await recorded('mid.json', 'mid')).map((line) => JSON.parse(line))
  const [text] = lines.flatMap(({ undecodable }) => undecodable?.text ?? [])
  expect(text).toBe(`{ "id": oops ${'x '.repeat(400)}}`)
})
