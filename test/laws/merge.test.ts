import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EventRecord } from '../../src/event/event.js'
import { measuredOf } from '../../src/gate/from-stats.js'
import { mergedRuns } from '../../src/gate/merge-runs.js'
import { savedRunOf } from '../../src/gate/save.js'
import type { SavedRun } from '../../src/gate/saved-run.js'
import { CountsMeter } from '../../src/meters/counts.js'
import type { Delivery } from '../../src/meters/delivery.js'
import { DuplicatesMeter } from '../../src/meters/duplicates.js'
import { GroupedMeter } from '../../src/meters/grouped.js'
import { HopsMeter } from '../../src/meters/hops.js'
import { Judge } from '../../src/meters/judge.js'
import { LatencyMeter } from '../../src/meters/latency.js'
import type { Meter } from '../../src/meters/meter.js'
import { OrderingMeter } from '../../src/meters/ordering.js'
import { RowMeter } from '../../src/meters/row.js'
import { SpanMeter } from '../../src/meters/span.js'
import { type StatsFigures, StatsMeter } from '../../src/meters/stats.js'
import { HOUR_US, MINUTE_US, TimelineMeter } from '../../src/meters/timeline.js'
import { campaign } from '../helpers/campaign.js'
import { workload } from './naive.js'

const byType = ({ event }: Delivery) => event.type

/** Every meter of deliveries; a new one is a line here. */
const meters: readonly [string, () => Meter<Delivery, unknown>][] = [
  ['counts', () => new CountsMeter()],
  ['duplicates', () => new DuplicatesMeter()],
  ['ordering', () => new OrderingMeter()],
  ['latency', () => new LatencyMeter()],
  ['hops', () => new HopsMeter()],
  ['span', () => new SpanMeter()],
  ['timeline', () => new TimelineMeter(HOUR_US)],
  ['row', () => new RowMeter()],
  ['row with hops', () => new RowMeter(true)],
  ['grouped', () => new GroupedMeter(byType, () => new TimelineMeter(MINUTE_US))],
]

/** The deliveries as judged, each an object of its own. */
function judged(events: readonly EventRecord[]): Delivery[] {
  const judge = new Judge()
  return events.map((event) => ({ ...judge.judge(event) }))
}

function measure<D>(meter: Meter<D, unknown>, deliveries: readonly D[]) {
  for (const delivery of deliveries) meter.observe(delivery)
  return meter
}

const parts = fc.array(fc.nat(2), { minLength: 60, maxLength: 60 })

test.each(meters)('%s merges for any partition', (_name, make) => {
  expect(make().mergeable).toBe('any')
  fc.assert(
    fc.property(workload(), parts, (events, partOf) => {
      const deliveries = judged(events)
      const empty = make()
      const split = [0, 1, 2].map((part) =>
        measure(
          empty.fresh(),
          deliveries.filter((_, i) => partOf[i] === part),
        ),
      )
      const merged = empty.fresh()
      for (const part of split) merged.merge(part)
      expect(merged.read()).toEqual(measure(make(), deliveries).read())
    }),
    { numRuns: campaign(100) },
  )
})

test.each(meters)(
  '%s reads without changing, and gives a fresh one that is empty',
  (_name, make) => {
    fc.assert(
      fc.property(workload({ maxEvents: 20 }), (events) => {
        const deliveries = judged(events)
        const half = Math.floor(deliveries.length / 2)
        const meter = measure(make(), deliveries.slice(0, half))
        meter.read()
        measure(meter, deliveries.slice(half))
        expect(meter.read()).toEqual(measure(make(), deliveries).read())
        expect(meter.fresh().read()).toEqual(make().read())
      }),
      { numRuns: campaign(30) },
    )
  },
)

const bySource = (event: EventRecord) => event.source

test('stats merges for parts that share no identity and no key, and goes on from there', () => {
  fc.assert(
    fc.property(workload(), (events) => {
      const whole = measure(new StatsMeter(bySource, true), events)
      const half = Math.floor(events.length / 2)
      const partOf = disjointParts(events)
      const [first = [], second = []] = [0, 1].map((part) =>
        events.filter((event) => partOf(event) === part),
      )
      const merged = measure(
        new StatsMeter(bySource, true),
        first.filter((event) => events.indexOf(event) < half),
      )
      merged.merge(
        measure(
          new StatsMeter(bySource, true),
          second.filter((event) => events.indexOf(event) < half),
        ),
      )
      measure(merged, events.slice(half))
      expect(merged.read()).toEqual(whole.read())
    }),
    { numRuns: campaign(200) },
  )
})

