import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Duckdb, openDuckdb } from '../../src/engines/duckdb.js'
import type { EventRecord } from '../../src/event/event.js'
import { Deliveries } from '../../src/stats/deliveries.js'
import { rowsOfEvents, waitingRow } from '../../src/stats/event-rows.js'
import { GroupTable } from '../../src/stats/group-table.js'
import { judge } from '../../src/stats/judge.js'
import { measure } from '../../src/stats/measure.js'
import { Spill } from '../../src/stats/spill.js'
import { judgeSpilled } from '../../src/stats/spilled.js'
import { measureSpilled } from '../../src/stats/spilled-measure.js'
import { campaign } from '../helpers/campaign.js'
import { byPosition, naiveStats, withoutHdr, workload } from './naive.js'

const byType = { by: 'type', windowUs: null } as const
const timeoutMs = 600_000
let duckdb: Duckdb

beforeAll(async () => {
  duckdb = await openDuckdb({ memoryLimitBytes: 500e6, threads: 1 })
})
afterAll(() => duckdb.close())

/** The events of a workload as the columns of an archive, in order of position. */
async function deliveriesOf(events: readonly EventRecord[]): Promise<Deliveries> {
  const deliveries = new Deliveries(events.length)
  deliveries.keepHops()
  await add(deliveries, new GroupTable(deliveries.groups), events)
  return deliveries
}

async function add(deliveries: Deliveries, groups: GroupTable, events: readonly EventRecord[]) {
  deliveries.reserve(events.length)
  await rowsOfEvents(duckdb, { deliveries, groups }, events.map(waitingRow), (row, event, at) => {
    deliveries.set(at, row)
    if (event.textSequence !== null) deliveries.textSequences.set(at, event.textSequence)
  })
  deliveries.count = events.length
}

/** The same in DuckDB's tables, in two parts. */
async function spilledOf(events: readonly EventRecord[]): Promise<Deliveries> {
  const deliveries = new Deliveries(events.length)
  deliveries.keepHops()
  const groups = new GroupTable(deliveries.groups)
  const spill = new Spill(duckdb)
  const half = Math.floor(events.length / 2)
  for (const part of [events.slice(0, half), events.slice(half)]) {
    await add(deliveries, groups, part)
    await spill.take(deliveries)
  }
  return deliveries
}

const sorted = (events: readonly EventRecord[]) => [...events].sort(byPosition)

/** Figures without what the model does not make: encoded histograms, and the span's texts. */
function bare({ total, types }: Pick<ReturnType<typeof measure>, 'total' | 'types'>) {
  return withoutHdr({ total, types })
}

function expected(events: readonly EventRecord[]) {
  const { total, types } = naiveStats(events, 'archive', { hops: true })
  return { total, types }
}

test(
  'figures of an archive in memory equal the naive model',
  async () => {
    await fc.assert(
      fc.asyncProperty(workload(), async (all) => {
        const events = sorted(all)
        const deliveries = await deliveriesOf(events)
        expect(bare(measure(deliveries, await judge(deliveries), byType))).toEqual(expected(events))
      }),
      { numRuns: campaign(1_000) },
    )
  },
  timeoutMs,
)

/** Many workloads as one archive, since a run of the SQL costs the same for few events as for many:
 * each has types, ids, keys and paths of its own. */
const workloads = fc
  .array(workload({ minEvents: 1 }), { minLength: 20, maxLength: 20, size: 'max' })
  .map((all) => all.flatMap((events, n) => events.map((event) => apart(event, n))))

function apart(event: EventRecord, n: number): EventRecord {
  const of = (text: string | null) => (text === null ? null : `${n}/${text}`)
  const position = {
    ...event.position,
    path: `${String(n).padStart(2, '0')}/${event.position.path}`,
  }
  const place = event.place && { ...event.place, name: `${n}/${event.place.name}` }
  const names = { type: `${n}/${event.type}`, id: of(event.id), key: of(event.key) }
  return { ...event, ...names, position, place }
}

test(
  'the SQL of queries/stats gives the same figures as the arrays, histograms included',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        workloads,
        fc.constantFrom(null, 1_000_000, 60_000_000),
        async (all, windowUs) => {
          const events = sorted(all)
          const options = { by: 'type', windowUs, intervals: true } as const
          const deliveries = await spilledOf(events)
          await judgeSpilled(duckdb)
          const { timeline: _, ...spilled } = await measureSpilled(duckdb, deliveries, options)
          await dropTables()
          const held = await deliveriesOf(events)
          expect(spilled).toEqual(measure(held, await judge(held), options))
          expect(bare(spilled)).toEqual(expected(events))
        },
      ),
      // 50 times 20 workloads. Shrinking them takes longer than reading them.
      { numRuns: campaign(50), endOnFailure: true },
    )
  },
  timeoutMs,
)

async function dropTables(): Promise<void> {
  for (const view of ['deliveries', 'arrived']) await duckdb.rows(`DROP VIEW IF EXISTS ${view}`)
  const made = ['narrow', 'texts', 'places', 'hops', 'ranked', 'followers', 'arrivals']
  for (const table of [...made, 'repeats', 'reordered']) {
    await duckdb.rows(`DROP TABLE IF EXISTS ${table}`)
  }
}
