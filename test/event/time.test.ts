import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseTime, timeText } from '../../src/event/time.js'

const at = (iso: string, us = 0) => ({ timeUs: Date.parse(iso) * 1000 + us })
const format = { fault: 'format' }
const range = { fault: 'range' }

describe('a text in ISO 8601', () => {
  test.each([
    ['2026-11-01T14:02:07Z', at('2026-11-01T14:02:07Z')],
    ['2026-11-01T14:02Z', at('2026-11-01T14:02:00Z')],
    ['2026-11-01 14:02:07', at('2026-11-01T14:02:07Z')],
    ['2026-11-01', at('2026-11-01T00:00:00Z')],
    ['2026-11-01T14:02:07.1Z', at('2026-11-01T14:02:07.100Z')],
    ['2026-11-01T14:02:07.123456Z', at('2026-11-01T14:02:07.123Z', 456)],
    ['2026-11-01T14:02:07.123456999Z', at('2026-11-01T14:02:07.123Z', 456)],
    ['1969-12-31T23:59:59.9999999Z', { timeUs: -1 }],
    ['2026-11-01T14:02:07+02:00', at('2026-11-01T12:02:07Z')],
    ['2026-11-01T14:02:07-0530', at('2026-11-01T19:32:07Z')],
    ['2026-11-01T14:02:07.5+14', at('2026-11-01T00:02:07.500Z')],
    ['2024-02-29T00:00:00Z', at('2024-02-29T00:00:00Z')],
    ['2000-02-29', at('2000-02-29')],
    ['2255-06-05T23:47:34.740991Z', { timeUs: Number.MAX_SAFE_INTEGER }],
    ['1684-07-28T00:12:25.259009Z', { timeUs: -Number.MAX_SAFE_INTEGER }],
    ['2255-06-05T23:47:34.740992Z', range],
    ['0001-01-01T00:00:00Z', range],
    ['0000-02-29', range],
    ['9999-12-31T23:59:59Z', range],
    ['1900-02-29', format],
    ['2026-02-30T00:00:00Z', format],
    ['2026-13-01', format],
    ['2026-00-01', format],
    ['2026-11-01T24:00:00Z', format],
    ['2026-11-01T23:59:60Z', format],
    ['2026-11-01T14:60Z', format],
    ['2026-11-01T14', format],
    ['2026-11-01T14:02:07.Z', format],
    ['2026-11-01T14:02:07,5Z', format],
    ['2026-11-01T14:02:07+24:00', format],
    ['2026-11-01T14:02:07+2', format],
    ['2026-11-01T14:02:07+02:0', format],
    ['2026-11-01T14:02:07 Z', format],
    ['2026-11-01T14:02:07Zulu', format],
    ['01/Nov/2026:14:02:07 +0000', format],
    ['26-11-01', format],
    ['', format],
    ['yesterday', format],
    ['0'.repeat(1_000_000), format],
  ])('%.40s', (text, reading) => {
    expect(parseTime(text)).toEqual(reading)
  })

  test('agrees with Date on every millisecond it can hold', () => {
    const min = new Date('1684-07-29')
    const max = new Date('2255-06-05')
    fc.assert(
      fc.property(fc.date({ min, max, noInvalidDate: true }), (date) => {
        expect(parseTime(date.toISOString())).toEqual({ timeUs: date.getTime() * 1000 })
      }),
    )
  })
})

describe('a number has the unit of its magnitude', () => {
  test.each([
    [1793541727, { timeUs: 1793541727e6 }],
    ['1793541727', { timeUs: 1793541727e6 }],
    [1793541727.113, { timeUs: 1793541727113000 }],
    ['1793541727.1134569', { timeUs: 1793541727113456 }],
    ['1793541727301', { timeUs: 1793541727301000 }],
    ['1793541727301.4567', { timeUs: 1793541727301456 }],
    [1793541727301456, { timeUs: 1793541727301456 }],
    ['1793541727301456.9', { timeUs: 1793541727301456 }],
    ['1793541727301456789', { timeUs: 1793541727301456 }],
    [1.793541727301456e18, { timeUs: 1793541727301456 }],
    ['001793541727', { timeUs: 1793541727e6 }],
    ['20261101', { timeUs: 20261101e6 }],
    [0, { timeUs: 0 }],
    ['-0.0', { timeUs: 0 }],
    [-1, { timeUs: -1e6 }],
    ['-0.0000001', { timeUs: -1 }],
    [-1e-7, { timeUs: -1 }],
    [1e-7, { timeUs: 0 }],
    ['-1793541727301456789', { timeUs: -1793541727301457 }],
    [99_999_999_999, range],
    [100_000_000_000, { timeUs: 1e14 }],
    ['99999999999999', range],
    ['100000000000000', { timeUs: 1e14 }],
    ['99999999999999999', range],
    ['100000000000000000', { timeUs: 1e14 }],
    ['9007199254740991', { timeUs: Number.MAX_SAFE_INTEGER }],
    ['9007199254740992', range],
    [1e300, range],
    ['1e9', format],
    ['+5', format],
    ['.5', format],
  ])('%s', (value, reading) => {
    expect(parseTime(value)).toEqual(reading)
  })
})

test.each([null, undefined, {}, [1]])('%j is no time at all', (value) => {
  expect(parseTime(value)).toBeNull()
})

test('a boolean is a time in a wrong format', () => {
  expect(parseTime(true)).toEqual(format)
})

describe('timeText', () => {
  test.each([
    [0, '1970-01-01T00:00:00.000Z'],
    [1793541727113456, '2026-11-01T14:02:07.113456Z'],
    [-1, '1969-12-31T23:59:59.999999Z'],
  ])('%i', (timeUs, text) => {
    expect(timeText(timeUs)).toBe(text)
  })

  test('is read back as the same microsecond', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (timeUs) => {
        expect(parseTime(timeText(timeUs))).toEqual({ timeUs })
      }),
    )
  })
})
