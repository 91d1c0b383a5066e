import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonText, parseBytes, parseJson, readJson, scalarText } from '../../src/event/json.js'

const bytes = (text: string) => new TextEncoder().encode(text)
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

describe('parseJson', () => {
  test.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', '9007199254740992'],
    ['-9007199254740993', '-9007199254740993'],
    ['18446744073709551617', '18446744073709551617'],
    ['1234567890123456.5', 1234567890123456.5],
    ['1e30', 1e30],
    ['0.12345678901234567890', 0.12345678901234568],
    ['"9007199254740993"', '9007199254740993'],
    ['"\\"9007199254740993"', '"9007199254740993'],
    ['"\\\\",9007199254740993', '\\', '9007199254740993'],
    ['true,9007199254740993,false', true, '9007199254740993', false],
  ])('%s keeps its digits', (text, ...values) => {
    expect(parseJson(`[${text}]`)).toEqual(values)
  })

  test.each(['[09007199254740993]', '{9007199254740993:1}', '[9007199254740993"a"]'])(
    '%s stays wrong',
    (text) => {
      expect(() => parseJson(text)).toThrow(SyntaxError)
    },
  )

  test('is JSON.parse for everything else', () => {
    const unsafe = (value: unknown) => Number.isInteger(value) && !Number.isSafeInteger(value)
    const digits = (_: string, value: unknown) => {
      return unsafe(value) && Math.abs(Number(value)) < 1e21 ? String(value) : value
    }
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text, digits))
      }),
    )
  })

  test('keeps integers of any size wherever they stand', () => {
    const integer = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n })
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), integer)), (entries) => {
        const written = entries.map(([key, value]) => `{${JSON.stringify(key)}: ${value}}`)
        const values = parseJson(`[${written.join(',')}]`)
        const kept = entries.map(([key, value]) => {
          const number = Number(value)
          return Object.fromEntries([[key, Number.isSafeInteger(number) ? number : `${value}`]])
        })
        expect(values).toEqual(kept)
      }),
    )
  })

  test.each([
    ['{"a":1,"__proto__":{"x":1},"a":2}', '{"a":1,"__proto__":{"x":1}}'],
    ['{"a" :1 , "a"\t: {"b":[1,{"c":2}]} , "a":3}', '{"a":1}'],
    ['{"a":{"b":1,"b":2},"a":{"b":3}}', '{"a":{"b":1}}'],
    ['[{"a":1,"b":2,"a":[]},{"a":2}]', '[{"a":1,"b":2},{"a":2}]'],
    ['{"\\u0061":1,"a":2,"b":":","c\\\\":0,"c\\\\":1}', '{"a":1,"b":":","c\\\\":0}'],
    ['{"a":9007199254740993,"a":1}', '{"a":"9007199254740993"}'],
    ['{"":1,"":2,"a":"\\":"}', '{"":1,"a":"\\":"}'],
  ])('the first of two equal keys counts, and __proto__ is a key: %s', (text, expected) => {
    expect(jsonText(parseJson(text))).toBe(expected)
  })

  test('the first of equal keys counts at any depth', () => {
    const text = `{"a":1,"b":${nested(1000)},"a":2}`
    expect(jsonText(parseJson(text))).toBe(text.replace(',"a":2', ''))
  })

  test.each([10_000, 1_000_000])('reads and writes %i levels', (depth) => {
    const text = `{"a":[${nested(depth)},9007199254740993,{"b":"\\""}]}`
    expect(jsonText(parseJson(text)) === text.replace(/9\d+/, '"$&"')).toBe(true)
  })
})

describe('what is no JSON but read', () => {
  test.each([
    ['{"a":NaN,"b":Infinity,"c":-Infinity,"d":nan,"e":-iNF}', [null, null, null, null, null]],
    ['{"a":[1,2,],"b":{"c":1,},}', [[1, 2], { c: 1 }]],
    ['{"a":"NaN,]" , }', ['NaN,]']],
    ['{"a":[NaN , ] , "b":9007199254740993}', [[null], '9007199254740993']],
  ])('%s', (text, values) => {
    expect(readJson(text)).toMatchObject({ ok: true })
    const reading = readJson(text)
    expect(reading.ok && Object.values(reading.value ?? {})).toEqual(values)
  })

  const near = ['[,]', '{,}', '[1,,]', '{"a":,}', '[+NaN]', '[NaNa]', '[NaN"a"]', '{NaN:1}', ',']
  test.each([...near, '[1],', "['a']", '[01]', '[TRUE]', '[nul]'])('but not %s', (text) => {
    expect(readJson(text)).toMatchObject({ ok: false, reason: 'not JSON' })
  })

  test('what ends early is cut', () => {
    expect(readJson('{"a":[NaN,],"b":')).toMatchObject({ ok: false, reason: 'cut' })
  })
})

describe('what cannot be read', () => {
  test.each([
    ['{"a":1}x', { reason: 'not JSON', detail: 'is not JSON at character 8' }],
    ['{"a":"end of JSON input at position 99", ,', { reason: 'not JSON' }],
    ['x', { reason: 'not JSON', detail: 'is not JSON' }],
    ['{"a":', { reason: 'cut', detail: 'ends before its JSON does' }],
    ['', { reason: 'cut' }],
  ])('%s', (text, fault) => {
    expect(readJson(text)).toMatchObject({ ok: false, ...fault })
  })

  test('every beginning of an object is cut', () => {
    const text = '{"a":[-1.5e+3,true,null,false,"x\\u00e4\\n"],"ä€😀":{"b":{}} }'
    for (let length = 0; length < text.length; length++) {
      expect(readJson(text.slice(0, length))).toMatchObject({ reason: 'cut' })
    }
    const whole = bytes(text)
    for (let length = 0; length < whole.length; length++) {
      expect(parseBytes(whole.subarray(0, length))).toMatchObject({ reason: 'cut' })
    }
  })

  test.each([
    ['a byte that is never used', [0xff]],
    ['a lonely continuation', [0x22, 0x80, 0x22]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a wrong byte before a cut character', [0x22, 0xff, 0x22, 0xe2, 0x82]],
  ])('%s is not UTF-8', (_, wrong) => {
    expect(parseBytes(Uint8Array.from(wrong))).toEqual({
      ok: false,
      reason: 'not UTF-8',
      detail: 'has bytes that are not UTF-8',
    })
  })

  test('a byte order mark is not taken off', () => {
    expect(parseBytes(bytes('\uFEFF{}'))).toMatchObject({ reason: 'not JSON' })
  })
})

test.each([
  ['x', 'x'],
  ['', ''],
  [42, '42'],
  [-0, '0'],
  [1.5, '1.5'],
  [true, 'true'],
  [null, null],
  [undefined, null],
  [[1], null],
  [{ a: 1 }, null],
])('the key text of %j is %j', (value, text) => {
  expect(scalarText(value)).toBe(text)
})
