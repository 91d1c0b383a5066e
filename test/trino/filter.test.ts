import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { quoteText } from '../../src/engines/leaf-tree.js'
import type { JsonObject, JsonValue } from '../../src/event/event.js'
import { parseJson } from '../../src/event/json.js'
import { parsePattern } from '../../src/event/pattern.js'
import { patternMatcher } from '../../src/event/pattern-match.js'
import { trinoMatch } from '../../src/questions/trino-filter.js'
import { trinoText } from '../../src/questions/trino-places.js'
import { documents, patterns } from '../event/patterns.js'
import { campaign } from '../helpers/campaign.js'
import { describeWith } from '../helpers/needs.js'
import { jars, startTrino, type Trino } from '../testbed/trino.js'

let trino: Trino

/** What Trino says of each document: null where it is not sure. */
async function matchesOf(
  texts: readonly string[],
  pattern: JsonValue,
): Promise<(boolean | null)[]> {
  const rows = texts.map((text, n) => `(${n}, ${quoteText(text)})`)
  const documents = `SELECT * FROM (VALUES ${rows.join(', ')}) AS d (n, document)`
  const filter = parsePattern(JSON.stringify(pattern))
  const found = await trino.run(`SELECT n, is_match FROM (${trinoMatch(filter, documents)})`)
  const matches: (boolean | null)[] = []
  for (const [n, is] of found.rows) matches[Number(n)] = typeof is === 'boolean' ? is : null
  return matches
}

const decoded = (text: string, pattern: JsonValue) =>
  patternMatcher(parsePattern(JSON.stringify(pattern)))(parseJson(text))

/** The same without lists of objects and lists, of which Trino is not sure. */
function withoutNested(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.filter((each) => typeof each !== 'object')
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, withoutNested(of)]))
}

describeWith('Trino (npm run test:trino)', jars !== undefined)('--filter in Trino', () => {
  beforeAll(async () => {
    trino = await startTrino()
  }, 900_000)
  afterAll(() => trino.stop())

  // What is in order: the texts, the pattern, and what Trino says of each.
  test.each<[string, string[], JsonValue, (boolean | null)[]]>([
    [
      'texts and numbers are not the same',
      ['{"a":"7"}', '{"a":7}', '{"a":7.0}', '{"a":70e-1}', '{"a":[1,7]}', '{"a":null}', '{}'],
      { a: [7] },
      [false, true, true, true, true, false, false],
    ],
    [
      'what is absent',
      ['{"a":{}}', '{"a":{"b":null}}', '{"a":{"b":[]}}', '{"a":{"b":{"c":1}}}', '{"a":3}'],
      { a: { b: [{ exists: false }] } },
      [true, false, true, true, true],
    ],
    [
      'below a list of objects nothing is sure',
      ['{"a":[{"b":1}]}', '{"a":[1,2]}', '{"a":[[1]],"b":1}', '{"a":{"b":[{"b":1}]}}'],
      { a: { b: [1] } },
      [null, false, null, null],
    ],
    [
      'nor is a name that is one key',
      ['{"a.b":1}', '{"a\\u002eb":1}', '{"a":{"b":1},"t":"a.b"}', '{"t":"\\u00e9"}'],
      { a: { b: [1] } },
      [null, null, null, false],
    ],
    [
      'large numbers are texts',
      ['{"a":9007199254740993}', '{"a":"9007199254740993"}', '{"a":123456789012345}'],
      { a: ['9007199254740993', 123456789012345] },
      [null, true, true],
    ],
    [
      'addresses, however they are written',
      ['{"a":"10.0.0.1"}', '{"a":"10.0.0.2"}', '{"a":"10.0.00.1"}', '{"a":"::ffff:a00:1"}'],
      { a: ['10.0.0.1'] },
      [true, false, null, null],
    ],
    [
      'a block of addresses',
      ['{"a":"10.0.1.255"}', '{"a":"10.0.2.0"}', '{"a":"10.0.1"}', '{"a":"::1"}', '{"a":10}'],
      { a: [{ cidr: '10.0.0.7/23' }] },
      [true, false, false, null, false],
    ],
    [
      'control characters, quotes, what LIKE and expressions take for something else',
      [`{"a":"it's\\n100%_"}`, '{"a":"(x)\\\\[y]"}', '{"a":"its\\n100%_"}'],
      { a: [{ wildcard: "it's\n*%_" }, { 'equals-ignore-case': '(X)\\[Y]' }] },
      [true, true, false],
    ],
  ])('%s', async (_, texts, pattern, expected) => {
    expect(await matchesOf(texts, pattern)).toEqual(expected)
    for (const [n, is] of expected.entries()) {
      if (is !== null) expect([texts[n], decoded(texts[n] ?? '', pattern)]).toEqual([texts[n], is])
    }
  })

  // What ends texts, and what LIKE, expressions and U&'' take for something else.
  const odd = fc.constantFrom(
    ...`'"\\%_.*?$+()[]{}|^-/;&#~ aAß€\u0130\u212a\u{1f600}\n\r\t\0\u2028`,
  )
  const texts = fc.string({ unit: fc.oneof(odd, fc.string({ minLength: 1, maxLength: 1 })) })
  const tests = ['prefix', 'suffix', 'equals-ignore-case', 'exactly'] as const
  test('any text is one value, and no SQL', { timeout: 900_000 }, async () => {
    const all = fc.array(texts, { minLength: 40, maxLength: 40, size: 'max' })
    await fc.assert(
      fc.asyncProperty(all, async (values) => {
        const { rows } = await trino.run(`SELECT ${values.map(trinoText).join(', ')}`)
        expect(rows).toEqual([values])
        const json = values.map((a) => JSON.stringify({ a }))
        for (const [n, value] of values.slice(0, 5).entries()) {
          const name = tests[n % tests.length] ?? 'exactly'
          const each = value === '' ? value : { [name]: value }
          const of = { a: n === 4 ? [value, { 'anything-but': [value, "'"] }] : [each] }
          const expected = json.map((text) => decoded(text, of))
          expect([of, await matchesOf(json, of)]).toEqual([of, expected])
        }
      }),
      { numRuns: campaign(2) },
    )
  })

  const some = fc.array(documents, { minLength: 60, maxLength: 60, size: 'max' })
  test('what Trino is sure of is what the matcher says', { timeout: 900_000 }, async () => {
    const counts = { true: 0, false: 0, null: 0 }
    await fc.assert(
      fc.asyncProperty(some, patterns, async (all: JsonObject[], pattern: JsonObject) => {
        const texts = [...all, ...all.map(withoutNested)].map((each) => JSON.stringify(each))
        const matches = await matchesOf(texts, pattern)
        for (const [n, text] of texts.entries()) {
          const is = matches[n] ?? null
          counts[`${is}`] += 1
          if (is !== null) expect([text, is]).toEqual([text, decoded(text, pattern)])
        }
      }),
      { numRuns: campaign(10) },
    )
    expect(counts.true).toBeGreaterThan(0)
    expect(counts.false).toBeGreaterThan(counts.null)
  })
})
