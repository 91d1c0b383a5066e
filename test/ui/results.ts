import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js'
import type {
  Finding,
  LatencyFigures,
  StatsResult,
  StatsRow,
  TypeRow,
  Witness,
} from '../../src/stats/result.js'
import type { StatsView } from '../../src/ui/stats-text.js'
import type { TextStyle } from '../../src/ui/style.js'

export const narrow: TextStyle = { width: 80, color: false, unicode: true, timeZone: 'UTC' }
export const wide: TextStyle = { ...narrow, width: 120 }

const HOUR_US = 3_600_000_000
const startUs = Date.UTC(2026, 10, 1) * 1_000
export const iso = (us: number) => new Date(us / 1_000).toISOString()

/** Latencies as a service has them: most about 22 ms, a long tail, `max` once. */
function latency(count: number, maxMs: number): LatencyFigures {
  if (count === 0) return noLatency
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 2 ** 45 - 1,
    numberOfSignificantValueDigits: 3,
  })
  const recorded = Math.min(count, 4_000)
  for (let i = 0; i < recorded - 1; i += 1) {
    const rarity = recorded / (recorded - i)
    const us = 22_000 * (0.4 + i / recorded) * rarity ** 0.42
    histogram.recordValueWithCount(
      Math.min(Math.round(us), maxMs * 1_000),
      Math.round(count / recorded),
    )
  }
  histogram.recordValue(maxMs * 1_000)
  const at = (p: number, least: number) =>
    count < least ? null : histogram.getValueAtPercentile(p) / 1_000
  return {
    count,
    min: 8.8,
    mean: histogram.mean / 1_000,
    stddev: histogram.stdDeviation / 1_000,
    p50: at(50, 20),
    p90: at(90, 100),
    p95: at(95, 200),
    p99: at(99, 1_000),
    p999: at(99.9, 10_000),
    p9999: at(99.99, 100_000),
    max: maxMs,
    skewed: 0,
    overflow: 0,
    resolutionMs: 0.001,
    hdr: encodeIntoCompressedBase64(histogram),
  }
}

const noLatency: LatencyFigures = {
  count: 0,
  min: null,
  mean: null,
  stddev: null,
  p50: null,
  p90: null,
  p95: null,
  p99: null,
  p999: null,
  p9999: null,
  max: null,
  skewed: 0,
  overflow: 0,
  resolutionMs: null,
  hdr: null,
}

export function row(events: number, maxMs = 5_000): StatsRow {
  const duplicates = Math.floor(events * 0.003)
  const distinct = events - duplicates
  const reordered = Math.floor(events * 0.005)
  return {
    events,
    distinct,
    duplicates: {
      count: duplicates,
      rate: events === 0 ? null : duplicates / events,
      byCause: { replay: 0, redelivery: 0, sameId: duplicates },
    },
    ordering: {
      keys: Math.ceil(events / 50),
      checked: distinct,
      reordered,
      ratio: distinct === 0 ? null : reordered / distinct,
      maxExtent: reordered === 0 ? null : 12,
      maxLateMs: reordered === 0 ? null : 5_210.4,
      p99LateMs: reordered < 1_000 ? null : 812,
    },
    latencyMs: latency(distinct, maxMs),
  }
}

/** A row with its hops, of which nobody stamped the last. */
export function withHops<Row extends StatsRow>(of: Row): Row {
  const hops = {
    producedToAccepted: { ...of.latencyMs, skewed: 3 },
    acceptedToFirstReceived: { ...noLatency, skewed: 12 },
    firstReceivedToRecorded: null,
  }
  return { ...of, hops }
}

/** What is left of a row where nothing can be claimed. */
export function bareRow(events: number): StatsRow {
  return {
    events,
    distinct: null,
    duplicates: { count: null, rate: null, byCause: { replay: 0, redelivery: 0, sameId: 0 } },
    ordering: {
      keys: 0,
      checked: 0,
      reordered: 0,
      ratio: null,
      maxExtent: null,
      maxLateMs: null,
      p99LateMs: null,
    },
    latencyMs: noLatency,
  }
}

export function typeRow(source: string, type: string, events: number, maxMs?: number): TypeRow {
  return { type, source, ...row(events, maxMs) }
}

