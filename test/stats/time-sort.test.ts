import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sortedByTime } from '../../src/stats/time-sort.js'
import { campaign } from '../helpers/campaign.js'

function sorted(times: readonly number[], exact = true): number[] {
  const order = Uint32Array.from(times.keys())
  return [...sortedByTime(order, times.length, Float64Array.from(times), exact)]
}

function naive(times: readonly number[]): number[] {
  return [...times.keys()].sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b)
}

test('random times, equal ones among them', () => {
  const some = fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 300, size: 'max' })
  const far = fc.array(fc.maxSafeInteger(), { maxLength: 100, size: 'max' })
  fc.assert(
    fc.property(fc.oneof(some, far), fc.boolean(), (times, exact) => {
      const isExact = Number.isSafeInteger(Math.max(...times) - Math.min(...times))
      expect(sorted(times, exact && isExact)).toEqual(naive(times))
    }),
    { numRuns: campaign(2_000) },
  )
})

test('what is nearly in order, with records far from their place and clocks far ahead', () => {
  const moves = fc.array(fc.tuple(fc.nat(999), fc.integer({ min: -1e6, max: 1e6 })), {
    maxLength: 40,
  })
  fc.assert(
    fc.property(moves, fc.nat(3), (moved, jitter) => {
      const times = Array.from({ length: 1000 }, (_, n) => n * 2 + ((n * 7) % (jitter + 1)))
      for (const [at, by] of moved) times[at] = (times[at] ?? 0) + by
      expect(sorted(times)).toEqual(naive(times))
    }),
  )
})

test('only the first rows are sorted', () => {
  const order = Uint32Array.from([0, 1, 2, 3, 9, 8])
  const times = Float64Array.from([4, 3, 2, 1])
  expect([...sortedByTime(order, 4, times, true)]).toEqual([3, 2, 1, 0, 9, 8])
})
