import { describe, expect, test } from 'vitest'
import { parseDurationMs, parseTime } from '../../src/cli/time.js'
import { EvtError } from '../../src/errors.js'

const nowMs = Date.UTC(2026, 10, 21, 12)

describe('a duration', () => {
  test.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['15m', 900_000],
    ['1.5h', 5_400_000],
    ['7d', 604_800_000],
    ['2w', 1_209_600_000],
  ])('%s is %i ms', (text, ms) => expect(parseDurationMs(text)).toBe(ms))

  test.each(['', '5', 'm', '-5m', '1y', '1h30m'])('%j is none', (text) =>
    expect(parseDurationMs(text)).toBeUndefined(),
  )
})

describe('a time', () => {
  test.each([
    ['15m', '2026-11-21T11:45:00.000Z'],
    ['2026-11-01', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01T14:00', '2026-11-01T14:00:00.000Z'],
    ['2026-11-01 14:00:05', '2026-11-01T14:00:05.000Z'],
    ['2026-11-01T14:00:00+02:00', '2026-11-01T12:00:00.000Z'],
    ['2026-11-01T14:00:00+0200', '2026-11-01T12:00:00.000Z'],
    ['2026-11-01T14:00:00.5Z', '2026-11-01T14:00:00.500Z'],
  ])('%s is %s', (text, iso) => expect(parseTime(text, nowMs)).toBe(Date.parse(iso) * 1_000))

  test('keeps its microseconds', () => {
    const us = Date.UTC(2026, 10, 1) * 1_000 + 123_456
    expect(parseTime('2026-11-01T00:00:00.123456789Z', nowMs)).toBe(us)
  })

  test.each(['', 'now', '2026-02-30', '2026-13-01', '2026-11-01T25:00', '1762000000', '99999999w'])(
    '%j is refused',
    (text) => expect(() => parseTime(text, nowMs)).toThrow(EvtError),
  )
})
