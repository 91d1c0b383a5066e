import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changesBetween } from '../../src/audit/changes.js'
import type { JsonValue } from '../../src/event/event.js'
import { parsePath, valueAt } from '../../src/event/json-path.js'
import { campaign } from '../helpers/campaign.js'

test.each<[before: JsonValue, after: JsonValue, changes: object[]]>([
  [{ a: 1, b: { c: 2 } }, { a: 1, b: { c: 3 } }, [{ path: '$.b.c', before: 2, after: 3 }]],
  [
    { a: 1 },
    { b: 2 },
    [
      { path: '$.a', before: 1 },
      { path: '$.b', after: 2 },
    ],
  ],
  [{ a: null }, {}, [{ path: '$.a', before: null }]],
  [{ a: [1, 2] }, { a: [1] }, [{ path: '$.a[1]', before: 2 }]],
  [{ a: [1] }, { a: { 0: 1 } }, [{ path: '$.a', before: [1], after: { 0: 1 } }]],
  [
    null,
    { a: 1, b: [1] },
    [
      { path: '$.a', after: 1 },
      { path: '$.b', after: [1] },
    ],
  ],
  [{ a: 1 }, null, [{ path: '$.a', before: 1 }]],
  [null, null, []],
  [null, [1], [{ path: '$', before: null, after: [1] }]],
  [1, '1', [{ path: '$', before: 1, after: '1' }]],
  [{ 'a b.c': 1 }, { 'a b.c': 2 }, [{ path: "$['a b.c']", before: 1, after: 2 }]],
  [{}, { constructor: 1 }, [{ path: '$.constructor', after: 1 }]],
])('from %j to %j', (before, after, changes) => {
  expect(changesBetween(before, after)).toEqual(changes)
})

test('depth has no limit', () => {
  const deep = (inner: string) => JSON.parse('{"a":'.repeat(20_000) + inner + '}'.repeat(20_000))
  const [change, ...others] = changesBetween(deep('1'), deep('2'))
  expect(others).toEqual([])
  expect(change).toEqual({ path: `$${'.a'.repeat(20_000)}`, before: 1, after: 2 })
})

const key = fc.constantFrom('a', 'b', '__proto__', "it's", '1')
const object = fc.letrec<{ value: JsonValue; object: { [key: string]: JsonValue } }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<JsonValue>(null, 1, 'x'),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(key, tie('value')), { maxLength: 4 })
    .map((entries) => Object.fromEntries(entries)),
})).object

test('every change says what is at its path before and after, and equal states have none', () => {
  fc.assert(
    fc.property(object, object, (before, after) => {
      const changes = changesBetween(before, after)
      for (const change of changes) {
        const path = parsePath(change.path)
        expect(change.before).toBe(valueAt(before, path))
        expect(change.after).toBe(valueAt(after, path))
      }
      const sorted = (value: JsonValue) => JSON.stringify(Object.entries(Object(value)).sort())
      if (changes.length === 0) expect(after).toEqual(before)
      expect(changesBetween(before, JSON.parse(JSON.stringify(before))), sorted(before)).toEqual([])
    }),
    { numRuns: campaign(300) },
  )
})
