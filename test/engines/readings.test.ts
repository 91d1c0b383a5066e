import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Unprojectable } from '../../src/engines/chain-sql.js'
import { type Duckdb, openDuckdb } from '../../src/engines/duckdb.js'
import { isInText, shapeName } from '../../src/envelopes/envelope.js'
import { envelopes } from '../../src/envelopes/index.js'
import { eventFixtures } from '../fixtures/events/fixtures.js'
import { campaign } from '../helpers/campaign.js'
import { expectEqualReadings } from './equal-readings.js'
import { mappings } from './mappings.js'
import { lineText } from './odd-documents.js'
import { chainsOf, createLinesFile } from './readings.js'

const lines = createLinesFile()
let duckdb: Duckdb

beforeAll(async () => {
  duckdb = await openDuckdb({ memoryLimitBytes: 1e9, threads: 2 })
})

afterAll(() => {
  duckdb.close()
  lines.remove()
})

async function readLines(texts: readonly string[], mapping: string, sampled = true) {
  const file = lines.write(texts.map((text) => Buffer.from(text)))
  const found = mappings[mapping]
  if (!found) throw new Error(`there is no mapping ${mapping}`)
  return expectEqualReadings(duckdb, { file, mapping: found }, await chainsOf(texts), sampled)
}

/** One line each: a line break within JSON is a space. */
const fixtures = await Promise.all(
  eventFixtures().map(async ({ envelope, oddity, bytes }) => {
    const text = Buffer.from(bytes).toString().replaceAll('\n', ' ').trim()
    const chains = await chainsOf([text])
    const inText = chains.every((chain) => chain.every(isInText))
    return { envelope, name: `${envelope}/${oddity}`, text, inText }
  }),
)
const objects = fixtures.filter(({ text }) => text.startsWith('{'))

describe('every fixture is read equally by the decoder, the narrow relation and the view', () => {
  // What tells another wrapping first is there.
  const ofOthers = [
    'json/looks-like-claim-check',
    'json/looks-like-debezium',
    'json/looks-like-emf',
    'json/looks-like-eventbridge',
    'json/looks-like-http',
    'json/looks-like-kafka-connect',
    'json/looks-like-no-records',
    'json/looks-like-notification',
    'json/looks-like-recording',
    'json/looks-like-s3',
    'json/looks-like-sqs',
    'json/looks-like-sqs-number',
    'sqs/looks-like-sns-inside',
  ]
  // The decoder looks for JSON in the bytes.
  const ofBytes = ['', '-bytes', '-gzip', '-gzip-cut', '-null-data'].map(
    (of) => `cloudevents/data-base64${of}`,
  )
  // Nothing is read of it: it may be no object, or have records alone, as Firehose's answers do.
  const bare = [
    'json/empty',
    'json/looks-like-dms',
    'json/looks-like-log-lines',
    'json/null-values',
  ]
  const unusable = ['cloudevents/bad-sequence', 'eventbridge/time-fault', 'eventbridge/time-range']
  // The decoder puts them together, or apart; or DuckDB does not tell names by their case.
  const assembled = [
    'cloudevents/dataref-with-data',
    'sns/body-array',
    'sns/replayed-by-evt',
    'sqs/md5-mismatch',
    'sqs/object-body',
    'sqs/replayed-by-evt',
  ]
  const left = {
    none: {
      // A sequence of the wrapping's own is no column of the narrow relation.
      narrow: [
        ...[...unusable, ...bare, ...ofOthers],
        ...['cloudevents/extensions', 'cloudevents/text-sequence'],
        ...assembled,
      ],
      view: [...unusable, ...bare, ...ofOthers, ...ofBytes, ...assembled],
    },
    typical: {
      narrow: [...bare, ...ofOthers, ...assembled],
      view: [...bare, ...ofOthers, ...ofBytes, ...assembled],
    },
  }

  test.each(Object.keys(mappings))(
    'with all others of its wrapping, mapping: %s',
    async (mapping) => {
      const found: Record<'narrow' | 'view', string[]> = { narrow: [], view: [] }
      for (const envelope of envelopes.map(shapeName)) {
        const some = objects.filter((fixture) => fixture.envelope === envelope && fixture.inText)
        const texts = some.map(({ text }) => text)
        if ((await chainsOf(texts)).length === 0) continue
        const { decoded, ...sure } = await readLines(texts, mapping)
        for (const reading of ['narrow', 'view'] as const) {
          const others = some.filter((_, n) => !sure[reading][n] && decoded[n]?.kind === 'event')
          found[reading].push(...others.map(({ name }) => name))
        }
      }
      if (mapping !== 'none' && mapping !== 'typical') return
      const { narrow, view } = left[mapping]
      expect({ narrow: found.narrow.sort(), view: found.view.sort() }).toEqual({
        narrow: narrow.sort(),
        view: view.sort(),
      })
    },
  )

  test.each(Object.keys(mappings))('among all fixtures, mapping: %s', async (mapping) => {
    await readLines(
      objects.map(({ text }) => text),
      mapping,
    )
  })
})

