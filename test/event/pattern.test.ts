import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../src/event/event.js'
import { parseJson } from '../../src/event/json.js'
import { parsePattern } from '../../src/event/pattern.js'
import { patternMatcher } from '../../src/event/pattern-match.js'
import { campaign } from '../helpers/campaign.js'
import { naiveMatch } from './naive-pattern.js'
import { documents, patterns } from './patterns.js'
import { usageError } from './usage-error.js'

const isMatch = (pattern: unknown, document: JsonValue) =>
  patternMatcher(parsePattern(JSON.stringify(pattern)))(document)

const people = {
  people: [
    { first: 'John', last: 'Doe' },
    { first: 'Anna', last: 'Smith' },
    {
      first: 'Peter',
      last: 'Jones',
      pets: [
        { name: 'Rex', age: 3 },
        { name: 'Tom', age: 4 },
      ],
    },
  ],
}

describe('what a value may be', () => {
  test.each<[unknown, JsonValue, boolean]>([
    ['a', 'a', true],
    ['a', 'A', false],
    ['1', 1, false],
    [1, 1, true],
    [3.018e2, 301.8, true],
    [null, null, true],
    [null, 'null', false],
    [true, true, true],
    [true, 'true', false],
    ['', '', true],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['::ffff:a00:1', '10.0.0.1', true],
    ['10.0.0.256', '10.0.0.256', true],
    [{ prefix: 'ab' }, 'abc', true],
    [{ prefix: 'b' }, 'abc', false],
    [{ prefix: '1' }, 12, false],
    [{ suffix: 'bc' }, 'abc', true],
    [{ prefix: { 'equals-ignore-case': 'AB' } }, 'abc', true],
    [{ suffix: { 'equals-ignore-case': '.PNG' } }, 'a.png', true],
    [{ suffix: { 'equals-ignore-case': '.PNG' } }, 'a_png', false],
    [{ 'equals-ignore-case': 'straße' }, 'STRASSE', true],
    [{ 'equals-ignore-case': 'A.B' }, 'a.b', true],
    [{ 'equals-ignore-case': 'A.B' }, 'a.b\n', false],
    [{ 'equals-ignore-case': 'ab' }, 'abc', false],
    [{ wildcard: 'a*c' }, 'ac', true],
    [{ wildcard: 'a*c' }, 'a\nbc', true],
    [{ wildcard: 'a*a' }, 'a', false],
    [{ wildcard: '*b*b*' }, 'abb', true],
    [{ wildcard: '*b*b' }, 'ab', false],
    [{ wildcard: 'a\\*\\\\*' }, 'a*\\b', true],
    [{ wildcard: 'a\\*' }, 'ab', false],
    [{ 'anything-but': 'a' }, 'b', true],
    [{ 'anything-but': 'a' }, 'a', false],
    [{ 'anything-but': 'a' }, null, true],
    [{ 'anything-but': ['a', 'b'] }, 'b', false],
    [{ 'anything-but': [1, 2] }, 2, false],
    [{ 'anything-but': [1, 2] }, '2', true],
    [{ 'anything-but': { prefix: 'a' } }, 'abc', false],
    [{ 'anything-but': { prefix: ['x', 'a'] } }, 'abc', false],
    [{ 'anything-but': { suffix: 'a' } }, 5, true],
    [{ 'anything-but': { 'equals-ignore-case': ['A', 'b'] } }, 'B', false],
    [{ 'anything-but': { wildcard: '*/lib/*' } }, 'a/lib/b', false],
    [{ numeric: ['>', 0, '<=', 5] }, 5, true],
    [{ numeric: ['>', 0, '<=', 5] }, 0, false],
    [{ numeric: ['>', 0] }, '1', false],
    [{ numeric: ['<', 1e300] }, 1e299, true],
    [{ cidr: '10.0.0.9/24' }, '10.0.0.1', true],
    [{ cidr: '10.0.0.0/23' }, '10.0.1.255', true],
    [{ cidr: '10.0.0.0/23' }, '10.0.2.0', false],
    [{ cidr: '::/0' }, '10.0.0.1', false],
    [{ cidr: 'fe80::/10' }, 'fe90::2', true],
    [{ exists: true }, null, true],
    [{ exists: false }, null, false],
    [{ exactly: '1' }, '1', true],
    [{ exactly: '::1' }, '0::1', false],
  ])('%j and %j: %s', (value, found, expected) => {
    expect(isMatch({ a: [value] }, { a: found })).toBe(expected)
  })
})

