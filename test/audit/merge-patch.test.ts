import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergePatch } from '../../src/audit/merge-patch.js'
import type { JsonValue } from '../../src/event/event.js'
import { campaign } from '../helpers/campaign.js'

// The table of RFC 7396, appendix A.
describe('the examples of RFC 7396', () => {
  test.each<[target: string, patch: string, merged: string]>([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', 'null', 'null'],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('%s, %s', (target, patch, merged) => {
    expect(JSON.stringify(mergePatch(JSON.parse(target), JSON.parse(patch)))).toBe(merged)
  })
})

test('keys that JavaScript has meanings for are keys', () => {
  const target = JSON.parse('{"__proto__":{"a":1},"toString":1}')
  const patch = JSON.parse('{"constructor":{"prototype":1},"__proto__":{"b":2},"toString":null}')
  const merged = '{"__proto__":{"a":1,"b":2},"constructor":{"prototype":1}}'
  expect(JSON.stringify(mergePatch(target, patch))).toBe(merged)
  expect(JSON.stringify(mergePatch({}, JSON.parse('{"toString":{"a":1}}')))).toBe(
    '{"toString":{"a":1}}',
  )
  expect(Object.getPrototypeOf({})).toBe(Object.prototype)
  expect('b' in {}).toBe(false)
})

test('depth has no limit', () => {
  const deep = (inner: string) => JSON.parse('{"a":'.repeat(50_000) + inner + '}'.repeat(50_000))
  let at = mergePatch(deep('{"x":1}'), deep('{"y":2,"x":null}'))
  for (let depth = 0; depth < 50_000; depth++) at = Object(at)['a']
  expect(at).toEqual({ y: 2 })
})

const key = fc.constantFrom('a', 'b', '__proto__', 'constructor', '1')
const json = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<JsonValue>(null, 1, 'x', true),
    fc.array(tie('value'), { maxLength: 2 }),
    fc
      .array(fc.tuple(key, tie('value')), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  ),
})).value

/** The pseudocode of RFC 7396, section 2, on entries. */
function naive(target: JsonValue, patch: JsonValue): JsonValue {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const isObject = typeof target === 'object' && target !== null && !Array.isArray(target)
  const entries = new Map(isObject ? Object.entries(target) : [])
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) entries.delete(name)
    else entries.set(name, naive(entries.get(name) ?? null, value))
  }
  return Object.fromEntries(entries)
}

test('it is the pseudocode of RFC 7396, and changes neither value', () => {
  fc.assert(
    fc.property(json, json, (target, patch) => {
      const before = JSON.stringify([target, patch])
      expect(JSON.stringify(mergePatch(target, patch))).toBe(JSON.stringify(naive(target, patch)))
      expect(JSON.stringify([target, patch])).toBe(before)
    }),
    { numRuns: campaign(300) },
  )
})
