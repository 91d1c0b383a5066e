import { judgeRules, verdictOf } from '../../src/gate/judge.js'
import { distributionOf, type GateRow, latencyRow } from '../../src/gate/measured.js'
import { parseRule } from '../../src/gate/parse-rule.js'
import { type CheckResult, percentileNames } from '../../src/gate/result.js'
import type { CheckRun } from '../../src/gate/run.js'
import { LatencyHistogram } from '../../src/meters/hdr.js'
import { hostileNames } from './pages.js'

type Checked = Pick<CheckRun, 'result' | 'curves' | 'run'>

/** 2,000 latencies from 20 ms on, times a factor. */
function rowOf(slow: number, samples = 2_000): GateRow {
  const histogram = new LatencyHistogram()
  for (let n = 0; n < samples; n++) {
    histogram.record(Math.round(20_000 * slow * (1 + (n / samples) ** 8)))
  }
  const figures = latencyRow(histogram.figures())
  return { figures, distribution: distributionOf(figures.latencyMs.hdr), dependence: null }
}

const at = '2026-11-01T10:00:00.000Z'
const measured = (total: GateRow, names: readonly string[]) => ({
  total,
  types: names.map((type) => ({ type, source: 'shop', ...total })),
})

interface Given {
  rules: readonly string[]
  row: GateRow
  before?: GateRow
  names?: readonly string[]
  more?: Partial<CheckResult>
}

function checked({ rules, row, before, names = ['order.placed'], more = {} }: Given): Checked {
  const from = { at, commit: '3f2a91c0de', branch: 'main' }
  const baseline = before
    ? { name: 'baselines/', runs: [{ ...from, ...measured(before, names) }] }
    : null
  const grounds = { measured: measured(row, names), windows: [], flows: new Map(), baseline }
  const judged = judgeRules(
    rules.map((text) => parseRule(text)),
    grounds,
  )
  const { latencyMs } = (before ?? row).figures
  const percentiles = percentileNames.map((name) => [name, latencyMs[name]] as const)
  const span = { firstTime: at, lastTime: at, firstReceivedAt: at, lastReceivedAt: at }
  const result: CheckResult = {
    ...{ schema: 'evt.check/1', verdict: verdictOf(judged), sources: ['archive/'], span },
    ...{ partial: false, events: row.figures.events, doubts: [], rules: judged },
    baseline: baseline && {
      name: baseline.name,
      runs: [
        {
          ...{ ...from, events: 2_000 },
          latencyMs: Object.fromEntries(percentiles) as Record<
            (typeof percentileNames)[number],
            number | null
          >,
        },
      ],
    },
    ...more,
  }
  const curves = {
    now: row.figures.latencyMs.hdr,
    baseline: before?.figures.latencyMs.hdr ?? null,
  }
  const run = {
    ...{ measured: grounds.measured, windows: [], doubts: result.doubts, timeline: [] },
    about: { ...result, selection: { since: null, until: null } },
    ...{ read: { records: 0, undecodable: 0 }, failure: undefined, isEmpty: false },
  }
  return { result, curves, run }
}

const relative = ['latency.p99 vs baseline < +10%', 'latency.p50 < 1s', 'warn events >= 9000']

/** Every look that a page of `evt check` has to get right. */
export const checks: Readonly<Record<string, Checked>> = {
  pass: checked({ rules: relative, row: rowOf(1), before: rowOf(1) }),
  fail: checked({ rules: relative, row: rowOf(1.4), before: rowOf(1) }),
  'without a baseline': checked({ rules: relative, row: rowOf(1) }),
  'nothing measured': checked({
    ...{ rules: ['latency.p99 < 1s', 'expect order.paid'], row: rowOf(1, 0), names: [] },
    more: { partial: true, doubts: ['$.at finds nothing.'] },
  }),
  hostile: checked({
    rules: ['*: latency.p99 vs baseline < +10%', ...hostileNames.map((name) => quoted(name))],
    ...{ row: rowOf(2), before: rowOf(1), names: hostileNames },
    more: { sources: [hostileNames[2] ?? ''], doubts: [...hostileNames] },
  }),
}

function quoted(name: string): string {
  return `${JSON.stringify(name)}: events >= 1`
}
