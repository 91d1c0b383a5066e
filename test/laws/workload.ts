import fc from 'fast-check'
import type { EventRecord, HopTimes, SequenceKind } from '../../src/event/event.js'

export interface WorkloadOptions {
  maxEvents?: number
  minEvents?: number
  /** `always`: every delivery has `receivedAt`, so that one order of arrival holds for all. */
  receivedAt?: 'always' | 'sometimes'
}

const MAX_TIME_US = 2 ** 53 - 1
const START_US = 1_767_225_600_000_000

const types = ['order.placed', '\uffee', '\u{1f600}'] as const
const sources = ['', 'shop', '\uffee', '\u{1f600}'] as const
const paths = ['a.ndjson', 'b/é.ndjson', 'b/z.gz', '\uffee', '\u{1f600}'] as const
const texts = ['', 'a', 'B', 'b', 'é', '\uffee', '\u{1f600}', '01ARYZ6S41', '01ARYZ6S42'] as const

const rarely = <T>(often: fc.Arbitrary<T>, seldom: fc.Arbitrary<T>, weight = 9) =>
  fc.oneof({ weight, arbitrary: often }, { weight: 1, arbitrary: seldom })

/** Whole seconds, milliseconds and microseconds near each other, the ends of what can be, none. */
const time = rarely<number | null>(
  fc
    .tuple(fc.constantFrom(1_000_000, 1_000, 1), fc.integer({ min: -3, max: 20 }))
    .map(([unitUs, units]) => START_US + unitUs * units),
  fc.constantFrom(null, null, -MAX_TIME_US, MAX_TIME_US, 0, -1, -1_500_000),
)

/** Around the borders of buckets and of the histogram, skewed, and ties. */
const latency = fc.oneof(
  fc.nat(5_000),
  fc.nat(10_000_000),
  fc.constantFrom(0, 0, 1, 2_047, 2_048, 2_049, 4_095, 4_096, 1_000_000, -1, -3_000_000),
  fc.constantFrom(2 ** 45 - 1, 2 ** 45, 2 ** 45 + 1, 2 ** 50),
)

/** A point of an event's way: near the others, at the ends of time, unsaid. */
const point = rarely<number | null>(
  fc.constantFrom(0, 1, 999, 1_000, 3_048, 1_000_000, 5_000_000).map((us) => START_US + us),
  fc.constantFrom(null, null, null, -MAX_TIME_US, MAX_TIME_US),
  5,
)

const hops = fc.record<HopTimes>({
  producedUs: point,
  acceptedUs: point,
  firstReceivedUs: point,
  recordedUs: point,
})

const integer = fc.oneof(
  fc.integer({ min: -5, max: 12 }).map(String),
  fc.bigInt({ min: 2n ** 53n - 2n, max: 2n ** 53n + 3n }).map(String),
  fc.bigInt({ min: -(10n ** 30n) - 2n, max: 2n - 10n ** 30n }).map(String),
  fc.bigInt({ min: 10n ** 30n, max: 10n ** 30n + 4n }).map(String),
)

const delivery = (receivedAt: 'always' | 'sometimes') =>
  fc.record({
    id: rarely<string | null>(fc.constantFrom('1', '2', '3', '4', '5', 'é6'), fc.constant(null), 5),
    freshId: fc.boolean(),
    source: fc.constantFrom(...sources),
    type: fc.constantFrom(...types),
    time,
    latency,
    arrival: rarely<'late' | 'tie' | 'unknown'>(
      fc.constantFrom('late', 'late', 'tie'),
      fc.constant(receivedAt === 'always' ? 'tie' : 'unknown'),
    ),
    key: rarely<string | null>(
      fc.constantFrom('k1', 'k2', 'k3', '__proto__', ''),
      fc.constant(null),
      5,
    ),
    integer,
    text: fc.constantFrom(...texts),
    hasSequence: rarely(fc.constant(true), fc.constant(false)),
    replay: rarely<string | null>(fc.constant(null), fc.constantFrom('again', ''), 5),
    attempt: fc.constantFrom(null, 1, 2, 3),
    transportId: fc.constantFrom(null, 'm1', 'm2', 'm3'),
    path: fc.constantFrom(...paths),
    group: rarely<string | null>(fc.constantFrom('g1', 'g1', 'g2', 'k1'), fc.constant(null), 5),
    number: fc.nat(11),
    hops,
  })

