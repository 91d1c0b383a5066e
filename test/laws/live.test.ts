import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Duckdb, openDuckdb } from '../../src/engines/duckdb.js'
import type { EventRecord } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'
import { LiveMeter } from '../../src/live/meter.js'
import { StatsMeter } from '../../src/meters/stats.js'
import { judgeSpilled } from '../../src/stats/spilled.js'
import { measureSpilled } from '../../src/stats/spilled-measure.js'
import { campaign } from '../helpers/campaign.js'
import { dropTables, spilledOf, workloads } from './archives.js'
import { byArrival, byPosition, naiveStats, placedOrder, withoutHdr, workload } from './naive.js'

const timeoutMs = 600_000
let duckdb: Duckdb

beforeAll(async () => {
  duckdb = await openDuckdb({ memoryLimitBytes: 500e6, threads: 1 })
})
afterAll(() => duckdb.close())

const mapping = createMapping({ events: {}, maps: [] })
const windows = fc.constantFrom(null, 1_000_000, 60_000_000)
const sides = fc.constantFrom('type' as const, 'source' as const)

const WEEK_US = 604_800e6

interface Asked {
  by: 'type' | 'source'
  windowUs: number | null
}

/** What is measured of events that come in this order, a few at a time. */
function observed(events: readonly EventRecord[], asked: Asked) {
  const meter = new LiveMeter({ ...asked, hops: true, memoryMs: 1, mapping })
  for (let at = 0; at < events.length; at += 7) {
    const items = events.slice(at, at + 7).map((event) => ({
      decoded: { kind: 'event' as const, event },
    }))
    meter.observe(items, 0)
  }
  const { span, total, types, windows, timeline, isBounded } = meter.read()
  expect(isBounded).toBe(false)
  return { span, total, types, windows, timeline, intervals: undefined }
}

test(
  'live meters give what the SQL of archives gives of the same deliveries',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        workloads({ receivedAt: 'always' }),
        windows,
        sides,
        async (events, windowUs, by) => {
          const asked = windowUs === null ? { by, windowUs } : { by: 'type' as const, windowUs }
          const deliveries = await spilledOf(duckdb, [...events].sort(byPosition))
          await judgeSpilled(duckdb)
          const { timeline, ...spilled } = await measureSpilled(duckdb, deliveries, asked)
          await dropTables(duckdb)
          const arrived = [...events].sort(placedOrder(events, byArrival))
          const { timeline: seen, ...live } = observed(arrived, asked)
          expect(live).toEqual(spilled)
          // Over centuries, doubles put what is at the border of a slot into its neighbour.
          if ((timeline?.stepUs ?? 0) <= WEEK_US) expect(seen).toEqual(timeline)
        },
      ),
      { numRuns: campaign(40), endOnFailure: true },
    )
  },
  timeoutMs,
)

function measured(meter: StatsMeter) {
  return withoutHdr(meter.read())
}

test('what has come since forgetting began is remembered', () => {
  fc.assert(
    fc.property(workload(), fc.nat(), (events, cut) => {
      const meter = new StatsMeter(null, true)
      meter.forget()
      const at = cut % (events.length + 1)
      for (const event of events.slice(0, at)) meter.observe(event)
      meter.forget()
      for (const event of events.slice(at)) meter.observe(event)
      expect(measured(meter)).toEqual(naiveStats(events, 'observed', { hops: true }))
    }),
    { numRuns: campaign(300) },
  )
})

test('what has not come between two times of forgetting is new', () => {
  fc.assert(
    fc.property(workload(), workload(), (first, second) => {
      const meter = new StatsMeter()
      meter.forget()
      for (const event of first) meter.observe(event)
      meter.forget()
      meter.forget()
      for (const event of second) meter.observe(event)
      const [a, b] = [first, second].map((events) => naiveStats(events, 'observed').total)
      const { total } = meter.read()
      expect(total.events).toBe((a?.events ?? 0) + (b?.events ?? 0))
      expect(total.duplicates.byCause).toEqual(sums(a?.duplicates.byCause, b?.duplicates.byCause))
      const { keys, checked, reordered } = total.ordering
      const expected = sums(a?.ordering, b?.ordering)
      expect({ keys, checked, reordered }).toEqual({
        keys: expected['keys'],
        checked: expected['checked'],
        reordered: expected['reordered'],
      })
    }),
    { numRuns: campaign(300) },
  )
})

function sums(a: object = {}, b: object = {}): Record<string, number> {
  const other = new Map(Object.entries(b))
  return Object.fromEntries(
    Object.entries(a).map(([name, value]) => [name, Number(value) + Number(other.get(name))]),
  )
}
