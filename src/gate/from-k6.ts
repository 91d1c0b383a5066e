import { z } from 'zod'
import { EvtError } from '../errors.js'
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
  const at = (percent: string) => {
    const ms = trend[`p(${percent})`]
    return typeof ms === 'number' ? ms : null
  }
  const row = latencyRow({
    ...{ count: 0, min: trend.min, mean: trend.avg, stddev: null, p50: trend.med },
    ...{ p90: at('90'), p95: at('95'), p99: at('99'), p999: at('99.9'), p9999: at('99.99') },
    ...{ max: trend.max, skewed: 0, overflow: 0, resolutionMs: null, hdr: null },
  })
  const total = { figures: row, distribution: null, dependence: null }
  const from = { at: null, commit: null, branch: null }
  return { ...from, total, types: [], isPercentilesAlone: true }
}