test('stats refuses parts that share an identity or a key', () => {
  const [event] = fc.sample(workload({ minEvents: 1 }), { numRuns: 1, seed: 1 })[0] ?? []
  const plain = { ...event, source: 's', order: 'time', timeUs: 1 } as EventRecord
  const meterOf = (one: Partial<EventRecord>) => measure(new StatsMeter(), [{ ...plain, ...one }])
  const merge = (a: Partial<EventRecord>, b: Partial<EventRecord>) => () =>
    meterOf(a).merge(meterOf(b))
  expect(merge({ id: '1', key: null }, { id: '1', key: null })).toThrow('share an identity')
  expect(merge({ id: '1', key: 'k' }, { id: '2', key: 'k' })).toThrow('share a key')
  expect(merge({ id: '1', key: 'k' }, { id: '2', key: 'l' })).not.toThrow()
})

test('groups that rowOf names add up to the total', () => {
  fc.assert(
    fc.property(workload(), (events) => {
      const meter = new StatsMeter(bySource)
      measure(meter, events)
      const groups = [...meter.readGroups().values()]
      const { total } = meter.read()
      const sum = (of: (row: typeof total) => number) => groups.reduce((n, row) => n + of(row), 0)
      expect(sum((row) => row.events)).toBe(total.events)
      expect(sum((row) => row.ordering.reordered)).toBe(total.ordering.reordered)
      expect(sum((row) => row.latencyMs.count)).toBe(total.latencyMs.count)
      expect(new StatsMeter().readGroups().size).toBe(0)
    }),
    { numRuns: campaign(100) },
  )
})

test('saved runs of such parts are as one run that measured all of it', () => {
  fc.assert(
    fc.property(workload({ minEvents: 2 }), (events) => {
      const partOf = disjointParts(events)
      const split = [0, 1].map((part) => events.filter((event) => partOf(event) === part))
      const [a, b] = split.map((part, n) => ({ file: `${n}.json`, run: savedRun(part, `${n}`) }))
      if (!a || !b) return
      const merged = mergedRuns([a, b])
      const whole = savedRun(events, 'whole')
      expect(rowsOf(merged)).toEqual(rowsOf(whole))
      const { distinct, duplicates } = merged.total
      if (distinct === null) return
      expect({ distinct, duplicates }).toEqual({
        distinct: whole.total.distinct,
        duplicates: whole.total.duplicates,
      })
    }),
    { numRuns: campaign(40) },
  )
})

function savedRun(events: readonly EventRecord[], source: string): SavedRun {
  const { total, types } = measure(new StatsMeter(), events).read() as StatsFigures
  const span = { firstTime: null, lastTime: null, firstReceivedAt: null, lastReceivedAt: null }
  const read = { objects: 1, bytes: 0, records: events.length, undecodable: 0 }
  const about = { sources: [source], partial: false, span, selection: { since: null, until: null } }
  const run = {
    ...{ measured: measuredOf({ total, types, read, span }, [], 0), about, read },
    ...{ windows: [], doubts: [], failure: undefined, isEmpty: false, timeline: [] },
  }
  const of = { commit: null, branch: null, mapping: [], version: '0', nowMs: 0 }
  return savedRunOf(run, of)
}

/**
 * What is equal: all but what a part alone cannot know. A mean beyond 2^53 has lost digits, whether
 * a row has ids is told by all of it, and a step of the clock by the share that has it.
 */
function rowsOf({ total, types }: SavedRun) {
  return [{ ...total, type: '', source: '' }, ...types].map(
    ({ type, source, events, ordering, latencyMs }) => {
      const { mean, resolutionMs: _, ...latency } = latencyMs
      return {
        ...{ type, source, events, latency, ordering },
        mean: mean === null ? null : Number(mean.toPrecision(9)),
      }
    },
  )
}

/** Two parts of whole components, where sharing an identity or a key connects. */
function disjointParts(events: readonly EventRecord[]): (event: EventRecord) => number {
  const component = events.map((_, i) => i)
  const connected = (a: EventRecord, b: EventRecord) =>
    (a.key !== null && a.key === b.key) || (a.id !== null && a.id === b.id && a.source === b.source)
  for (const [i, a] of events.entries()) {
    for (const [j, b] of events.slice(0, i).entries()) {
      const [from, to] = [component[i] ?? i, component[j] ?? j]
      if (!connected(a, b) || from === to) continue
      for (const [k, held] of component.entries()) if (held === from) component[k] = to
    }
  }
  return (event) => (component[events.indexOf(event)] ?? 0) % 2
}
