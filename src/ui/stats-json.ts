import type { JsonValue } from '../event/event.js'
import { jsonText as deepJsonText } from '../event/json.js'
import type {
  Finding,
  HopLeg,
  LatencyFigures,
  StatsResult,
  StatsRow,
  Witness,
} from '../stats/result.js'

/** `evt.stats/1` as one line of JSON: keys in the order of DESIGN §7, whoever built the result. */
export function statsJson(result: StatsResult): string {
  const { firstTime, lastTime, firstReceivedAt, lastReceivedAt } = result.span
  const { objects, bytes, records, undecodable } = result.read
  return jsonText({
    schema: result.schema,
    sources: result.sources,
    selection: orderedSelection(result.selection),
    partial: result.partial,
    ...(result.sample !== undefined && { sample: result.sample }),
    ...(result.bounded !== undefined && { bounded: result.bounded }),
    span: { firstTime, lastTime, firstReceivedAt, lastReceivedAt },
    read: { objects, bytes, records, undecodable },
    total: orderedRow(result.total),
    types: result.types.map((row) => ({
      type: row.type,
      source: row.source,
      ...orderedRow(row),
    })),
    ...(result.windows && {
      windows: result.windows.map((row) => ({
        start: row.start,
        end: row.end,
        ...orderedRow(row),
      })),
    }),
    findings: result.findings.map(orderedFinding),
  })
}

/**
 * The same as lines. `row` says what a line is: `type` and `window` lines, then one `total` with
 * what is said of the whole, then a line for every `finding`.
 */
export function statsNdjson(result: StatsResult): string {
  const { types, windows = [], total, findings, schema, ...whole } = result
  const lines = [
    ...types.map((row) => ({
      row: 'type',
      type: row.type,
      source: row.source,
      ...orderedRow(row),
    })),
    ...windows.map((row) => ({
      row: 'window',
      start: row.start,
      end: row.end,
      ...orderedRow(row),
    })),
    {
      row: 'total',
      sources: whole.sources,
      selection: orderedSelection(whole.selection),
      partial: whole.partial,
      ...(whole.sample !== undefined && { sample: whole.sample }),
      ...(whole.bounded !== undefined && { bounded: whole.bounded }),
      span: whole.span,
      read: whole.read,
      ...orderedRow(total),
    },
    ...findings.map((finding) => ({ row: 'finding', ...orderedFinding(finding) })),
  ]
  return lines.map((line) => jsonText({ schema, ...line })).join('\n')
}

export function orderedSelection({ since, until, types, filter }: StatsResult['selection']) {
  return { since, until, ...(types && { types }), ...(filter !== undefined && { filter }) }
}

/* JSON keeps C1 controls, DEL, bidi signs and lone separators as they are; a terminal would obey
 * them. Escaped, they are the same values. */
const obeyed = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** JSON on one line that no terminal misunderstands. */
export function jsonText(value: unknown): string {
  // Results are made of JSON's values, among them payloads of any depth.
  return deepJsonText(value as JsonValue).replace(
    obeyed,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

export function orderedRow({
  events,
  distinct,
  duplicates,
  ordering,
  latencyMs,
  hops,
}: StatsRow): StatsRow {
  const { count, rate, byCause } = duplicates
  const { replay, redelivery, sameId } = byCause
  const { keys, checked, reordered, ratio, maxExtent, maxLateMs, p99LateMs } = ordering
  const leg = (name: HopLeg) => {
    const figures = hops?.[name] ?? null
    return figures && orderedLatency(figures)
  }
  return {
    events,
    distinct,
    duplicates: { count, rate, byCause: { replay, redelivery, sameId } },
    ordering: { keys, checked, reordered, ratio, maxExtent, maxLateMs, p99LateMs },
    latencyMs: orderedLatency(latencyMs),
    ...(hops && {
      hops: {
        producedToAccepted: leg('producedToAccepted'),
        acceptedToFirstReceived: leg('acceptedToFirstReceived'),
        firstReceivedToRecorded: leg('firstReceivedToRecorded'),
      },
    }),
  }
}

function orderedLatency(l: LatencyFigures): LatencyFigures {
  return {
    ...{ count: l.count, min: l.min, mean: l.mean, stddev: l.stddev },
    ...{ p50: l.p50, p90: l.p90, p95: l.p95, p99: l.p99, p999: l.p999, p9999: l.p9999 },
    ...{ max: l.max, skewed: l.skewed, overflow: l.overflow },
    ...{ resolutionMs: l.resolutionMs, hdr: l.hdr },
  }
}

export function orderedFinding(finding: Finding): Finding {
  const { kind, type, source, severity, count, explain, witnesses } = finding
  return { kind, type, source, severity, count, explain, witnesses: witnesses.map(orderedWitness) }
}

function orderedWitness({ position, ...rest }: Witness): Witness {
  return { position: position && { path: position.path, record: position.record }, ...rest }
}
