import type { EventRecord } from '../../src/event/event.js'
import {
  hopLegs,
  type LatencyFigures,
  type SpanFigures,
  type StatsRow,
} from '../../src/meters/figures.js'
import { naiveLatency, naiveLegs, percentile, samplesFor } from './naive-latency.js'

/* DESIGN §8 word by word, by brute force: what both halves are held against, the meters of
 * src/meters and the queries of queries/. It shares no code with either. */

export { workload } from './workload.js'

export interface NaiveStats {
  span: SpanFigures
  /** `latencyMs.hdr` is null everywhere: see {@link withoutHdr}. */
  total: StatsRow
  /** By events descending, then type, then source in byte order. */
  types: (StatsRow & { type: string; source: string })[]
}

/** `observed`: the deliveries arrived as they stand in the array. `archive`: by `receivedAt`, then
 * position, and within places by their sequence, with the exceptions of DESIGN §8, Order of arrival
 * (1 and 3). */
export type Arrival = 'observed' | 'archive'

/** All figures of `evt stats` over the events; with `hops`, those of the legs too. */
export function naiveStats(
  events: readonly EventRecord[],
  arrival: Arrival,
  { hops }: { hops: boolean } = { hops: false },
): NaiveStats {
  const judged = judge(events, arrival)
  const rows = new Map<string, Judged[]>()
  for (const one of judged) {
    const name = JSON.stringify([one.event.type, one.event.source])
    rows.set(name, [...(rows.get(name) ?? []), one])
  }
  const types = Array.from(rows.values(), (row) => {
    const { type = '', source = '' } = row[0]?.event ?? {}
    return { type, source, ...figures(row, hops) }
  })
  types.sort((a, b) => b.events - a.events || bytes(a.type, b.type) || bytes(a.source, b.source))
  return { span: span(events), total: figures(judged, hops), types }
}

/** The same figures without the encoded histograms, which the model does not make. */
export function withoutHdr<Figures extends Pick<NaiveStats, 'total' | 'types'>>(stats: Figures) {
  const noHdr = (leg: LatencyFigures | null) => leg && { ...leg, hdr: null }
  const bare = <Row extends StatsRow>({ hops, ...row }: Row) => ({
    ...row,
    latencyMs: { ...row.latencyMs, hdr: null },
    ...(hops && { hops: Object.fromEntries(hopLegs.map((leg) => [leg, noHdr(hops[leg])])) }),
  })
  return { ...stats, total: bare(stats.total), types: stats.types.map(bare) }
}

/** The order of arrival of deliveries that all have `receivedAt` and no place. */
export function byArrival(a: EventRecord, b: EventRecord): number {
  return (a.receivedAtUs ?? 0) - (b.receivedAtUs ?? 0) || byPosition(a, b)
}

export function byPosition({ position: a }: EventRecord, { position: b }: EventRecord): number {
  return bytes(a.path, b.path) || a.record - b.record
}

interface Judged {
  event: EventRecord
  repeats: 'replay' | 'redelivery' | 'sameId' | null
  checked: boolean
  extent: number | null
  lateUs: number | null
}

function judge(events: readonly EventRecord[], arrival: Arrival): Judged[] {
  const inOrder = arrivalOrder(events, arrival)
  const judged = events.map((event): Judged => {
    const checked = false
    return { event, repeats: repeats(event, events, inOrder), checked, extent: null, lateUs: null }
  })
  const streams = new Map<string, Judged[]>()
  for (const one of judged) {
    const { key, order, sequencePer, source } = one.event
    if (one.repeats !== null || key === null || order === null || placeOf(one.event) === null) {
      continue
    }
    const name = JSON.stringify([key, order, sequencePer, sequencePer === 'key' ? null : source])
    streams.set(name, [...(streams.get(name) ?? []), one])
  }
  for (const stream of streams.values()) {
    stream.sort((a, b) => inOrder.ofKey(a.event, b.event))
    check(stream)
  }
  return judged
}

function check(stream: readonly Judged[]): void {
  stream.forEach((one, i) => {
    one.checked = true
    const j = stream.findIndex((other, at) => at < i && above(other.event, one.event))
    const ahead = stream[j]
    if (!ahead) return
    one.extent = i - j
    const [received, aheadReceived] = [one.event.receivedAtUs, ahead.event.receivedAtUs]
    one.lateUs = received === null || aheadReceived === null ? null : received - aheadReceived
  })
}

interface ArrivalOrder {
  ofIdentity(a: EventRecord, b: EventRecord): number
  ofKey(a: EventRecord, b: EventRecord): number
}

function arrivalOrder(events: readonly EventRecord[], arrival: Arrival): ArrivalOrder {
  if (arrival === 'observed') {
    const at = new Map(events.map((event, i) => [event, i]))
    const observed = (a: EventRecord, b: EventRecord) => (at.get(a) ?? 0) - (at.get(b) ?? 0)
    return { ofIdentity: observed, ofKey: observed }
  }
  const unknown = events.filter((event) => event.receivedAtUs === null)
  const keys = new Set(unknown.map(({ key }) => key).filter((key) => key !== null))
  const inSuchKey = ({ key }: EventRecord) => key !== null && keys.has(key)
  const doubtful = events.filter((event) => event.receivedAtUs === null || inSuchKey(event))
  const identities = new Set(doubtful.map(identity))
  const timed = events.filter((event) => event.receivedAtUs !== null)
  const inTime = placedOrder(timed, byArrival)
  const inPosition = placedOrder(events, byPosition)
  return {
    ofIdentity: (a, b) => (identities.has(identity(a)) ? inPosition(a, b) : inTime(a, b)),
    ofKey: (a, b) => (inSuchKey(a) ? inPosition(a, b) : inTime(a, b)),
  }
}

