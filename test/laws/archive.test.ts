import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { figuresOf } from '../../src/athena/figures.js'
import { type Duckdb, openDuckdb } from '../../src/engines/duckdb.js'
import type { EventRecord } from '../../src/event/event.js'
import { querySql } from '../../src/questions/query.js'
import { judge } from '../../src/stats/judge.js'
import { measure } from '../../src/stats/measure.js'
import { deliveriesView, judgeSpilled, spilledTallies } from '../../src/stats/spilled.js'
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
  'figures in one reading are those of the SQL that reads several times',
  async () => {
    await fc.assert(
      fc.asyncProperty(workloads(), async (all) => {
        const deliveries = await spilledOf(duckdb, sorted(all))
        await judgeSpilled(duckdb)
        const row = 'CAST(group_no AS BIGINT)'
        const several = await spilledTallies(duckdb, row, false)
        await duckdb.rows(deliveriesView(row))
        await duckdb.rows(`CREATE OR REPLACE TEMP VIEW once AS SELECT * REPLACE (
          CAST(identity AS VARCHAR) AS identity, CAST(key_hash AS VARCHAR) AS key_hash,
          CAST(stream AS VARCHAR) || ':' AS stream), 'event' AS state, 'a' AS path,
          0 AS no_sequence FROM deliveries`)
        const sql = (await querySql('stats/figures')).replace('FROM deliveries', 'FROM once')
        const reader = await duckdb.connection.runAndReadAll(sql)
        const columns = reader.columnNames().map((name) => ({ name, type: 'text' as const }))
        const texts = reader.getRows().map((of) => of.map((v) => (v === null ? null : String(v))))
        async function* chunks() {
          yield texts
        }
        const { rows } = await figuresOf({ columns, chunks: chunks() })
        await dropTables(duckdb)
        for (const [number, tally] of several) {
          expect(rows.get(String(number))?.tally.figures()).toEqual(tally.figures())
        }
        expect(rows.size).toBe(several.size)
        expect(deliveries.total).toBe(all.length)
      }),
      { numRuns: campaign(20), endOnFailure: true },
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
