import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { PeekedStream } from '../../src/archives/peeked-stream.js'
import { readRecords } from '../../src/archives/records.js'
import { sniff } from '../../src/archives/sniff.js'
import { short, testFolder, write } from './files.js'
import { skippable, zstdStored } from './zstd-file.js'

const folder = testFolder()
const long = 'x'.repeat(100_000)
const trail = JSON.stringify({
  eventVersion: '1.11',
  eventTime: '2026-11-01T14:02:07Z',
  eventSource: 'sqs.amazonaws.com',
  eventName: 'CreateQueue',
  eventID: '3a0f0d2e',
})

test.each<[string, string | Uint8Array, string]>([
  ['nothing', '', 'empty'],
  ['white space', ' \n\r\n\t', 'empty'],
  ['a byte order mark alone', '\ufeff', 'empty'],
  ['an object a line', '{"a":1}\n{"b":2}\n', 'ndjson'],
  ['one object', '{"a":1}', 'ndjson'],
  ['a first line that is no JSON', 'hello\n{"a":1}\n', 'ndjson'],
  ['a first line that is cut', '{"a":\n{"b":1}\n{"c":1}\n', 'ndjson'],
  ['an object and garbage', '{"a":1} oops\n', 'ndjson'],
  ['a scalar', '5\n6\n', 'ndjson'],
  ['lines that are arrays', '[{"a":1}]\n[]\n', 'ndjson'],
  ['log lines in brackets', '[INFO] started\n[INFO] stopped\n', 'ndjson'],
  ['a long first line', `{"a":"${long}"}\n{"b":1}\n`, 'ndjson'],
  ['one line, cut', '{"a":', 'ndjson'],
  ['an array', '[{"a":1},{"b":2}]', 'array'],
  ['an empty array', '[]', 'array'],
  ['an array over lines', '[\n  {"a":1},\n  {"b":2}\n]\n', 'array'],
  ['a long array', `[{"a":"${long}"},{"b":1}]`, 'array'],
  ['a damaged array', '[{"a":1},{oops}]', 'array'],
  ['objects in one line', '{"a":1}{"b":2}', 'concatenated'],
  ['objects with a space between', '{"a":1} {"b":2}\n', 'concatenated'],
  ['an object over lines', '{\n "a":1\n}', 'concatenated'],
  ['an object over lines, damaged', '{\n "a":oops\n}', 'concatenated'],
  ['long objects', `{"a":"${long}"}{"b":1}`, 'concatenated'],
  ['a long object over lines', `{\n"a":"${long}"}`, 'concatenated'],
  ['CloudTrail', `{"Records":[${trail}]}`, 'cloudtrail'],
  ['CloudTrail over lines', `{\n "Records" : [\n${trail},\n${trail}\n]\n}`, 'cloudtrail'],
  ['CloudTrail with a long entry', `{"Records":[${trail.replace('1.11', long)}]}`, 'cloudtrail'],
  ['CloudTrail, cut', `{"Records":[${trail},{"eventVersion":`, 'cloudtrail'],
  ['CloudTrail, cut in its first entry', '{"Records":[{"eventVersion":"1.11"', 'ndjson'],
  ['Records of no entries', '{"Records":[]}', 'ndjson'],
  ['Records that are no CloudTrail', '{"Records":[{"eventSource":"aws:s3"}]}', 'ndjson'],
  ['an S3 notification', `{"Records":[${trail.replace('"eventID"', '"s3"')}]}`, 'ndjson'],
  ['Records of CloudTrail under another key', `{"records":[${trail}]}`, 'ndjson'],
  ['Records that are text', '{"Records":["eventVersion"]}', 'ndjson'],
  ['Records that are broken', '{"Records":[{oops}]}', 'ndjson'],
  ['Records alone', '{"Rec', 'ndjson'],
  ['Parquet', 'PAR1 and so on', 'parquet'],
  ['a histogram log', '#written by x\n#[Histogram log format version 1.3]\n', 'hlog'],
  ['a histogram log that only says when', '\n#[StartTime: 1 (seconds since epoch)]\n', 'hlog'],
  ['the legend of one', '"StartTimestamp","Interval_Length"\n', 'hlog'],
  ['a row of one', '0.127,1.007,2.769,HISTFAAA\n', 'hlog'],
  ['a tagged row of one, with a mark before it', '\ufeffTag=A,0.1 1 2e3,HISTFAAA\n', 'hlog'],
  ['a percentile table', '       Value     Percentile TotalCount 1/(1-Percentile)\n\n', 'hgrm'],
  ['one as CSV', '"Value","Percentile","TotalCount","1/(1-Percentile)"\n0,0,1,1\n', 'hgrm'],
  ['a table with a value', 'Value,Percentile\n1,2\n', 'csv'],
  ['comments of something else', '# one\n# two\n', 'ndjson'],
  ['numbers and a word', '1,2,3,four\n', 'ndjson'],
  ['events after a comment', '#one\n{"a":1}\n', 'ndjson'],
  ['Avro', 'Obj\x01 and so on', 'avro'],
  ['text like Avro', 'Obj and so on', 'ndjson'],
  ['UTF-16', Buffer.from('\ufeff{"a":1}\n', 'utf16le'), 'ndjson'],
])('%s', async (_, content, format) => {
  const bytes = Buffer.from(content)
  const bom = bytes.toString('latin1').startsWith('\xef\xbb\xbf')
  const utf16 = bytes.toString('latin1').startsWith('\xff\xfe')
  const expected = { format, bom, utf16 }
  expect(await sniff(write(folder, 'x.gz', bytes))).toEqual({ compression: 'none', ...expected })
  if (format === 'parquet') return
  const zipped = write(folder, 'x.json', gzipSync(bytes))
  expect(await sniff(zipped)).toEqual({ compression: 'gzip', ...expected })
  for (const frames of [zstdStored(bytes), Buffer.concat([skippable(5), zstdStored(bytes)])]) {
    const zstd = write(folder, 'x.json', frames)
    expect(await sniff(zstd)).toEqual({ compression: 'zstd', ...expected })
  }
})

test('what is compressed and cut with nothing in it is not empty', async () => {
  const gzip = write(folder, 'cut.gz', gzipSync('').subarray(0, 12))
  expect(await sniff(gzip)).toMatchObject({ compression: 'gzip', format: 'ndjson' })
  const zstd = write(folder, 'cut.zst', zstdStored(Buffer.alloc(0)).subarray(0, 7))
  expect(await sniff(zstd)).toMatchObject({ compression: 'zstd', format: 'ndjson' })
})

test('a stream is read from its start after it was sniffed', async () => {
  const text = '{"a":1}\n{"b":2}\n'.repeat(20_000)
  for (const bytes of [Buffer.from(text), gzipSync(text), zstdStored(Buffer.from(text))]) {
    const stream = new PeekedStream(slices(bytes, 1000), '-')
    const object = { kind: 'stream', path: '-', stream } as const
    const sniffed = await sniff(object)
    const found: unknown[] = []
    for await (const batch of readRecords(object, sniffed)) found.push(...batch.map(short))
    expect(found.length).toBe(40_000)
    expect(found.slice(0, 2)).toEqual([{ a: 1 }, { b: 2 }])
  }
})

async function* slices(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
