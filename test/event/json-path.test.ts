import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePath, parsePath, pathText, valueAt } from '../../src/event/json-path.js'
import { usageError } from './usage-error.js'

describe('parsePath', () => {
  test.each([
    ['$', []],
    ['$.a.b', ['a', 'b']],
    ['$.detail-type', ['detail-type']],
    ['$["detail-type"]', ['detail-type']],
    ["$.a.b[0]['x-y']", ['a', 'b', 0, 'x-y']],
    ["$['it\\'s']", ["it's"]],
    ['$["a.b"]["]"]', ['a.b', ']']],
    ["$['']", ['']],
    ['$.größe.@x', ['größe', '@x']],
  ])('%s', (text, path) => {
    expect(parsePath(text)).toEqual(path)
  })

  test.each([
    ['detail.id', '"detail.id" is no path: a path starts with $'],
    ['$.', '"$." is no path: "." cannot follow at character 2'],
    ['$.a..b', '"$.a..b" is no path: "..b" cannot follow at character 4'],
    ['$.a[*]', '"$.a[*]" is no path: "[*]" cannot follow at character 4'],
    ['$.a[-1]', '"$.a[-1]" is no path: "[-1]" cannot follow at character 4'],
    ["$.a['b]", '"$.a[\'b]" is no path: "[\'b]" cannot follow at character 4'],
    ['$x', '"$x" is no path: "x" cannot follow at character 2'],
  ])('%s is refused', (text, message) => {
    expect(usageError(() => parsePath(text))).toEqual({
      message,
      hint: 'paths look like $.detail.orderId, $.items[0].id or $["detail-type"]',
    })
  })

  test('reads what pathText writes', () => {
    const part = fc.oneof(fc.string({ unit: 'grapheme' }), fc.nat())
    fc.assert(
      fc.property(fc.array(part), (path) => {
        expect(parsePath(pathText(path))).toEqual(path)
      }),
    )
  })
})

test('pathText is as short as a person would write it', () => {
  expect(pathText(['detail-type', 0, 'a b'])).toBe("$.detail-type[0]['a b']")
})

describe('valueAt and compilePath', () => {
  const document = JSON.parse(
    '{"a":{"b":[{"c":1},null]},"0":"zero","__proto__":{"x":2},"list":[1],"nothing":null}',
  )
  test.each([
    ['$.a.b[0].c', 1],
    ['$.a.b[1]', null],
    ['$.a.b[1].c', undefined],
    ['$.a.b[2]', undefined],
    ['$.a.b.length', undefined],
    ['$[0]', undefined],
    ["$['0']", 'zero'],
    ['$.__proto__.x', 2],
    ['$.a.__proto__', undefined],
    ['$.constructor', undefined],
    ['$.a.toString.name', undefined],
    ['$.list', [1]],
    ['$.nothing', null],
    ['$.missing.too', undefined],
  ])('%s', (text, value) => {
    const path = parsePath(text)
    expect(valueAt(document, path)).toEqual(value)
    expect(compilePath(path)(document)).toEqual(value)
  })

  test('the empty path is the document', () => {
    expect(compilePath([])('x')).toBe('x')
  })
})
