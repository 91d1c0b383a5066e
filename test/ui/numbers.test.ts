import { describe, expect, test } from 'vitest'
import {
  alignedOnPoint,
  bytesText,
  countText,
  durationText,
  percentText,
} from '../../src/ui/numbers.js'

describe('a duration', () => {
  test.each([
    [null, '–'],
    [0, '0 ms'],
    [0.001, '1.0 µs'],
    [0.25, '250 µs'],
    [0.9996, '1.0 ms'],
    [1.2, '1.2 ms'],
    [9.96, '10 ms'],
    [22.1, '22 ms'],
    [180.3, '180 ms'],
    [999.6, '1.0 s'],
    [2_140, '2.1 s'],
    [60_900, '61 s'],
    [119_700, '2.0 min'],
    [312_000, '5.2 min'],
    [7_200_000, '2.0 h'],
    [407 * 86_400_000, '407 d'],
    [12_345 * 86_400_000, '12,345 d'],
    [-2_140, '-2.1 s'],
  ])('of %s ms is %s', (ms, text) => expect(durationText(ms)).toBe(text))

  test('has three digits where it stands alone', () => {
    expect([60_900, 5_210.4, 22.14, 999.96].map((ms) => durationText(ms, 3))).toEqual([
      '60.9 s',
      '5.21 s',
      '22.1 ms',
      '1.00 s',
    ])
  })
})

test.each([
  [null, '–'],
  [0, '0'],
  [0.000_000_1, '<0.001%'],
  [0.000_012_3, '0.001%'],
  [0.000_123, '0.012%'],
  [0.003, '0.30%'],
  [0.0125, '1.25%'],
  [0.099_96, '10.0%'],
  [0.1234, '12.3%'],
  [0.9999, '>99.9%'],
  [1, '100%'],
])('the fraction %s is %s', (fraction, text) => expect(percentText(fraction)).toBe(text))

test.each([
  [0, '0'],
  [999, '999'],
  [10_029_993, '10,029,993'],
  [null, '–'],
])('the count %s is %s', (count, text) => expect(countText(count)).toBe(text))

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [481_036_337, '481 MB'],
  [999_999, '1.0 MB'],
  [1_203_000_000, '1.2 GB'],
])('%s bytes are %s', (bytes, text) => expect(bytesText(bytes)).toBe(text))

test('figures are aligned on the decimal point', () => {
  expect(alignedOnPoint(['0.30%', '12.3%', '100%', '0', '–', '<0.001%'])).toEqual([
    '  0.30% ',
    ' 12.3%  ',
    '100%    ',
    '  0     ',
    '  –     ',
    ' <0.001%',
  ])
})
