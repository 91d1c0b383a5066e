import type {
  Hop,
  ReconcileFinding,
  ReconcileResult,
  ReconcileRow,
  StageFigures,
} from '../reconcile/result.js'
import { jsonText } from './stats-json.js'

/** `evt.reconcile/1` as one line of JSON. */
export function reconcileJson(result: ReconcileResult): string {
  return jsonText({
    ...wholeOf(result),
    stages: result.stages.map(orderedStage),
    ...rowsOf(result),
    ...(result.hops && { hops: result.hops.map(orderedHop) }),
    ...(result.counts && { counts: result.counts }),
    findings: result.findings.map(orderedFinding),
  })
}

/** The same as lines: `type`, `window`, `hop` and `counts` lines, one `total`, the findings. */
export function reconcileNdjson(result: ReconcileResult): string {
  const { schema, ...whole } = wholeOf(result)
  const { total, types, windows = [] } = rowsOf(result)
  const lines = [
    ...types.map((row) => ({ row: 'type', ...row })),
    ...windows.map((row) => ({ row: 'window', ...row })),
    ...(result.hops ?? []).flatMap(hopLines),
    ...(result.counts ? [{ row: 'counts', ...result.counts }] : []),
    { row: 'total', ...whole, stages: result.stages.map(orderedStage), ...total },
    ...result.findings.map((finding) => ({ row: 'finding', ...orderedFinding(finding) })),
  ]
  return lines.map((line) => jsonText({ schema, ...line })).join('\n')
}

function hopLines(hop: Hop) {
  const { from, to, end, lostHere, total, types } = orderedHop(hop)
  return [
    ...types.map((row) => ({ row: 'hopType', from, to, ...row })),
    { row: 'hop', from, to, end, lostHere, ...total },
  ]
}

function wholeOf({ schema, selection, partial, identity, graceMs, end }: ReconcileResult) {
  const { since, until, types, filter } = selection
  return {
    schema,
    selection: { since, until, ...(types && { types }), ...(filter !== undefined && { filter }) },
    ...{ partial, identity, graceMs },
    end: { time: end.time, by: end.by },
  }
}

function rowsOf({ total, types, windows }: Pick<ReconcileResult, 'total' | 'types' | 'windows'>) {
  return {
    total: orderedRow(total),
    types: types.map(({ type, source, ...row }) => ({ type, source, ...orderedRow(row) })),
    ...(windows && {
      windows: windows.map(({ start, end, ...row }) => ({ start, end, ...orderedRow(row) })),
    }),
  }
}

function orderedHop(hop: Hop) {
  const { from, to, end, lostHere } = hop
  return { from, to, end: { time: end.time, by: end.by }, lostHere, ...rowsOf(hop) }
}

function orderedRow(row: ReconcileRow): ReconcileRow {
  const { sent, received, lost, unexpected, duplicated, late, recovered, inFlight } = row
  return {
    ...{ sent, received, lost, unexpected, duplicated, late, recovered, inFlight },
    lostUnacknowledged: row.lostUnacknowledged,
  }
}

function orderedStage({ name, sources, span, read, events, identities, withoutId }: StageFigures) {
  const { firstTime, lastTime, firstReceivedAt, lastReceivedAt } = span
  const { objects, bytes, records, undecodable } = read
  return {
    ...{ name, sources, span: { firstTime, lastTime, firstReceivedAt, lastReceivedAt } },
    ...{ read: { objects, bytes, records, undecodable }, events, identities, withoutId },
  }
}

function orderedFinding(finding: ReconcileFinding) {
  const { kind, type, source, severity, between, count, explain, witnesses } = finding
  return { kind, type, source, severity, between, count, explain, witnesses }
}
