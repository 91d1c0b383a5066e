import { expect, test } from 'vitest'
import { LatencyMeter } from '../../src/meters/latency.js'
import { resolutionMs } from '../../src/meters/time-grain.js'
import { event, figuresOf } from './fixture.js'

const read = (...events: Parameters<typeof event>[0][]) =>
  figuresOf(new LatencyMeter(), events.map(event))

test('is receivedAt − time of first deliveries that have both', () => {
  const figures = read(
    { id: '1', timeUs: 1_000, receivedAtUs: 3_500 },
    { id: '1', timeUs: 1_000, receivedAtUs: 9_500 },
    { id: '2', timeUs: 1_000 },
    { id: '3', receivedAtUs: 3_500 },
    { timeUs: 1_000, receivedAtUs: 4_500 },
    { timeUs: 1_000, receivedAtUs: 999 },
  )
  expect(figures).toMatchObject({ count: 2, min: 2.5, mean: 3, max: 3.5, skewed: 1 })
})

test('keeps the mean exact from one end of time to the other', () => {
  const end = 2 ** 53 - 1
  const figures = read({ timeUs: -end, receivedAtUs: end }, { timeUs: 0, receivedAtUs: 2 })
  expect(figures).toMatchObject({ count: 2, overflow: 1, mean: 2 ** 53 / 1000, min: 0.002 })
})

test.each([
  ['no times', { times: 0, wholeSeconds: 0, wholeMillis: 0 }, null],
  ['99 of 100 whole seconds', { times: 100, wholeSeconds: 99, wholeMillis: 99 }, 1_000],
  ['98 of 100 whole seconds', { times: 100, wholeSeconds: 98, wholeMillis: 100 }, 1],
  ['98 of 100 whole milliseconds', { times: 100, wholeSeconds: 0, wholeMillis: 98 }, 0.001],
])('the resolution of %s', (_name, grain, expected) => {
  expect(resolutionMs(grain)).toBe(expected)
})

test('the resolution is that of all times of the row, duplicates too, before 1970 too', () => {
  expect(read({ timeUs: -3_000_000 }).resolutionMs).toBe(1_000)
  expect(read({ timeUs: -3_001_000 }).resolutionMs).toBe(1)
  expect(read({ timeUs: 2 ** 53 - 1 }).resolutionMs).toBe(0.001)
  expect(read({ id: '1', timeUs: 1 }, { id: '1', timeUs: 0 }).resolutionMs).toBe(0.001)
  expect(read({ receivedAtUs: 1 }).resolutionMs).toBeNull()
})