/** The numbers that a place gives: in the order in which they are observed or apart from it. */
interface Numbering {
  digits: 1 | 20 | 56
  /** Which deliveries go by their own `number`: none, some, all. */
  disorder: 0 | 4 | 12
}

type Draft = ReturnType<typeof delivery> extends fc.Arbitrary<infer D> ? D : never

interface Counter {
  kind: SequenceKind
  per: EventRecord['sequencePer']
}

/**
 * Random faulty traffic, in the order in which a live meter would observe it, which is neither that
 * of `receivedAt` nor that of positions: few types, sources, keys and ids, so that they meet;
 * duplicates of all causes, some across types and keys; reordering and skew; missing ids, keys,
 * times, `receivedAt` and sequences; sequences as integers (beyond 2^53 too), text and time, per
 * key and per source and key; ties everywhere. Each type has one mapping. Positions are unique.
 * Some workloads have places with sequences of their own, of several keys each: as they are
 * observed, now and then against it, or at random; a number may come again. Each has the points of
 * its way, as of a decoder that was asked for them.
 */
export function workload(options: WorkloadOptions = {}): fc.Arbitrary<EventRecord[]> {
  const { minEvents = 0, maxEvents = 60, receivedAt = 'sometimes' } = options
  const counter = fc.record<Counter>({
    kind: fc.constantFrom('integer', 'text', 'time'),
    per: fc.constantFrom('key', 'source+key'),
  })
  const counters = fc.array(counter, { minLength: types.length, maxLength: types.length })
  const drafts = fc.array(delivery(receivedAt), {
    minLength: minEvents,
    maxLength: maxEvents,
    size: 'max',
  })
  const numbering = fc.record<Numbering>({
    digits: fc.constantFrom(1, 20, 56),
    disorder: fc.constantFrom(0, 4, 12),
  })
  const placed = fc.option(numbering, { freq: 3 })
  return fc
    .tuple(counters, drafts, fc.boolean(), placed)
    .map(([perType, all, backwards, numbers]) =>
      all.map((draft, i) => ({
        ...event(draft, perType[types.indexOf(draft.type)], i, backwards ? all.length - i : i + 1),
        place: numbers && placeOf(draft, i, numbers),
      })),
    )
}

function placeOf({ group, number }: Draft, i: number, { digits, disorder }: Numbering) {
  if (group === null) return null
  const n = number < disorder ? number : i
  // Of long numbers now the first digits differ, now the last.
  const most = 10n ** BigInt(digits - 1) * BigInt(1 + Math.min(n >> 3, 8))
  return { name: group, sequence: String(digits === 1 ? n : most + BigInt(n & 7)) }
}

function event(draft: Draft, counter: Counter | undefined, i: number, record: number): EventRecord {
  const { kind, per } = counter ?? { kind: 'time', per: 'key' }
  const timeUs = draft.time
  const sequence = kind === 'time' || !draft.hasSequence ? null : draft[kind]
  const order = kind === 'time' ? (timeUs === null ? null : kind) : sequence === null ? null : kind
  return {
    id: draft.id !== null && draft.freshId ? `fresh-${i}` : draft.id,
    source: draft.source,
    type: draft.type,
    timeUs,
    receivedAtUs: receivedAtUs(draft, timeUs),
    observedAtUs: null,
    key: draft.key,
    sequence,
    order,
    sequencePer: per,
    entities: [],
    correlationId: null,
    causationId: null,
    traceId: null,
    replyTo: null,
    version: null,
    replay: draft.replay,
    attempt: draft.attempt,
    transportId: draft.transportId,
    place: null,
    envelopes: ['json'],
    stamps: [],
    hops: draft.hops,
    position: { path: draft.path, record },
    sizeBytes: 100,
    document: {},
    payload: {},
    faults: [],
  }
}

function receivedAtUs({ arrival, latency }: Draft, timeUs: number | null): number | null {
  if (arrival === 'unknown') return null
  const at = (timeUs ?? START_US) + latency
  const possible = Math.abs(at) <= MAX_TIME_US
  return arrival === 'late' && possible ? at : START_US + (Math.abs(latency) % 4) * 1_000_000
}
