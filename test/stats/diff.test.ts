import fc from 'fast-check'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { describe, expect, test } from 'vitest'
import { LatencyHistogram } from '../../src/meters/hdr.js'
import { compare } from '../../src/stats/diff/compare.js'
import { percentileScore, type Samples, shareScore } from '../../src/stats/diff/unusual.js'
import type { LatencyFigures, TypeRow } from '../../src/stats/result.js'
import { bareRow, iso, result, row, typeRow } from '../ui/results.js'

const SEED = 20_261_126
const random = xoroshiro128plus(SEED)
const uniform = () => (random.next() >>> 0) / 2 ** 32

/** Exponential latencies with this median. */
function exponential(count: number, medianUs: number, resolutionUs = 1): Samples {
  const values = Array.from({ length: count }, () => {
    const us = (-Math.log(1 - uniform()) * medianUs) / Math.LN2
    return Math.round(us / resolutionUs) * resolutionUs
  }).sort((a, b) => a - b)
  const buckets = values.map((us) => ({ lowest: us, highest: us, count: 1 }))
  return { buckets, total: count, resolutionUs }
}

describe('the score of two shares', () => {
  const share = fc
    .tuple(fc.nat(100_000), fc.nat(100_000))
    .map(([events, others]) => ({ events, of: events + others }))

  test('is the same from the other side, with the other sign', () => {
    fc.assert(
      fc.property(share, share, (a, b) => {
        const [one, other] = [shareScore(a, b), shareScore(b, a)]
        expect((one ?? 0) + (other ?? 0)).toBeCloseTo(0, 9)
      }),
    )
  })

  test('is never more than the difference itself, and more with more events', () => {
    const score = (n: number) =>
      shareScore({ events: 2 * n, of: 100 * n }, { events: n, of: 100 * n })
    const scores = [1, 10, 100, 10_000, 1_000_000].map((n) => score(n) ?? 0)
    expect(scores[0]).toBe(0)
    expect(scores).toEqual([...scores].sort((a, b) => a - b))
    expect(scores.at(-1)).toBeLessThan(Math.log(2))
    expect(scores.at(-1)).toBeGreaterThan(Math.log(2) - 0.01)
  })

  test('none at all is compared too, and nothing of nothing is not', () => {
    expect(shareScore({ events: 0, of: 10_000 }, { events: 100, of: 10_000 })).toBeLessThan(-0.5)
    expect(shareScore({ events: 0, of: 10_000 }, { events: 2, of: 10_000 })).toBe(-0)
    expect(shareScore({ events: 0, of: 0 }, { events: 1, of: 10 })).toBeNull()
  })

  test(`is seldom there without a difference (seed ${SEED})`, () => {
    const draw = () => Array.from({ length: 500 }, uniform).filter((x) => x < 0.05).length
    const found = Array.from({ length: 2_000 }, () =>
      shareScore({ events: draw(), of: 500 }, { events: draw(), of: 500 }),
    ).filter((score) => score !== 0 && score !== null)
    expect(found.length).toBeLessThanOrEqual(8)
  })
})

describe('the score of two percentiles', () => {
  test(`is seldom there without a difference (seed ${SEED})`, () => {
    const found = Array.from({ length: 400 }, () =>
      percentileScore(exponential(1_000, 20_000), exponential(1_000, 20_000), 0.99),
    ).filter((score) => score !== 0)
    expect(found.length).toBeLessThanOrEqual(4)
  })

  test.each([0.5, 0.9, 0.99])('p%d of twice the latency is near twice, and not more', (p) => {
    const [a, b] = [exponential(200_000, 40_000), exponential(200_000, 20_000)]
    const score = percentileScore(a, b, p)
    expect(score).toBeGreaterThan(Math.log(1.7))
    expect(score).toBeLessThan(Math.log(2.02))
    expect(percentileScore(b, a, p)).toBeCloseTo(-score, 9)
  })

  test('a difference below the resolution of the times is none', () => {
    const second = 1_000_000
    const at = (us: number): Samples => ({
      buckets: [{ lowest: us, highest: us, count: 100_000 }],
      total: 100_000,
      resolutionUs: second,
    })
    expect(percentileScore(at(0), at(second), 0.5)).toBe(0)
    expect(percentileScore(at(5 * second), at(second), 0.5)).toBeCloseTo(Math.log(5 / 1.999999), 5)
  })
})

