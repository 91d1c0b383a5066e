import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Duckdb, openDuckdb } from '../../src/engines/duckdb.js'
import type { EventRecord } from '../../src/event/event.js'
import { judge } from '../../src/stats/judge.js'
import { measure } from '../../src/stats/measure.js'
import { judgeSpilled } from '../../src/stats/spilled.js'
import { measureSpilled } from '../../src/stats/spilled-measure.js'
import { campaign } from '../helpers/campaign.js'
import { deliveriesOf, dropTables, spilledOf, workloads } from './archives.js'
import { byPosition, naiveStats, withoutHdr, workload } from './naive.js'

const byType = { by: 'type', windowUs: null } as const
const timeoutMs = 600_000
let duckdb: Duckdb

beforeAll(async () => {
  duckdb = await openDuckdb({ memoryLimitBytes: 500e6, threads: 1 })
})
afterAll(() => duckdb.close())

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
        const deliveries = await deliveriesOf(duckdb, events)
        expect(bare(measure(deliveries, await judge(deliveries), byType))).toEqual(expected(events))
      }),
      { numRuns: campaign(1_000) },
    )
  },
  timeoutMs,
)

test(
  'the SQL of queries/stats gives the same figures as the arrays, histograms included',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        workloads(),
        fc.constantFrom(null, 1_000_000, 60_000_000),
        async (all, windowUs) => {
          const events = sorted(all)
          const options = { by: 'type', windowUs, intervals: true } as const
          const deliveries = await spilledOf(duckdb, events)
          await judgeSpilled(duckdb)
          const { timeline: _, ...spilled } = await measureSpilled(duckdb, deliveries, options)
          await dropTables(duckdb)
          const held = await deliveriesOf(duckdb, events)
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
