import { querySql } from './query.js'
import { onOneLine } from './statements.js'
import { both, deliveriesOf, deliveryColumns, isPlaced } from './trino-deliveries.js'
import { chosenRecords } from './trino-filter.js'
import { type TrinoStatement, withPlaces } from './trino-places.js'
import type { TrinoArchive } from './trino-question.js'
import { type Table, withTables } from './trino-tables.js'

/** What a row of figures is of: a type and source, a source, a window of so many µs, or one of the
 * former in a window. */
export type TrinoRows =
  | 'type'
  | 'source'
  | { readonly windowUs: number; readonly by?: 'type' | 'source' }

/** The name of a row, as the column `grp` has it, of texts in the way of {@link both}; in a window,
 * behind its number and a space. */
function rowOf(rows: TrinoRows): string {
  if (rows === 'type') return both('source', 'type')
  if (rows === 'source') return both('source', `'*'`)
  const us = 'coalesce(received_at_us, event_time_us)'
  const width = rows.windowUs
  const window = `CAST((${us} - ((${us} % ${width}) + ${width}) % ${width}) / ${width} AS varchar)`
  return rows.by === undefined ? window : `${window} || ' ' || ${rowOf(rows.by)}`
}

/** All figures of an archive, as queries/stats/figures.sql has them: each record is read once, but
 * where places of their own order deliveries. */
export async function trinoStats(archive: TrinoArchive, rows: TrinoRows): Promise<TrinoStatement> {
  const { sql, where, values } = chosenRecords(archive, archive.chosen)
  const records =
    `SELECT *, coalesce(state = 'event' AND (${where}), false) AS is_chosen ` + `FROM (${sql})`
  const some = [...named, ...sized].map(([name, value]) => {
    return `CASE WHEN is_chosen THEN ${value} END AS ${name}`
  })
  const read =
    `SELECT state, is_chosen, position.path AS path, ${some.join(', ')} ` + `FROM (${records})`
  const counted = `${rowOf(rows)} AS grp, state, path, no_sequence`
  const columns = `${deliveryColumns}, ${counted}`
  const simple =
    `SELECT ${columns}, received_at_us AS arrival_us, path AS arrival_pos, path AS position_rank ` +
    `FROM (${read})`
  const tables: Table[] = isPlaced(archive.plan)
    ? await placed(archive, columns, read)
    : [['deliveries', simple]]
  return withPlaces(withTables(onOneLine(await querySql('stats/figures')), tables), values)
}

/** What figures are made of, of events that are chosen. */
const named = [
  ...(['id', 'source', 'type', '"key"', 'event_time_us', 'received_at_us', 'attempt'] as const),
  ...(['sequence_kind', 'sequence_per', 'sequence_sort', 'replay', 'transport_id'] as const),
  ...(['place', 'place_sequence'] as const),
].map((name) => [name, name] as const)
const sized = [['no_sequence', 'cardinality(faults)']] as const

/** Where an order of their own has to be found out, deliveries are numbered. */
async function placed(archive: TrinoArchive, columns: string, read: string): Promise<Table[]> {
  const order = 'path, received_at_us, event_time_us, id'
  const numbered = `SELECT *, row_number() OVER (ORDER BY ${order}) AS pos FROM (${read})`
  const others = await deliveriesOf(archive)
  const joined =
    `SELECT d.*, a.arrival_us, a.arrival_pos, a.position_rank ` +
    `FROM (SELECT pos, ${columns} FROM archive) d JOIN arrivals a ON a.pos = d.pos`
  return [
    ['archive', numbered],
    ...others.filter(([name]) => name !== 'deliveries'),
    ['deliveries', joined],
  ]
}
