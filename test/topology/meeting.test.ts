import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../src/event/event.js'
import { parsePattern } from '../../src/event/pattern.js'
import { patternMatcher } from '../../src/event/pattern-match.js'
import { globMatches } from '../../src/topology/glob.js'
import { guardsOf } from '../../src/topology/guards.js'
import { areApart } from '../../src/topology/meeting.js'
import { campaign } from '../helpers/campaign.js'

const names = ['source', 'detail-type', 'replay-name'] as const
const words = fc.constantFrom('shop', 'shop.eu', 'depot', 'aws.s3')

const testOfField: fc.Arbitrary<JsonValue> = fc.oneof(
  words,
  fc.constantFrom<JsonValue>(
    ...[{ prefix: 'shop' }, { suffix: 'eu' }, { 'anything-but': 'depot' }, { exists: true }],
    ...[{ exists: false }, { wildcard: 's*p' }, { 'equals-ignore-case': 'SHOP' }],
  ),
)
const field = fc.array(testOfField, { minLength: 1, maxLength: 3 })
const patterns = fc
  .dictionary(fc.constantFrom(...names), field, { minKeys: 1, maxKeys: 3 })
  .map((pattern): JsonValue => ({ ...pattern }))
const events = fc
  .dictionary(fc.constantFrom(...names), words)
  .map((event): JsonValue => ({ ...event }))

test('no event is of two patterns that are apart', () => {
  const many = fc.array(events, { minLength: 30, maxLength: 60 })
  fc.assert(
    fc.property(patterns, patterns, many, (a, b, some) => {
      if (!areApart(a, b)) return
      const [isA, isB] = [a, b].map((each) => patternMatcher(parsePattern(JSON.stringify(each))))
      expect(some.filter((event) => isA?.(event) && isB?.(event))).toEqual([])
    }),
    { numRuns: campaign(1_000) },
  )
})

describe('what is told of two patterns', () => {
  test.each<[JsonValue, JsonValue, boolean]>([
    [{ source: ['shop'] }, { source: ['depot'] }, true],
    [{ source: ['shop'] }, { source: [{ prefix: 'sh' }] }, false],
    [{ source: [{ prefix: 'a' }] }, { source: [{ prefix: 'b' }] }, true],
    [{ 'replay-name': [{ exists: false }] }, { 'replay-name': [{ exists: true }] }, true],
    [{ source: [`\${Stage}`] }, { source: ['depot'] }, false],
    [{ source: ['shop'] }, null, false],
    // A list may have both, and is not thought of.
    [{ detail: { by: ['a'] } }, { detail: { by: ['b'] } }, true],
    [{ detail: { by: ['a'] } }, { detail: { at: ['b'] } }, false],
    [{ detail: { by: ['a'] } }, { detail: { by: { id: ['a'] } } }, true],
    [{ detail: { by: ['a', `\${By}`] } }, { detail: { by: ['b'] } }, false],
    // What cannot be read tells nothing.
    [{ source: ['shop'] }, { source: [{ numeric: ['>'] }] }, false],
  ])('%j and %j', (a, b, isApart) => {
    expect(areApart(a, b)).toBe(isApart)
    expect(areApart(b, a)).toBe(isApart)
  })
})

test('guards of patterns and of lists of them', () => {
  const absent = { detail: { by: [{ exists: false }] } }
  const limit = { detail: { hops: [{ exists: false }, { numeric: ['>=', 0, '<', 9] }] } }
  expect(guardsOf(absent)).toEqual([{ field: 'detail.by', kind: 'absent' }])
  expect(guardsOf(limit)).toEqual([{ field: 'detail.hops', kind: 'limit' }])
  expect(guardsOf([absent, limit])).toEqual([])
  expect(guardsOf([absent, absent])).toEqual([{ field: 'detail.by', kind: 'absent' }])
  const others = { detail: { price: [{ numeric: ['<', 9] }], hops: [{ numeric: ['<', 9] }, 'x'] } }
  expect(guardsOf(others)).toEqual([])
  expect(guardsOf({ $or: [absent, { source: ['a'] }] })).toEqual([])
  const each = { $or: [absent.detail, { ...absent.detail, kind: ['a'] }] }
  expect(guardsOf({ detail: each })).toEqual([{ field: 'detail.by', kind: 'absent' }])
})

test.each<[string, JsonValue[], boolean]>([
  ['hops', [{ numeric: ['<=', 9] }], true],
  ['hops', [0, 1, { exists: false }], true],
  ['hops', [{ numeric: ['=', 0] }], true],
  ['retry_count', [{ numeric: ['<', 3] }], true],
  ['hops', [{ numeric: ['>', 9] }], false],
  ['hops', [0, { exists: true }], false],
  // What is counted down never gets above a bound.
  ['ttl', [{ numeric: ['>', 0] }], true],
  ['ttl', [{ numeric: ['>', 0, '<', 9] }], true],
  ['ttl', [{ numeric: ['<', 9] }], false],
  ['hopsLeft', [{ numeric: ['>=', 1] }, { exists: false }], true],
  ['remaining-attempts', [{ numeric: ['>', 0] }], true],
  ['price', [1], false],
])('%s %j limits a cycle: %j', (name, tests, isLimit) => {
  const guards = isLimit ? [{ field: `detail.${name}`, kind: 'limit' }] : []
  expect(guardsOf({ detail: { [name]: tests } })).toEqual(guards)
})

test('globs match as IAM has them, however many stars', () => {
  expect(globMatches('sqs:Send*', 'sqs:SendMessage')).toBe(true)
  expect(globMatches('sqs:S?nd*e', 'sqs:SendMessage')).toBe(true)
  expect(globMatches('*', '')).toBe(true)
  expect(globMatches('sqs:Send', 'sqs:SendMessage')).toBe(false)
  expect(globMatches(`${'*a'.repeat(2_000)}b`, 'a'.repeat(4_000))).toBe(false)
})
