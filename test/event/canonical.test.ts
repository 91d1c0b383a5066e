import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  canonicalText,
  differenceOf,
  leftOutAt,
  nothingLeftOut,
} from '../../src/event/canonical.js'
import type { JsonValue } from '../../src/event/event.js'

const json = fc.jsonValue().map((value): JsonValue => JSON.parse(JSON.stringify(value)))

describe('canonicalText', () => {
  test.each<[JsonValue, string]>([
    [null, 'null'],
    ['a"b', '"a\\"b"'],
    [{ b: 1, a: [null, { d: null, c: true }] }, '{"a":[null,{"c":true}],"b":1}'],
    [{}, '{}'],
    [[], '[]'],
    [JSON.parse('{"__proto__": {"x": 1}}'), '{"__proto__":{"x":1}}'],
  ])('%j', (value, text) => expect(canonicalText(value)).toBe(text))

  test('is JSON that says the same, whatever the order of keys', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalText(value)
        expect(canonicalText(JSON.parse(text))).toBe(text)
        expect(canonicalText(reversed(value))).toBe(text)
      }),
    )
  })

  test('of any depth', () => {
    let deep: JsonValue = 1
    for (let n = 0; n < 20_000; n++) deep = n % 2 ? [deep] : { a: deep }
    expect(canonicalText(deep)).toHaveLength(1 + 10_000 * 2 + 10_000 * 6)
  })

  test('leaves out what is not wanted, at its place alone', () => {
    const document = { id: 1, a: { id: 2, list: [{ id: 3 }, 4] } }
    const leftOut = leftOutAt(document, [['id'], ['a', 'list', 0, 'id'], ['a', 'none', 'x'], []])
    expect(canonicalText(document, leftOut)).toBe('{"a":{"id":2,"list":[{},4]}}')
    expect(canonicalText(document.a, leftOut)).toBe('{"id":2,"list":[{},4]}')
  })
})

describe('differenceOf', () => {
  const none = [nothingLeftOut, nothingLeftOut] as const

  test.each<[JsonValue, JsonValue, (string | number)[] | null]>([
    [{ a: 1 }, { a: 1, b: null }, null],
    [{ a: 1, b: 2 }, { b: 3, a: 2 }, ['a']],
    [{ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, ['a', 1, 'b']],
    [{ a: [1] }, { a: [1, 2] }, ['a']],
    [{ a: {} }, { a: [] }, ['a']],
    [1, 2, []],
  ])('%j and %j', (a, b, path) => expect(differenceOf(a, b, none)).toEqual(path))

  test('is where the canonical texts differ', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(differenceOf(a, b, none) === null).toBe(canonicalText(a) === canonicalText(b))
      }),
    )
  })
})

function reversed(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(reversed)
  const entries = Object.entries(value).map(([key, member]) => [key, reversed(member)] as const)
  return Object.fromEntries(entries.reverse())
}
