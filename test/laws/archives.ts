import fc from 'fast-check'
import type { Duckdb } from '../../src/engines/duckdb.js'
import type { EventRecord } from '../../src/event/event.js'
import { Deliveries } from '../../src/stats/deliveries.js'
import { rowsOfEvents, waitingRow } from '../../src/stats/event-rows.js'
import { GroupTable } from '../../src/stats/group-table.js'
import { Spill } from '../../src/stats/spill.js'
import { type WorkloadOptions, workload } from './workload.js'

/** The events of a workload as the columns of an archive, in order of position. */
export async function deliveriesOf(
  duckdb: Duckdb,
  events: readonly EventRecord[],
): Promise<Deliveries> {
  const deliveries = new Deliveries(events.length)
  deliveries.keepHops()
  await add(duckdb, deliveries, new GroupTable(deliveries.groups), events)
  return deliveries
}

async function add(
  duckdb: Duckdb,
  deliveries: Deliveries,
  groups: GroupTable,
  events: readonly EventRecord[],
) {
  deliveries.reserve(events.length)
  await rowsOfEvents(
    duckdb,
    { deliveries, groups },
    events.map((one) => waitingRow(one)),
    (row, event, at) => {
      deliveries.set(at, row)
      if (event.textSequence !== null) deliveries.textSequences.set(at, event.textSequence)
    },
  )
  deliveries.count = events.length
}

/** The same in DuckDB's tables, in two parts. */
export async function spilledOf(
  duckdb: Duckdb,
  events: readonly EventRecord[],
): Promise<Deliveries> {
  const deliveries = new Deliveries(events.length)
  deliveries.keepHops()
  const groups = new GroupTable(deliveries.groups)
  const spill = new Spill(duckdb)
  const half = Math.floor(events.length / 2)
  for (const part of [events.slice(0, half), events.slice(half)]) {
    await add(duckdb, deliveries, groups, part)
    await spill.take(deliveries)
  }
  return deliveries
}

/** Many workloads as one archive, since a run of the SQL costs the same for few events as for many:
 * each has types, ids, keys and paths of its own. */
export function workloads(options: WorkloadOptions = {}): fc.Arbitrary<EventRecord[]> {
  return fc
    .array(workload({ minEvents: 1, ...options }), { minLength: 20, maxLength: 20, size: 'max' })
    .map((all) => all.flatMap((events, n) => events.map((event) => apart(event, n))))
}

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

/** What a run of the SQL leaves. */
export async function dropTables(duckdb: Duckdb): Promise<void> {
  for (const view of ['deliveries', 'arrived']) await duckdb.rows(`DROP VIEW IF EXISTS ${view}`)
  const made = ['narrow', 'texts', 'places', 'hops', 'ranked', 'followers', 'arrivals']
  for (const table of [...made, 'repeats', 'reordered']) {
    await duckdb.rows(`DROP TABLE IF EXISTS ${table}`)
  }
}
