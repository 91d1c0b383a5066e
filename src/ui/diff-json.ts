import type { DiffResult, DiffRow, DiffSide, DiffTypeRow } from '../stats/diff/result.js'
import { jsonText, orderedFinding, orderedRow, orderedSelection } from './stats-json.js'

/** `evt.diff/1` as one line of JSON. */
export function diffJson(result: DiffResult): string {
  const { findings: findingsA, ...a } = sideOf(result.a)
  const { findings: findingsB, ...b } = sideOf(result.b)
  return jsonText({
    ...wholeOf(result),
    a: { ...a, findings: findingsA },
    b: { ...b, findings: findingsB },
    total: rowOf(result.total),
    types: result.types.map(typeOf),
  })
}

/** The same as lines: `type` lines, one `total`, then a `finding` line of either `side`. */
export function diffNdjson(result: DiffResult): string {
  const { schema, ...whole } = wholeOf(result)
  const { findings: findingsA, ...a } = sideOf(result.a)
  const { findings: findingsB, ...b } = sideOf(result.b)
  const lines = [
    ...result.types.map((row) => ({ row: 'type', ...typeOf(row) })),
    { row: 'total', ...whole, sides: { a, b }, ...rowOf(result.total) },
    ...findingsA.map((finding) => ({ row: 'finding', side: 'a', ...finding })),
    ...findingsB.map((finding) => ({ row: 'finding', side: 'b', ...finding })),
  ]
  return lines.map((line) => jsonText({ schema, ...line })).join('\n')
}

function wholeOf({ schema, selection, partial, sample }: DiffResult) {
  return {
    ...{ schema, selection: orderedSelection(selection), partial },
    ...(sample !== undefined && { sample }),
  }
}

function sideOf({ sources, partial, period, span, read, seconds, findings }: DiffSide) {
  const { firstTime, lastTime, firstReceivedAt, lastReceivedAt } = span
  const { objects, bytes, records, undecodable } = read
  return {
    sources,
    partial,
    ...(period && { period: { since: period.since, until: period.until } }),
    span: { firstTime, lastTime, firstReceivedAt, lastReceivedAt },
    seconds,
    read: { objects, bytes, records, undecodable },
    findings: findings.map(orderedFinding),
  }
}

function typeOf({ type, source, only, unusual, ...row }: DiffTypeRow) {
  return { type, source, only, unusual, ...rowOf(row) }
}

function rowOf({ a, b, difference }: DiffRow) {
  return { a: a && orderedRow(a), b: b && orderedRow(b), difference }
}
