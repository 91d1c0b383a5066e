import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parsePattern } from '../../src/event/pattern.js'
import { explainMatch } from '../../src/event/pattern-explain.js'
import { campaign } from '../helpers/campaign.js'
import { naiveMatch } from './naive-pattern.js'
import { documents, patterns } from './patterns.js'

const read = (pattern: unknown) => parsePattern(JSON.stringify(pattern))

test('field by field', () => {
  const pattern = {
    source: ['shop'],
    detail: { total: [{ numeric: ['>', 100] }], state: [{ exists: false }, 'new'], at: ['x'] },
  }
  expect(
    explainMatch(read(pattern), { source: 'shop', detail: { total: 5, at: ['y', 'z'] } }),
  ).toEqual({
    matches: false,
    fields: [
      { path: 'detail.at', wanted: '["x"]', found: '["y","z"]', holds: false },
      { path: 'detail.state', wanted: '["new",{"exists":false}]', found: null, holds: true },
      { path: 'detail.total', wanted: '[{"numeric":[">",100]}]', found: '5', holds: false },
      { path: 'source', wanted: '["shop"]', found: '"shop"', holds: true },
    ],
  })
})

test('of alternatives the one that is nearest', () => {
  const pattern = {
    $or: [
      { a: [1], b: [2] },
      { a: [3], c: [4], d: [5] },
    ],
  }
  const { matches, fields } = explainMatch(read(pattern), { a: 3, c: 4 })
  expect(matches).toBe(false)
  expect(fields.map(({ path, holds }) => [path, holds])).toEqual([
    ['a', true],
    ['c', true],
    ['d', false],
  ])
})

test('values of different elements do not count together', () => {
  const { matches, fields } = explainMatch(read({ l: { a: [1], b: [2] } }), {
    l: [{ a: 1 }, { b: 2 }],
  })
  expect(matches).toBe(false)
  expect(fields.filter(({ holds }) => holds)).toHaveLength(1)
})

test('an event matches where every field holds, and only there', () => {
  fc.assert(
    fc.property(patterns, documents, (pattern, event) => {
      const { matches, fields } = explainMatch(read(pattern), event)
      expect(matches).toBe(naiveMatch(pattern, event))
      expect(fields.every(({ holds }) => holds)).toBe(matches)
    }),
    { numRuns: campaign(2_000) },
  )
})