describe('two results', () => {
  const latency = (count: number, ms: number): LatencyFigures => {
    const histogram = new LatencyHistogram()
    for (let i = 0; i < count; i += 1) histogram.record(Math.round(ms * 1_000 * (0.5 + i / count)))
    return histogram.figures()
  }
  const slow = (type: TypeRow, ms: number): TypeRow => ({
    ...type,
    latencyMs: latency(type.events, ms),
  })
  const names = (a: TypeRow[], b: TypeRow[]) =>
    compare(result(a), result(b)).types.map(({ type, only }) => (only ? `${type} ${only}` : type))

  test('types of one side come first, the largest of them first', () => {
    const both = typeRow('', 'both', 9_000)
    const [x, y, z] = [typeRow('', 'x', 5), typeRow('', 'y', 700), typeRow('', 'z', 40)]
    expect(names([both, x, y], [both, z])).toEqual(['y a', 'z b', 'x a', 'both'])
  })

  test('then what differs more at least, not what differs more', () => {
    const types = (few: number, many: number) => [
      slow(typeRow('', 'few', 30), few),
      slow(typeRow('', 'many', 20_000), many),
      slow(typeRow('', 'same', 90_000), 20),
    ]
    const diff = compare(result(types(35, 30)), result(types(20, 20)))
    expect(diff.types.map(({ type }) => type)).toEqual(['many', 'few', 'same'])
    const [most] = diff.types
    expect(most?.unusual?.figure).toMatch(/^latency\.p/)
    expect(most?.unusual?.atLeast).toBeGreaterThan(0.4)
    expect(most?.unusual?.atLeast).toBeLessThan(0.52)
    expect(diff.types.at(-1)?.unusual).toBeNull()
  })

  test('a difference is A less B, and a share of B', () => {
    const { total } = compare(result([typeRow('', 'a', 1_500)]), result([typeRow('', 'a', 1_000)]))
    expect(total.difference.events).toEqual({ absolute: 500, relative: 0.5 })
    expect(total.difference.share).toMatchObject({ a: 1, b: 1, absolute: 0, atLeast: 0 })
    expect(total.difference.latencyMs.p90).toMatchObject({ atLeast: 0 })
  })

  test('what a side does not claim is not compared', () => {
    const bare = { type: 'a', source: '', ...bareRow(1_000) }
    const { types } = compare(result([typeRow('', 'a', 1_000)]), result([bare]))
    const { difference } = types[0] ?? expect.fail('a type is missing')
    const nothing = { absolute: null, relative: null, atLeast: null }
    expect(difference.latencyMs.p50).toEqual(nothing)
    expect(difference.latencyMs.p999).toEqual(nothing)
    expect(difference.duplicates.rate).toEqual(nothing)
    expect(difference.ordering.ratio).toEqual(nothing)
    expect(difference.distinct).toEqual({ absolute: null, relative: null })
  })

  test('of zero there is no share', () => {
    const none = { ...typeRow('', 'a', 1_000), duplicates: { ...row(0).duplicates, rate: 0 } }
    const { total } = compare(
      { ...result([]), total: row(1_000) },
      { ...result([none]), total: none },
    )
    expect(total.difference.duplicates.rate).toMatchObject({ absolute: 0.003, relative: null })
  })

  test('rates are by the selection where it has both ends, else by the arrivals', () => {
    const hour = Date.UTC(2026, 10, 1) * 1_000
    const selection = { since: iso(hour), until: iso(hour + 100_000_000) }
    const a = result([typeRow('', 'a', 1_000)], { selection })
    const b = result([typeRow('', 'a', 86_340)])
    const { perSecond } = compare(a, b).total.difference
    expect(perSecond).toEqual({ a: 10, b: 1, absolute: 9, relative: 9 })
  })

  test('a side of no length has no rate', () => {
    const moment = iso(0)
    const span = {
      firstTime: moment,
      lastTime: moment,
      firstReceivedAt: null,
      lastReceivedAt: null,
    }
    const one = result([typeRow('', 'a', 1)], { span })
    expect(compare(one, one).total.difference.perSecond.a).toBeNull()
  })

  test('compared with itself nothing differs', () => {
    const types = [typeRow('shop', 'a', 12_000), typeRow('', 'b', 3)]
    const diff = compare(result(types), result(types))
    expect(diff.types.filter(({ only, unusual }) => only !== null || unusual !== null)).toEqual([])
  })
})
