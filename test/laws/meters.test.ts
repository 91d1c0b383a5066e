import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EventRecord } from '../../src/event/event.js'
import { StatsMeter } from '../../src/meters/stats.js'
import { campaign } from '../helpers/campaign.js'
import { byArrival, byPosition, naiveStats, placedOrder, withoutHdr, workload } from './naive.js'

const runs = { numRuns: campaign(1_000) }
const timeoutMs = 300_000
const hops = { hops: true }

function measured(events: readonly EventRecord[]) {
  const meter = new StatsMeter(null, true)
  for (const event of events) meter.observe(event)
  return withoutHdr(meter.read())
}

test(
  'meters equal the naive model in the order that they observe',
  () => {
    fc.assert(
      fc.property(workload(), (events) => {
        expect(measured(events)).toEqual(naiveStats(events, 'observed', hops))
      }),
      runs,
    )
  },
  timeoutMs,
)

test(
  'over an archive sorted by arrival they equal the naive model of an archive',
  () => {
    fc.assert(
      fc.property(workload({ receivedAt: 'always' }), (events) => {
        const sorted = [...events].sort(placedOrder(events, byArrival))
        expect(measured(sorted)).toEqual(naiveStats(events, 'archive', hops))
      }),
      runs,
    )
  },
  timeoutMs,
)

test('without any receivedAt they equal it over an archive sorted by position', () => {
  fc.assert(
    fc.property(workload({ maxEvents: 40 }), (all) => {
      const events = all.map((event) => ({ ...event, receivedAtUs: null }))
      const sorted = [...events].sort(placedOrder(events, byPosition))
      expect(measured(sorted)).toEqual(naiveStats(events, 'archive', hops))
    }),
    { numRuns: campaign(300) },
  )
})

test('with enough samples for the higher percentiles', () => {
  fc.assert(
    fc.property(workload({ minEvents: 700, maxEvents: 900 }), (events) => {
      expect(measured(events)).toEqual(naiveStats(events, 'observed', hops))
    }),
    // Shrinking so many takes longer than reading them.
    { numRuns: campaign(3), endOnFailure: true },
  )
})

test('the archive model does not depend on the order in which it is listed', () => {
  fc.assert(
    fc.property(workload({ maxEvents: 30 }), fc.infiniteStream(fc.nat()), (events, ranks) => {
      const ranked = events.map((event) => ({ event, rank: Number(ranks.next().value) }))
      const shuffled = ranked.sort((a, b) => a.rank - b.rank).map(({ event }) => event)
      expect(naiveStats(shuffled, 'archive', hops)).toEqual(naiveStats(events, 'archive', hops))
    }),
    { numRuns: campaign(100) },
  )
})