describe('a line without a readable object is left to the decoder', () => {
  const others = fixtures.filter(({ text }) => !/^[{[]/.test(text)).map(({ text }) => text)
  const broken = ['{"kind":"a"', '{"kind":"a"}}', '"x"', '{"kind":"\\ud800"}', '{}', '{kind:1}']

  test.each([...others, ...broken, '123456789012345678901', 'NaN', '1e400', 'true'])(
    '%s',
    async (text) => {
      const { narrow } = await readLines(['{"kind":"b"}', text, '', '{"kind":"c"}'], 'plain JSON')
      expect(narrow[1]).toBe(false)
    },
  )

  test('a line of spaces is no record', async () => {
    const blank = ['', ' ', '\t', '\r', '\u000b', ' \u000c\r']
    const { decoded } = await readLines([...blank, '{"kind":"b"}', ...blank], 'plain JSON')
    expect(decoded).toHaveLength(1)
  })
})

describe('ids and keys', () => {
  test.each([
    ['{"id":"","key":"","orderId":"","type":"","source":""}', [true, true]],
    ['{"id":1.0,"key":"k"}', [false, false]],
    ['{"id":"1.0","key":"1e3"}', [false, true]],
    ['{"id":1e21,"key":"k"}', [false, false]],
    ['{"id":"nan","key":"inf"}', [false, true]],
    ['{"id":NaN,"key":-inf}', [false, false]],
    ['{"id":"{","key":"["}', [false, true]],
    ['{"id":{},"key":[]}', [false, false]],
    ['{"id":"a\\u0000b","key":"k\\u0000"}', [true, true]],
    ['{"id":"a","id":"b","key":"k","key":1.0}', [true, true]],
    ['{"id":18446744073709551616,"key":-9007199254740993}', [true, true]],
    ['{"id":"a","key":"k",}', [true, false]],
    ['{"id":true,"key":false}', [true, true]],
  ])('%s', async (text, sure) => {
    const { narrow, view } = await readLines([text], 'plain JSON')
    expect([...narrow, ...view]).toEqual(sure)
  })
})

describe('sequences', () => {
  const sixty = '7'.repeat(60)
  const values = ['0', '-0', '"007"', '"+5"', '"-012"', `"${sixty}"`, `"-${sixty}"`, sixty, '1.0']
  const others = [
    '"1e3"',
    '""',
    '" 1"',
    '"+-1"',
    '"٣"',
    'true',
    'null',
    '{}',
    `"${'4'.repeat(1000)}"`,
  ]
  const integers = [...values, ...others].map((sequence) => `{"id":"a","sequence":${sequence}}`)

  test('that are integers', async () => {
    const { narrow, view } = await readLines(integers, 'plain JSON')
    const read = (sure: readonly boolean[]) => values.filter((_, n) => sure[n])
    expect(read(narrow)).toEqual(['0', '-0', '"007"', '"+5"', '"-012"'])
    expect(read(view)).toEqual(values.slice(0, -1))
  })

  test('that are text, and by type', async () => {
    const texts = [...values, ...others].flatMap((sequence) =>
      ['other', 'order.placed'].map((type) => {
        const data = `{"seq":${sequence}}`
        return `{"specversion":"1.0","id":"a","source":"s","type":"${type}","data":${data}}`
      }),
    )
    const { narrow, view } = await readLines(texts.map(withSubject), 'text sequences')
    // The first type's are text: what is left is 1.0, "1e3" (narrow) and {}. The other's are
    // integers: what is read is 0, -0, "007", "+5", "-012", null, and of 60 digits (view).
    expect([count(narrow), count(view)]).toEqual([15 + 6, 16 + 9])
  })

  test('of CloudEvents', async () => {
    const texts = [...values, ...others].flatMap((sequence) =>
      ['"Integer"', '"Other"', 'null', '1.0'].map(
        (kind) =>
          `{"specversion":"1.0","id":"a","source":"s","type":"t","partitionkey":"k",` +
          `"sequence":${sequence},"sequencetype":${kind}}`,
      ),
    )
    const { narrow, view } = await readLines(texts, 'none')
    // The narrow relation leaves all of them but null.
    expect([count(narrow), count(view)]).toEqual([4, 9 + 3 * 16])
  })
})

test('places of FIFO groups', async () => {
  const numbers = ['"18849496460467696128"', '"5"', '5', '"007"', `"${'7'.repeat(56)}"`, 'null']
  const others = ['"+5"', `"${'7'.repeat(57)}"`, '"-5"', '"x"', '""', '1.0', '{}', 'true']
  const texts = [...numbers, ...others].flatMap((number) =>
    ['"g"', '""', 'null', '1.0'].map((group) => {
      const attributes = `{"MessageGroupId":${group},"SequenceNumber":${number}}`
      return `{"MessageId":"m","Body":"{\\"id\\":\\"a\\"}","Attributes":${attributes}}`
    }),
  )
  const { decoded, narrow, view } = await readLines(texts, 'plain JSON')
  const placed = decoded.filter((each) => each?.kind === 'event' && each.event.place !== null)
  // Five numbers, "+5" and 1.0, in the groups "g" and 1.0. What is 1.0, SQL is not sure of.
  expect(placed).toHaveLength((5 + 2) * 2)
  expect([count(narrow), count(view)]).toEqual([numbers.length * 3, numbers.length * 3])
})

function count(sure: readonly boolean[]): number {
  return sure.filter((is) => is).length
}

/** The events of one subject. */
function withSubject(text: string): string {
  return text.replace('{', '{"subject":"k",')
}

test('random odd lines are read equally', async () => {
  let [records, narrowed, viewed] = [0, 0, 0]
  const some = fc.array(lineText, { minLength: 1, maxLength: 30, size: 'max' })
  const mapping = fc.constantFrom(...Object.values(mappings))
  const property = fc.asyncProperty(mapping, some, fc.nat(), async (mapping, texts, chance) => {
    const file = lines.write(texts.map((text) => Buffer.from(text)))
    const all = await chainsOf(texts)
    // Archives are not of the chains alone that their beginning shows.
    const chains = all.length === 0 ? [envelopes.slice(0, 1)] : all.slice(0, 1 + (chance % 3))
    try {
      const of = { file, mapping }
      const { decoded, narrow, view } = await expectEqualReadings(duckdb, of, chains, chance > 99)
      records += decoded.length
      narrowed += count(narrow)
      viewed += count(view)
    } catch (error) {
      if (!(error instanceof Unprojectable)) throw error
    }
  })
  await fc.assert(property, { numRuns: campaign(300) })
  expect(Math.min(narrowed, viewed) / records).toBeGreaterThan(0.15)
}, 600_000)
