import { expect, test } from 'vitest'
import { clockAt, momentText, rangeText } from '../../src/ui/times.js'

const at = (iso: string) => Date.parse(iso)

test.each([
  ['2026-11-01T00:00:00Z', '2026-11-01T23:59:30Z', '2026-11-01 00:00 → 23:59'],
  ['2026-11-01T00:00:00Z', '2026-11-03T12:00:00Z', '2026-11-01 00:00 → 2026-11-03 12:00'],
  ['2026-11-01T14:02:07Z', '2026-11-01T14:02:59Z', '2026-11-01 14:02:07 → 14:02:59'],
  [
    '2026-11-01T14:02:07.100Z',
    '2026-11-01T14:02:07.200Z',
    '2026-11-01 14:02:07.100 → 14:02:07.200',
  ],
  ['2026-11-01T14:02:07Z', '2026-11-01T14:02:07Z', '2026-11-01 14:02:07.000'],
])('from %s to %s', (from, to, text) => expect(rangeText(at(from), at(to), 'UTC')).toBe(text))

test('a time zone shifts the clock, also in summer and by half hours', () => {
  const clock = (iso: string, zone: string) => clockAt(at(iso), zone)?.time.slice(0, 5)
  expect(clock('2026-07-01T12:00:00Z', 'Europe/Berlin')).toBe('14:00')
  expect(clock('2026-12-01T12:00:00Z', 'Europe/Berlin')).toBe('13:00')
  expect(clock('2026-12-01T12:00:00Z', 'Asia/Kolkata')).toBe('17:30')
  expect(clock('2026-12-01T12:00:00Z', 'America/New_York')).toBe('07:00')
})

test('what is no time stays as it is', () => {
  expect(momentText('yesterday', 'UTC')).toBe('yesterday')
  expect(clockAt(9e15, 'UTC')).toBeNull()
  expect(momentText('0001-01-01T00:00:00Z', 'Europe/Berlin', 5)).toMatch(/^0001-01-01 00:/)
})