describe('which fields are meant', () => {
  test.each<[string, unknown, JsonValue, boolean]>([
    ['one of several values', { a: ['x', 'y'] }, { a: 'y' }, true],
    ['every field', { a: ['x'], b: ['y'] }, { a: 'x' }, false],
    ['a field that is absent', { a: ['x'] }, {}, false],
    ['a list of which one matches', { a: ['x'] }, { a: ['y', 'x'] }, true],
    ['a list in lists', { a: ['x'] }, { a: [['y'], [['x']]] }, true],
    ['an empty list is no value', { a: [{ exists: true }] }, { a: [] }, false],
    ['an object is no value', { a: [{ exists: false }] }, { a: { b: 1 } }, true],
    ['absent or a value', { a: [{ exists: false }, 'x'] }, { a: 'y' }, false],
    ['absent or this value', { a: [{ exists: false }, 'x'] }, { a: 'x' }, true],
    ['names with dots', { a: { b: ['x'] } }, { 'a.b': 'x' }, true],
    ['names with dots in patterns', { a: { 'b.c': ['x'] } }, { a: { b: { c: 'x' } } }, true],
    ['names that all objects have', { constructor: [{ exists: false }] }, {}, true],
    ['integers of any size', { n: ['9007199254740993'] }, { n: '9007199254740993' }, true],
    ['$or', { a: ['x'], $or: [{ b: [1] }, { c: [1] }] }, { a: 'x', c: 1 }, true],
    ['neither of $or', { a: ['x'], $or: [{ b: [1] }, { c: [1] }] }, { a: 'x', c: 2 }, false],
    [
      '$or in $or',
      { $or: [{ a: [1], $or: [{ b: [1] }, { c: [1] }] }, { d: [1] }] },
      { a: 1 },
      false,
    ],
    ['one element', { people: { first: ['Anna'], last: ['Smith'] } }, people, true],
    ['two elements', { people: { first: ['Anna'], last: ['Jones'] } }, people, false],
    [
      'elements of elements',
      { people: { last: ['Jones'], pets: { name: ['Rex'], age: [4] } } },
      people,
      false,
    ],
    [
      'absent in the element that was chosen before',
      { people: { first: ['Anna'], pets: { name: [{ exists: false }] } } },
      people,
      true,
    ],
    [
      'absent in all elements, where it comes first',
      { people: { first: [{ exists: false }], last: ['Smith'] } },
      people,
      false,
    ],
  ])('%s', (_, pattern, document, expected) => {
    expect(isMatch(pattern, document)).toBe(expected)
  })

  test('lists may be nested without end', () => {
    const deep = parseJson(`{"a":${'[0,'.repeat(50_000)}"x"${']'.repeat(50_000)}}`)
    expect(isMatch({ a: ['x'] }, deep)).toBe(true)
    expect(isMatch({ a: ['y'] }, deep)).toBe(false)
  })

  test('many elements that nearly match are no trouble', () => {
    const some = Array.from({ length: 50_000 }, (_, n) => ({ a: n % 2, b: n % 3 === 0 ? 1 : 0 }))
    const document = { l: some.map(({ a, b }) => ({ a, b, c: a + b === 2 ? 0 : 1 })), m: some }
    expect(isMatch({ l: { a: [1], b: [1], c: [1] }, m: { a: [1], b: [1] } }, document)).toBe(false)
  })
})

test('a pattern matches what the naive model says', () => {
  let matches = 0
  let runs = 0
  fc.assert(
    fc.property(patterns, documents, (pattern, document) => {
      const expected = naiveMatch(pattern, document)
      expect(isMatch(pattern, document)).toBe(expected)
      runs += 1
      if (expected) matches += 1
    }),
    { numRuns: campaign(10_000) },
  )
  expect(matches).toBeGreaterThan(runs / 50)
})

