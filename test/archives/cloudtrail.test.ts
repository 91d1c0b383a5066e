import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRecordsAt } from '../../src/archives/records.js'
import { sniff } from '../../src/archives/sniff.js'
import { plainRecord, readAll, short, testFolder, write } from './files.js'

const folder = testFolder()
const trail = (eventID: string, more: object = {}) => ({
  eventVersion: '1.11',
  eventTime: '2026-11-01T14:02:07Z',
  eventSource: 'sqs.amazonaws.com',
  eventName: 'CreateQueue',
  eventID,
  ...more,
})
const [a, b, c] = ['a', 'b', 'c'].map((id) => trail(id))
const [first, second, third] = [a, b, c].map((value) => JSON.stringify(value))

async function shortly(text: string | Buffer, chunkBytes?: number) {
  return (await readAll(write(folder, 'x', text), { chunkBytes })).records.map(short)
}

describe('the entries of CloudTrail are the records', () => {
  test.each<[string, string, unknown[]]>([
    ['in one line', `{"Records":[${first},${second}]}`, [a, b]],
    ['over lines', `{\r\n\t"Records" : [\r\n${first},\r\n${second}\r\n]\r\n}\r\n`, [a, b]],
    ['a byte order mark', `\ufeff{"Records":[${first}]}`, [a]],
    ['several files in one', `{"Records":[${first}]}{"Records":[${second},${third}]}`, [a, b, c]],
    ['a file a line', `{"Records":[${first}]}\n{"Records":[${second}]}\n`, [a, b]],
    ['no entries later', `{"Records":[${first}]}{"Records":[]}{"Records":[${third}]}`, [a, c]],
    ['another object behind it', `{"Records":[${first}]}{"a":1}`, [a, { a: 1 }]],
    [
      'entries that are no objects',
      `{"Records":[${first},5,null]}`,
      [a, ...Array(2).fill('not an object')],
    ],
    ['a bad entry', `{"Records":[${first},{"x":oops},${third}]}`, [a, 'not JSON', c]],
    ['an entry that has Records', `{"Records":[${first},{"Records":[5]}]}`, [a, { Records: [5] }]],
    ['another key behind Records', `{"Records":[${first}],"next":5}`, [a, 'not JSON']],
    ['cut in an entry', `{"Records":[${first},{"eventVersion":"1.1`, [a, 'cut']],
    ['cut between entries', `{"Records":[${first},`, [a, 'cut']],
    ['cut before the bracket', `{"Records":[${first}`, [a, 'cut']],
    ['cut before the brace', `{"Records":[${first}]`, [a, 'cut']],
    ['cut in the next file', `{"Records":[${first}]}{"Reco`, [a, 'cut']],
  ])('%s', async (_, text, records) => {
    for (const chunkBytes of [1, 7, undefined])
      expect(await shortly(text, chunkBytes)).toEqual(records)
    expect(await shortly(gzipSync(text))).toEqual(records)
  })

  test('what is cut is a fault of the object', async () => {
    const faultsOf = async (text: string) => (await readAll(write(folder, 'x', text))).faults
    expect(await faultsOf(`{"Records":[${first},`)).toEqual([
      { reason: 'cut', detail: 'ends inside its JSON array' },
    ])
    expect(await faultsOf(`{"Records":[${first}]`)).toEqual([
      { reason: 'cut', detail: 'ends before its JSON does' },
    ])
    expect(await faultsOf(`{"Records":[${first}]}`)).toEqual([])
  })

  test('as the same entries in an array, in any pieces', async () => {
    const entries = fc.array(fc.jsonValue(), { maxLength: 20 })
    const spaces = fc.constantFrom(undefined, 1)
    const chunks = fc.integer({ min: 1, max: 400 })
    await fc.assert(
      fc.asyncProperty(entries, spaces, chunks, async (values, indent, chunkBytes) => {
        const Records = [trail('first'), ...values]
        const wrapped = write(folder, 'x', JSON.stringify({ Records }, null, indent))
        const array = write(
          folder,
          'y',
          `[\n${Records.map((one) => JSON.stringify(one, null, indent))}]`,
        )
        const found = await readAll(wrapped, { chunkBytes })
        const plain = await readAll(array)
        expect(found.records.map(short)).toEqual(plain.records.map(short))
        expect(found.records.map(({ record }) => record)).toEqual(Records.map((_, i) => i + 1))
        expect(found.faults).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  test('can be chosen by their numbers', async () => {
    const object = write(folder, 'x', `{"Records":[${first},5,${third}]}`)
    const { records } = await readAll(object)
    const found = await readRecordsAt(object, await sniff(object), [2, 3])
    expect([...found.values()].map(plainRecord)).toEqual(records.slice(1).map(plainRecord))
  })
})
