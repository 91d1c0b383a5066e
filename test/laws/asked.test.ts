import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Duckdb, openDuckdb } from '../../src/engines/duckdb.js'
import { EventTables } from '../../src/engines/events-table.js'
import type { EventRecord } from '../../src/event/event.js'
import { emptyJudged, eventsView, judgeEvents } from '../../src/questions/judged.js'
import { campaign } from '../helpers/campaign.js'
import { byPosition, naiveStats, workload } from './naive.js'

let duckdb: Duckdb

beforeAll(async () => {
  duckdb = await openDuckdb({ memoryLimitBytes: 500e6, threads: 1 })
})
afterAll(() => duckdb.close())

/** Many workloads at once, each with types, ids, keys and paths of its own: a statement costs the
 * same for few events as for many. */
const workloads = fc
  .array(workload({ minEvents: 1 }), { minLength: 10, maxLength: 10, size: 'max' })
  .map((all) => all.flatMap((events, n) => events.map((event) => apart(event, n))))

function apart(event: EventRecord, n: number): EventRecord {
  const of = (text: string | null) => (text === null ? null : `${n}/${text}`)
  const path = `${String(n).padStart(2, '0')}/${event.position.path}`
  const place = event.place && { ...event.place, name: `${n}/${event.place.name}` }
  const names = { type: `${n}/${event.type}`, id: of(event.id), key: of(event.key) }
  return { ...event, ...names, position: { ...event.position, path }, place }
}

async function tablesOf(events: readonly EventRecord[]): Promise<void> {
  const tables = await EventTables.create(duckdb)
  for (const sql of emptyJudged) await duckdb.rows(sql)
  let path: string | undefined
  let pending: EventRecord[] = []
  const flush = async () => {
    await tables.add(pending.map((event) => ({ kind: 'event', event })))
    pending = []
  }
  for (const event of [...events].sort(byPosition)) {
    if (event.position.path !== path) {
      await flush()
      tables.beginObject()
      path = event.position.path
    }
    pending.push(event)
  }
  await flush()
}

async function dropTables(): Promise<void> {
  for (const view of ['events', 'deliveries', 'places']) {
    await duckdb.rows(`DROP VIEW IF EXISTS ${view}`)
  }
  const made = ['archive', 'undecodable', 'repeats', 'reorderings', 'followers', 'arrivals']
  for (const table of made) await duckdb.rows(`DROP TABLE IF EXISTS ${table}`)
}

const counts = `SELECT type, source, count(*), count(duplicate),
  count(*) FILTER (WHERE duplicate = 'replay'), count(*) FILTER (WHERE duplicate = 'redelivery'),
  count(reordered), count(*) FILTER (WHERE reordered), max(extent), max(late_us)
  FROM events GROUP BY type, source ORDER BY type, source`

test('what the view events says of each delivery adds up to the naive model', async () => {
  await fc.assert(
    fc.asyncProperty(workloads, async (events) => {
      await tablesOf(events)
      await judgeEvents(duckdb, { repeats: true, reorderings: true })
      await duckdb.rows(eventsView)
      const rows = await duckdb.rows(counts)
      await dropTables()
      const found = rows.map(([type, source, ...figures]) => ({
        ...{ type, source },
        figures: figures.map((figure) => Math.max(0, Number(figure ?? 0))),
      }))
      const expected = naiveStats(events, 'archive').types.map((row) => ({
        ...{ type: row.type, source: row.source },
        figures: figuresOf(row),
      }))
      const order = (a: { type: unknown; source: unknown }) => JSON.stringify([a.type, a.source])
      const sorted = <T extends { type: unknown; source: unknown }>(all: T[]) =>
        all.sort((a, b) => (order(a) < order(b) ? -1 : 1))
      expect(sorted(found)).toEqual(sorted(expected))
    }),
    { numRuns: campaign(30), endOnFailure: true },
  )
}, 600_000)

function figuresOf({
  events,
  duplicates,
  ordering,
}: ReturnType<typeof naiveStats>['types'][number]): number[] {
  const { replay = 0, redelivery = 0 } = duplicates?.byCause ?? {}
  return [
    ...[events, duplicates?.count ?? 0, replay, redelivery],
    ...[ordering.checked, ordering.reordered],
    ...[ordering.maxExtent ?? 0, Math.round((ordering.maxLateMs ?? 0) * 1000)],
  ]
}