export function result(types: TypeRow[], rest: Partial<StatsResult> = {}): StatsResult {
  const events = types.reduce((sum, type) => sum + type.events, 0)
  const max = Math.max(0, ...types.map(({ latencyMs }) => latencyMs.max ?? 0))
  return {
    schema: 'evt.stats/1',
    sources: ['archive/'],
    selection: { since: null, until: null },
    partial: false,
    span: {
      firstTime: iso(startUs),
      lastTime: iso(startUs + 24 * HOUR_US - 60_000_000),
      firstReceivedAt: iso(startUs),
      lastReceivedAt: iso(startUs + 24 * HOUR_US - 60_000_000),
    },
    read: { objects: 40, bytes: 1_203_000_000, records: events, undecodable: 0 },
    total: max === 0 ? bareRow(events) : row(events, max),
    types,
    findings: [],
    ...rest,
  }
}

const day = [3, 3, 2, 2, 3, 4, 5, 6, 7, 8, 7, 6, 6, 5, 5, 5, 6, 7, 6, 5, 4, 4, 3, 3]

export function view(of: StatsResult, rest: Partial<StatsView> = {}): StatsView {
  const timeline = { startUs, stepUs: HOUR_US, counts: day.map((n) => n * 1_000) }
  return { result: of, timeline, typed: { sources: of.sources, flags: [] }, ...rest }
}

export function finding(
  kind: Finding['kind'],
  explain: string,
  witnesses: Witness[] = [],
  rest: Partial<Finding> = {},
): Finding {
  const severity = 'fault'
  return { kind, type: null, source: null, severity, count: 1, explain, witnesses, ...rest }
}

export const at = (path: string, record: number) => ({ path, record })

/** A day of a shop, with what goes wrong in one. */
export function shop(rest: Partial<StatsResult> = {}): StatsResult {
  const types = [
    typeRow('shop', 'order.placed', 3_344_102),
    typeRow('billing', 'order.paid', 2_001_733, 60_900),
    typeRow('depot', 'order.packed', 1_204_511, 800),
    typeRow('depot', 'order.shipped', 84_120, 900),
    typeRow('search', 'index.rebuilt', 12, 31),
  ]
  return result(types, { findings: shopFindings(), ...rest })
}

function shopFindings(): Finding[] {
  const when = startUs + 14 * HOUR_US + 127_113_000
  const slow = [60_900, 58_200, 41_000, 2_300].map(
    (latencyMs, i): Witness => ({
      position: at('archive/2026/11/01/part-0014.gz', 88_213 + i),
      id: `b3c1f0aa-7d1e-4c4f-9f33-0a6d8e21c0${10 + i}`,
      key: `o-${4_411 + i}`,
      receivedAt: iso(when + i * 1_000_000),
      latencyMs,
    }),
  )
  const late: Witness[] = [
    {
      position: at('archive/2026/11/01/part-0003.gz', 1_199),
      key: 'o-88',
      sequence: '44',
      role: 'before',
    },
    {
      position: at('archive/2026/11/01/part-0003.gz', 1_204),
      key: 'o-88',
      sequence: '41',
      role: 'after',
      extent: 12,
      lateMs: 5_210.4,
    },
  ]
  const cut: Witness = {
    position: at('archive/2026/11/01/part-0009.gz', 771),
    reason: 'cut',
    head: '{"version":"0","id":"9d2f\u001b[2J","detail-type":"order.placed","source"',
  }
  return [
    finding('coverage', 'No event arrived between 03:00 and 04:00.', [], { severity: 'note' }),
    finding(
      'latency',
      'billing/order.paid: 1,204 events (0.06%) took over 2 s, all between 14:02 and 14:09.',
      slow,
      { type: 'order.paid', source: 'billing', count: 1_204 },
    ),
    finding(
      'reordered',
      'shop/order.placed arrived out of order 16,720 times, up to 12 behind and 5.2 s late; ' +
        'a buffer of 6 s would repair all.',
      late,
      { type: 'order.placed', source: 'shop', count: 16_720 },
    ),
    finding('undecodable', '123 records could not be decoded (0.001%): 120 cut, 3 not UTF-8.', [
      cut,
    ]),
    finding('resolution', 'Times of search/index.rebuilt are whole seconds.', [], {
      severity: 'warning',
      type: 'index.rebuilt',
      source: 'search',
    }),
  ]
}
