import * as z from 'zod'
import { EvtError } from '../errors.js'
import { samplesNeeded } from '../meters/hdr.js'
import type { BaselineRun } from './baseline.js'
import { latencyRow } from './measured.js'

/* `k6 run --summary-export FILE` has the figures of a trend beside its name; `handleSummary` of
 * k6 has them in `values`. They are milliseconds, and percentiles alone. */
const figures = z.looseObject({
  med: z.number(),
  min: z.number(),
  max: z.number(),
  avg: z.number(),
})
const summary = z.looseObject({
  metrics: z.looseObject({
    http_req_duration: z.union([z.looseObject({ values: figures }), figures]),
  }),
})

/** Whether a JSON value looks as a summary of k6 does. */
export function isK6Summary(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'metrics' in value
}

const counted = z.looseObject({ count: z.int().min(0) })

/** How many of them there were, where the summary says so. */
function countIn(metric: unknown): number | undefined {
  const plain = counted.safeParse(metric)
  if (plain.success) return plain.data.count
  const nested = z.looseObject({ values: counted }).safeParse(metric)
  return nested.success ? nested.data.values.count : undefined
}

/** The durations of requests in a summary of k6.
 * @throws EvtError `usage` where it has none */
export function k6Run(value: unknown, file: string): BaselineRun {
  const result = summary.safeParse(value)
  if (!result.success) {
    throw new EvtError(`${file} is no summary of k6: it has no metrics.http_req_duration`, {
      code: 'usage',
      hint: 'k6 run --summary-export FILE writes one',
    })
  }
  const found = result.data.metrics.http_req_duration
  const trend = 'values' in found ? (found['values'] as z.infer<typeof figures>) : found
  const samples = countIn(trend) ?? countIn(result.data.metrics['http_reqs'])
  const isEnough = (percent: number) => samples === undefined || samples >= samplesNeeded(percent)
  const at = (percent: number) => {
    const ms = trend[`p(${percent})`]
    return typeof ms === 'number' && isEnough(percent) ? ms : null
  }
  const row = latencyRow({
    ...{ count: samples ?? 0, min: trend.min, mean: trend.avg, stddev: null },
    ...{ p50: isEnough(50) ? trend.med : null, p90: at(90), p95: at(95) },
    ...{ p99: at(99), p999: at(99.9), p9999: at(99.99) },
    ...{ max: trend.max, skewed: 0, overflow: 0, resolutionMs: null, hdr: null },
  })
  const total = { figures: row, distribution: null, dependence: null }
  const from = { at: null, commit: null, branch: null }
  return { ...from, total, types: [], isPercentilesAlone: true }
}
