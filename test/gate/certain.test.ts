import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { certainVerdict } from '../../src/gate/certain.js'
import { distributionOf, latencyRow } from '../../src/gate/measured.js'
import { parseRule } from '../../src/gate/parse-rule.js'
import { LatencyHistogram } from '../../src/meters/hdr.js'
import { campaign } from '../helpers/campaign.js'
import { Random } from './workloads.js'

const CHANCE = 0.001

/** What was measured of so many latencies of about 20 ms, times a factor. */
function rowOf(samples: number, factor: number, seed: number) {
  const random = new Random(seed)
  const histogram = new LatencyHistogram()
  for (let n = 0; n < samples; n++) {
    histogram.record(Math.round(20_000 * factor * Math.exp(0.6 * random.normal())))
  }
  const figures = latencyRow(histogram.figures())
  return { figures, distribution: distributionOf(figures.latencyMs.hdr), dependence: null }
}

type Row = ReturnType<typeof rowOf>

function certain(rules: readonly string[], row: Row, baseline?: Row) {
  const run = { at: null, commit: null, branch: null, types: [] }
  return certainVerdict(
    rules.map((text) => parseRule(text)),
    {
      measured: { total: row, types: [] },
      windows: [],
      flows: new Map(),
      baseline: baseline ? { name: 'b', runs: [{ ...run, total: baseline }] } : null,
    },
    CHANCE,
  )
}

function withFigures(figures: Partial<Row['figures']>): Row {
  const row = rowOf(0, 1, 1)
  return { ...row, figures: { ...row.figures, ...figures } }
}

const figures = rowOf(0, 1, 1).figures
const duplicates = (count: number, events: number) =>
  withFigures({ events, duplicates: { ...figures.duplicates, count, rate: count / events } })

describe('a limit', () => {
  test.each([
    ['a count beyond it stays so', ['events < 10'], withFigures({ events: 10 }), 'fail'],
    ['a count within it may grow', ['events < 10'], withFigures({ events: 9 }), undefined],
    ['a count that is enough stays so', ['events >= 10'], withFigures({ events: 10 }), 'pass'],
    [
      'a count that is too little may grow',
      ['events >= 10'],
      withFigures({ events: 9 }),
      undefined,
    ],
    ['an exact count that is exceeded', ['events == 9'], withFigures({ events: 10 }), 'fail'],
    ['an exact count that is reached', ['events == 9'], withFigures({ events: 9 }), undefined],
    ['a share that is hardly too large', ['duplicates.rate < 10%'], duplicates(12, 100), undefined],
    ['a share that is far too large', ['duplicates.rate < 10%'], duplicates(40, 100), 'fail'],
    ['a share that is far below', ['duplicates.rate < 10%'], duplicates(1, 1_000), 'pass'],
    ['none of them, so far', ['duplicates.rate == 0%'], duplicates(0, 1_000), undefined],
    ['one where none may be', ['duplicates.rate == 0%'], duplicates(1, 1_000), 'fail'],
    ['only a warning', ['warn events < 10'], withFigures({ events: 10 }), undefined],
    ['one of two is broken', ['events >= 99', 'events < 10'], withFigures({ events: 10 }), 'fail'],
    ['one of two is open', ['events >= 9', 'events < 99'], withFigures({ events: 10 }), undefined],
    ['too few samples', ['latency.p99 < 1ms'], rowOf(900, 1, 3), undefined],
  ] as const)('%s', (_, rules, row, expected) => {
    expect(certain(rules, row)).toBe(expected)
  })

  test('a percentile is certain once its bounds are on one side', () => {
    const row = rowOf(5_000, 1, 7)
    const p99 = row.figures.latencyMs.p99 ?? 0
    const of = (factor: number) => certain([`latency.p99 < ${(p99 * factor).toFixed(3)}ms`], row)
    expect([0.7, 0.99, 1.01, 1.4].map(of)).toEqual(['fail', undefined, undefined, 'pass'])
  })
})

test('a ratio is certain once its bounds are on one side of what is allowed', () => {
  const before = rowOf(20_000, 1, 11)
  const of = (factor: number) =>
    certain(['latency.p99 vs baseline < +10%'], rowOf(20_000, factor, 12), before)
  expect([0.8, 1.1, 1.5].map(of)).toEqual(['pass', undefined, 'fail'])
})

test('who looks often is hardly ever wrong', () => {
  const rule = ['latency.p90 < 43.149ms'] // 20 · exp(0.6 · 1.28155): where it truly is
  const runs = campaign(60)
  let wrong = 0
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 30 }), (seed) => {
      const sizes = [300, 600, 1_200, 2_400]
      wrong += sizes.some((size) => certain(rule, rowOf(size, 1, seed)) !== undefined) ? 1 : 0
    }),
    { numRuns: runs },
  )
  // Two sides of four looks, each with a chance of one in a thousand.
  expect(wrong).toBeLessThanOrEqual(1 + runs * 0.008 * 4)
})
