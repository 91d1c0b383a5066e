import type { HlogResult, HlogRowFigures } from '../stats/hlog/result.js'
import { jsonText, orderedFinding } from './stats-json.js'

/** `evt.hlog/1` as one line of JSON, its keys in the documented order. */
export function hlogJson(result: HlogResult): string {
  const { objects, bytes, intervals, tables, broken } = result.read
  return jsonText({
    schema: result.schema,
    sources: result.sources,
    partial: result.partial,
    read: { objects, bytes, intervals, tables, broken },
    span: { start: result.span.start, end: result.span.end },
    total: result.total && orderedRow(result.total),
    tags: result.tags.map((row) => ({ tag: row.tag, ...orderedRow(row) })),
    findings: result.findings.map(orderedFinding),
  })
}

/** The same as lines: one for each `tag`, then the `total` with what is said of the whole, then one
 * for each `finding`. */
export function hlogNdjson(result: HlogResult): string {
  const { schema, sources, partial, read, span, total, tags, findings } = result
  const lines = [
    ...tags.map((row) => ({ row: 'tag', tag: row.tag, ...orderedRow(row) })),
    { row: 'total', sources, partial, read, ...(total ? orderedRow(total) : {}), span },
    ...findings.map((finding) => ({ row: 'finding', ...orderedFinding(finding) })),
  ]
  return lines.map((line) => jsonText({ schema, ...line })).join('\n')
}

function orderedRow({ intervals, precision, unit, span, latencyMs }: HlogRowFigures) {
  const l = latencyMs
  return {
    ...{ intervals, precision, unit, span: { start: span.start, end: span.end } },
    latencyMs: {
      ...{ count: l.count, min: l.min, mean: l.mean, stddev: l.stddev },
      ...{ p50: l.p50, p90: l.p90, p95: l.p95, p99: l.p99, p999: l.p999, p9999: l.p9999 },
      ...{ max: l.max, skewed: l.skewed, overflow: l.overflow },
      ...{ resolutionMs: l.resolutionMs, hdr: l.hdr },
    },
  }
}
