import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  compareSequence,
  compareText,
  integerText,
  sequenceFitsDouble,
  sequenceSort,
} from '../../src/event/sequence.js'

test.each([
  [42, '42'],
  ['42', '42'],
  ['+0042', '42'],
  ['-007', '-7'],
  ['-0', '0'],
  [-0, '0'],
  [5.0, '5'],
  [1e3, '1000'],
  [1e21, '1000000000000000000000'],
  ['49590338271490256608559692538361571095921575989136588898', undefined],
  [1.5, null],
  ['5.0', null],
  ['1e3', null],
  ['', null],
  [' 1', null],
  ['٣', null],
  [true, null],
  [null, null],
  [[1], null],
  ['1'.repeat(1000), null],
])('the integer of %j', (value, text) => {
  expect(integerText(value)).toBe(text === undefined ? value : text)
})

describe('sequenceSort', () => {
  test.each([
    ['42', '100242'],
    ['0', '10010'],
    ['-42', '099757'],
  ])('%s', (integer, text) => {
    expect(sequenceSort(integer, 'integer')).toBe(text)
  })

  test('orders integers of up to 60 digits as numbers', () => {
    const integer = fc.oneof(
      fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }),
      fc.bigInt({ min: -1000n, max: 1000n }),
    )
    fc.assert(
      fc.property(integer, integer, (a, b) => {
        const [x, y] = [sequenceSort(`${a}`, 'integer'), sequenceSort(`${b}`, 'integer')]
        expect([x < y, x === y]).toEqual([a < b, a === b])
        expect(Math.sign(compareSequence(`${a}`, `${b}`, 'integer'))).toBe(a < b ? -1 : +(a > b))
      }),
    )
  })

  test('a text is compared as it is', () => {
    expect(compareSequence('10', '9', 'text')).toBeLessThan(0)
    expect(compareSequence('10', '9', 'integer')).toBeGreaterThan(0)
  })
})

test('15 digits fit a double', () => {
  const fits = ['9'.repeat(15), `-${'9'.repeat(15)}`, '9'.repeat(16), `-${'9'.repeat(16)}`]
  expect(fits.map(sequenceFitsDouble)).toEqual([true, true, false, false])
})

test('compareText has the order of UTF-8 bytes', () => {
  const text = fc.string({ unit: 'binary', maxLength: 4 })
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
    }),
  )
  expect(compareText('\u{1F600}', '\uFFFD')).toBeGreaterThan(0)
})
