import { dependenceOf } from '../../src/gate/dependence.js'
import { Distribution } from '../../src/gate/distribution.js'
import { judgeBaseline } from '../../src/gate/judge-baseline.js'
import { type GateRow, latencyRow } from '../../src/gate/measured.js'
import { parseRule } from '../../src/gate/parse-rule.js'
import type { BaselineRule } from '../../src/gate/rule.js'
import { LatencyHistogram } from '../../src/meters/hdr.js'
import { HdrBuckets } from '../../src/meters/hdr-buckets.js'
import { Random, runOf, SAMPLES, type Workload } from './workloads.js'

const rule = parseRule('latency.p99 vs baseline < +5%') as BaselineRule // what is written there
const LIMIT = 1.05
const CONFIDENCE = 0.99
const WINDOWS = 200
/** How much slower the later run is, as factors. */
const changes = { none: 1, '+10%': 1.1, '+20%': 1.2 } as const
type Change = keyof typeof changes

/** How often the gate failed a run, and how often the best test with the same limit could have. */
export interface Outcomes {
  readonly gate: Record<Change, number>
  readonly best: Record<Change, number>
}

/**
 * Pairs of runs of one workload, the later one slower by each of the changes. The best test knows
 * what only a simulation knows: the ratio of two percentiles that one pair of equal runs in a
 * hundred exceeds. It fails a run beyond that and the limit, so that it, too, is wrong in one of a
 * hundred; no test of the ratio can find more. What it finds is told by every run beside every
 * other.
 */
export function campaignOf(workload: Workload, pairs: number, seed: number): Outcomes {
  const random = new Random(seed)
  const failed: Record<Change, number> = { none: 0, '+10%': 0, '+20%': 0 }
  const before: number[] = []
  const later: number[] = []
  for (let pair = 0; pair < pairs; pair++) {
    const first = rowOf(runOf(workload, random), 1)
    const run = runOf(workload, random)
    for (const [change, factor] of Object.entries(changes) as [Change, number][]) {
      const second = rowOf(run, factor)
      if (judged(second, first).verdict === 'fail') failed[change] += 1
      if (change === 'none') later.push(second.figures.latencyMs.p99 ?? 0)
    }
    before.push(first.figures.latencyMs.p99 ?? 0)
  }
  const ratios = Float64Array.from(later.flatMap((a) => before.map((b) => a / b))).sort()
  const critical = Math.max(LIMIT, ratios[Math.ceil(CONFIDENCE * ratios.length) - 1] ?? LIMIT)
  const best = (change: Change) =>
    ratios.reduce((n, ratio) => n + Number(ratio * changes[change] > critical), 0) / ratios.length
  const gate = (change: Change) => failed[change] / pairs
  return { gate: byChange(gate), best: byChange(best) }
}

function byChange(of: (change: Change) => number): Record<Change, number> {
  return { none: of('none'), '+10%': of('+10%'), '+20%': of('+20%') }
}

function judged(row: GateRow, before: GateRow) {
  const run = { at: null, commit: null, branch: null, total: before, types: [], row: before }
  return judgeBaseline(rule, row, { runs: [run], confidence: CONFIDENCE })
}

const counts = new Float64Array(60_000)
const values = new Int32Array(SAMPLES)

/** What evt would know of a run: its histogram, and how many of each window are above its p99. */
function rowOf(run: Float64Array, factor: number): GateRow {
  counts.fill(0)
  for (let at = 0; at < SAMPLES; at++) {
    const us = Math.round((run[at] as number) * factor * 1_000)
    values[at] = us
    const bucket = bucketOf(us)
    counts[bucket] = (counts[bucket] as number) + 1
  }
  const histogram = new HdrBuckets(3, 0, 2n ** 45n)
  counts.forEach((count, bucket) => {
    histogram.addAt(bucket, count)
  })
  const distribution = new Distribution(histogram)
  const p99 = distribution.percentile(99)
  const none = new LatencyHistogram().figures()
  return {
    figures: latencyRow({ ...none, count: SAMPLES, p99: p99 / 1_000, resolutionMs: 0.001 }),
    distribution,
    dependence: new Map([[99, dependenceOf(windowsOf(p99))]]),
  }
}

function windowsOf(p99: number) {
  const count = SAMPLES / WINDOWS
  return Array.from({ length: WINDOWS }, (_, window) => {
    let above = 0
    for (let at = window * count; at < (window + 1) * count; at++) {
      if ((values[at] as number) > p99) above += 1
    }
    return { count, above }
  })
}

/** As a histogram with three digits numbers its buckets, of values below 2^31. */
function bucketOf(us: number): number {
  if (us < 2_048) return us
  const shift = 21 - Math.clz32(us)
  return shift * 1_024 + (us >>> shift)
}