describe('what is no pattern', () => {
  test.each<[string, string, string | undefined]>([
    ['[]', 'a pattern is an object of fields, not []', undefined],
    ['{}', 'the pattern has no fields', undefined],
    ['{"a":', 'the pattern ends before its JSON does', undefined],
    ['{"a":[1],}', 'the pattern is not JSON: NaN, or a comma before a bracket', undefined],
    ['{"a":["x"],"a":["y"]}', 'the pattern has a key twice in one object', undefined],
    ['{"a":"x"}', 'a is "x", no list of values', 'write "a": ["x"]'],
    ['{"a":{"prefix":"x"}}', 'a.prefix is "x", no list of values', 'write "a": [{"prefix": "x"}]'],
    ['{"a":{"b":{}}}', 'a.b has no fields', undefined],
    ['{"a":[]}', 'a has an empty list', undefined],
    ['{"a":[[1]]}', 'a: [1] is no value', 'lists hold values'],
    ['{"a":[{"perfix":"x"}]}', 'a: unknown operator perfix', 'did you mean prefix?'],
    ['{"a":[{"__proto__":"x"}]}', 'a: unknown operator __proto__', undefined],
    ['{"a":[{"prefix":5}]}', 'a: prefix takes a text, not 5', undefined],
    [
      '{"a":[{"prefix":"a","suffix":"b"}]}',
      'a: {"prefix":"a","suffix":"b"} is not one operator',
      undefined,
    ],
    ['{"a":[{"prefix":{"wildcard":"x"}}]}', 'a: unknown operator wildcard in prefix', undefined],
    ['{"a":[{"wildcard":"x**"}]}', 'a: wildcard "x**" has two * in a row', undefined],
    [
      '{"a":[{"wildcard":"\\\\x"}]}',
      'a: wildcard "\\\\x" has a \\ before neither * nor \\',
      undefined,
    ],
    ['{"a":[{"anything-but":[]}]}', 'a: anything-but has an empty list', undefined],
    [
      '{"a":[{"anything-but":[1,"x"]}]}',
      'a: anything-but takes texts or numbers, not [1,"x"]',
      undefined,
    ],
    [
      '{"a":[{"anything-but":{"prefix":""}}]}',
      'a: anything-but prefix takes a text that is not empty',
      undefined,
    ],
    ['{"a":[{"numeric":[">","5"]}]}', 'a: numeric takes comparisons, not [">","5"]', undefined],
    [
      '{"a":[{"numeric":["<",5,">",0]}]}',
      'a: numeric takes comparisons, not ["<",5,">",0]',
      undefined,
    ],
    [
      '{"a":[{"numeric":[">",5,"<",5]}]}',
      'a: numeric takes comparisons, not [">",5,"<",5]',
      undefined,
    ],
    [
      '{"a":[{"cidr":"10.0.0.0/32"}]}',
      'a: cidr takes a block of addresses, not "10.0.0.0/32"',
      undefined,
    ],
    ['{"a":[{"exists":1}]}', 'a: exists is true or false, not 1', undefined],
    ['{"$or":[{"a":[1]}]}', '$or takes two objects or more', undefined],
    ['{"$or":[{"prefix":"x"},{"a":[1]}]}', '$or takes fields, not the operator prefix', undefined],
    ['{"a":[1],"$or":[{"a":[2]},{"b":[1]}]}', 'a stands in the pattern twice', undefined],
  ])('%s', (text, message, hint) => {
    const error = usageError(() => parsePattern(text))
    expect(error.message).toBe(message)
    if (hint !== undefined) expect(error.hint).toBe(hint)
  })

  test('more combinations and deeper than anybody needs', () => {
    const or = (n: number) => `{"a":{"$or":[{"x${n}":[1]},{"y${n}":[1]}]}}`
    const many = JSON.stringify(
      Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`k${n}`, JSON.parse(or(n))])),
    )
    expect(usageError(() => parsePattern(many)).message).toContain('more than 1000 combinations')
    const deep = `${'{"a":'.repeat(600)}[1]${'}'.repeat(600)}`
    expect(usageError(() => parsePattern(deep)).message).toContain('deeper than 500 objects')
  })
})