type Compare = (a: EventRecord, b: EventRecord) => number

/** An order, with what the sequences of places make of it: a delivery arrived when the last of
 * those of its place did that are not after it there. */
export function placedOrder(events: readonly EventRecord[], order: Compare): Compare {
  const inPlace: Compare = (a, b) => {
    const [x, y] = [BigInt(a.place?.sequence ?? 0), BigInt(b.place?.sequence ?? 0)]
    return x < y ? -1 : x > y ? 1 : order(a, b)
  }
  const latest = new Map(
    events.map((event) => {
      const { place } = event
      const mates = place ? events.filter((other) => other.place?.name === place.name) : [event]
      const until = mates.filter((other) => inPlace(other, event) <= 0)
      return [event, until.reduce((a, b) => (order(a, b) < 0 ? b : a))]
    }),
  )
  return (a, b) => {
    const [x, y] = [latest.get(a), latest.get(b)]
    if (!x || !y) throw new Error('an event has no place in this order')
    return x === y ? inPlace(a, b) : order(x, y)
  }
}

function repeats(event: EventRecord, events: readonly EventRecord[], order: ArrivalOrder) {
  if (event.id === null) return null
  const earlier = events.filter(
    (other) =>
      other.id === event.id && other.source === event.source && order.ofIdentity(other, event) < 0,
  )
  if (earlier.length === 0) return null
  if (event.replay !== null) return 'replay'
  const { transportId, attempt } = event
  const sameMessage =
    transportId !== null && earlier.some((other) => other.transportId === transportId)
  return sameMessage && attempt !== null && attempt > 1 ? 'redelivery' : 'sameId'
}

function identity({ id, source, position }: EventRecord): string {
  return JSON.stringify(id === null ? [position.path, position.record] : [source, id, 'id'])
}

function placeOf({ order, sequence, timeUs }: EventRecord): bigint | string | null {
  if (order === 'time') return timeUs === null ? null : BigInt(timeUs)
  return order === 'text' || sequence === null ? sequence : BigInt(sequence)
}

function above(a: EventRecord, b: EventRecord): boolean {
  const [x, y] = [placeOf(a), placeOf(b)]
  if (typeof x === 'string' && typeof y === 'string') return bytes(x, y) > 0
  return typeof x === 'bigint' && typeof y === 'bigint' && x > y
}

function figures(row: readonly Judged[], withHops: boolean): StatsRow {
  const cause = (wanted: Judged['repeats']) => row.filter((one) => one.repeats === wanted).length
  const byCause = {
    replay: cause('replay'),
    redelivery: cause('redelivery'),
    sameId: cause('sameId'),
  }
  const count = row.length - cause(null)
  const firsts = row.filter((one) => one.repeats === null).map(({ event }) => event)
  const claimed = row.some(({ event }) => event.id !== null)
  return {
    events: row.length,
    distinct: claimed ? cause(null) : null,
    duplicates: {
      count: claimed ? count : null,
      rate: claimed ? count / row.length : null,
      byCause,
    },
    ordering: ordering(row),
    latencyMs: naiveLatency(
      firsts,
      row.map(({ event }) => event.timeUs).filter((timeUs) => timeUs !== null),
    ),
    ...(withHops && { hops: naiveLegs(firsts.map(pointsOf)) }),
  }
}

function pointsOf({ hops }: EventRecord): (number | null)[] {
  if (!hops) return []
  return [hops.producedUs, hops.acceptedUs, hops.firstReceivedUs, hops.recordedUs]
}

function ordering(row: readonly Judged[]): StatsRow['ordering'] {
  const checked = row.filter((one) => one.checked)
  const reordered = checked.filter((one) => one.extent !== null)
  const lates = reordered.map(({ lateUs }) => lateUs).filter((us) => us !== null && us >= 0)
  const sorted = lates.filter((us) => us !== null).sort((a, b) => a - b)
  const inRange = sorted.filter((us) => us < 2 ** 45)
  const latest = sorted.at(-1)
  const none = checked.length === 0
  return {
    keys: new Set(checked.map(({ event }) => event.key)).size,
    checked: checked.length,
    reordered: reordered.length,
    ratio: none ? null : reordered.length / checked.length,
    maxExtent: none ? null : Math.max(0, ...reordered.map(({ extent }) => extent ?? 0)),
    maxLateMs: !none && reordered.length === 0 ? 0 : latest === undefined ? null : latest / 1000,
    p99LateMs: inRange.length < samplesFor(99) ? null : percentile(inRange, 99) / 1000,
  }
}

function span(events: readonly EventRecord[]): SpanFigures {
  const times = events.map(({ timeUs }) => timeUs).filter((us) => us !== null)
  const arrivals = events.map(({ receivedAtUs }) => receivedAtUs).filter((us) => us !== null)
  return {
    firstTimeUs: times.length === 0 ? null : Math.min(...times),
    lastTimeUs: times.length === 0 ? null : Math.max(...times),
    firstReceivedAtUs: arrivals.length === 0 ? null : Math.min(...arrivals),
    lastReceivedAtUs: arrivals.length === 0 ? null : Math.max(...arrivals),
  }
}

function bytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
