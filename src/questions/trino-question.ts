import { Unprojectable } from '../engines/chain-sql.js'
import type { Statement } from '../engines/engine.js'
import { eventColumns, type undecodableColumns } from '../engines/event-columns.js'
import { quoteName } from '../engines/leaf-tree.js'
import type { ProjectionPlan } from '../engines/record-sql.js'
import { EvtError } from '../errors.js'
import type { Chosen } from './chosen.js'
import { type Flows, flowRows } from './flows.js'
import type { Hidden } from './hidden-sql.js'
import { hiddenHead, hiddenInTrino } from './hidden-trino.js'
import { judgedColumns, judgedEvents } from './judged.js'
import { querySql } from './query.js'
import { isQuoted, onOneLine, partsOf } from './statements.js'
import { deliveriesOf } from './trino-deliveries.js'
import { chosenRecords } from './trino-filter.js'
import { type PlacedStatement, type TrinoStatement, withPlaces } from './trino-places.js'
import { type Table, withTables } from './trino-tables.js'

/** What a question is asked of in Trino's SQL. */
export interface TrinoArchive {
  readonly plan: ProjectionPlan
  /** A relation of `line`, `rest` and `path`: see {@link trinoRecordsSql}. */
  readonly lines: string
  readonly chosen: Chosen
  readonly flows: Flows
  /** What nobody is shown. */
  readonly hidden?: Hidden | undefined
}

/** Which of the judged tables a question looks at. */
interface JudgedLooks {
  readonly repeats: boolean
  readonly reorderings: boolean
}

/**
 * A question in Trino's SQL: as it is, with what it reads before it, in one line, so that its lines
 * have the numbers that they have where it was written.
 */
export async function trinoQuestion(
  { sql, values }: Statement,
  archive: TrinoArchive,
  looks: JudgedLooks,
): Promise<TrinoStatement> {
  const bare = partsOf(sql).filter((part) => !isQuoted(part) || part.startsWith('"'))
  const names = new Set(bare.join('').match(/\w+/g))
  const events = await shownEvents(archive, looks)
  const flows: Table = ['flows', flowsTable(archive.flows)]
  const steps = async () => withTables(await querySql('stats/flow-steps'), [events, flows])
  const tables: Table[] = []
  if (names.has('events')) tables.push(events)
  if (names.has('undecodable')) tables.push(['undecodable', undecodableOf(archive)])
  if (names.has('flows')) tables.push(flows)
  if (names.has('flow_steps')) tables.push(['flow_steps', onOneLine(await steps())])
  const { values: chosen } = chosenRecords(archive, archive.chosen)
  return withPlaces(withTables(sql, tables), { ...values, ...chosen })
}

/** How many records of each state there are, and of how many objects. */
export function countedRecords(archive: TrinoArchive): TrinoStatement {
  const { sql, where, values } = chosenRecords(archive, archive.chosen)
  const counts = [
    `count(DISTINCT position.path)`,
    'count(*)',
    countOf(`state = 'undecodable'`),
    countOf(`state = 'unsure'`),
    countOf(`state = 'event' AND (${where})`),
    'sum(bytes)',
  ]
  return withPlaces(`SELECT ${counts.join(', ')} FROM (${sql})`, values)
}

/** The same of each object: its path, and how many records, undecodable and unsure ones, events,
 * and events that are chosen it has.
 * @param could what those also meet, over the columns of `events`, with its values */
export function objectCounts(archive: TrinoArchive, could?: Statement): PlacedStatement {
  const { sql, where, values } = chosenRecords(archive, archive.chosen)
  const wanted = could ? `(${where}) AND (${could.sql})` : where
  const columns = [
    'position.path AS path',
    'count(*)',
    countOf(`state = 'undecodable'`),
    countOf(`state = 'unsure'`),
    countOf(`state = 'event'`),
    countOf(`state = 'event' AND (${wanted})`),
  ]
  const counted = `SELECT ${columns.join(', ')} FROM (${sql}) GROUP BY position.path`
  return withPlaces(counted, { ...values, ...could?.values })
}

function countOf(condition: string): string {
  return `sum(CASE WHEN ${condition} THEN 1 ELSE 0 END)`
}

/** @throws EvtError `usage` for a place that Trino has no path for */
async function shownEvents(archive: TrinoArchive, looks: JudgedLooks): Promise<Table> {
  const [name, sql] = await eventsOf(archive, looks)
  const { hidden } = archive
  if (!hidden || hidden.paths.length === 0) return [name, sql]
  try {
    return [name, onOneLine(hiddenInTrino(sql, Object.keys(judgedColumns), hidden))]
  } catch (error) {
    if (!(error instanceof Unprojectable)) throw error
    throw new EvtError(`Athena cannot hide what privacy.redact names: ${error.message}`, {
      ...{ code: 'usage', hint: 'evt query without --engine athena hides it', cause: error },
    })
  }
}

async function eventsOf(archive: TrinoArchive, looks: JudgedLooks): Promise<Table> {
  const records = chosenRecords(archive, archive.chosen)
  const columns = Object.keys(eventColumns).map(quoteName)
  // Tables of lines have no numbers of lines: within an object, order is that of times.
  const order = 'position.path, received_at_us, event_time_us, raw'
  const rows =
    `SELECT row_number() OVER (ORDER BY ${order}) AS pos, ${columns.join(', ')} ` +
    `FROM (${records.sql}) WHERE state = 'event' AND (${records.where})`
  if (!looks.repeats && !looks.reorderings) {
    const unjudged =
      'CAST(1 AS bigint) AS copy_number, CAST(NULL AS varchar) AS duplicate, ' +
      'CAST(NULL AS boolean) AS reordered, CAST(NULL AS bigint) AS extent, ' +
      'CAST(NULL AS bigint) AS late_us'
    return ['events', `SELECT ${columns.join(', ')}, ${unjudged}, pos FROM (${rows})`]
  }
  const reorderings = looks.reorderings
    ? `SELECT *, true AS yes FROM (${await querySql('stats/reordered')})`
    : 'SELECT CAST(NULL AS bigint) AS pos, false AS yes, CAST(NULL AS bigint) AS extent, ' +
      'CAST(NULL AS bigint) AS late_us WHERE false'
  // Each stands there once: Athena takes no more than 262,144 bytes.
  const joined = withTables(judgedEvents, [
    ['archive', rows],
    ...(await deliveriesOf(archive)),
    ['repeats', await querySql('stats/repeats')],
    ['reorderings', reorderings],
  ])
  return ['events', onOneLine(joined)]
}

function undecodableOf(archive: TrinoArchive): string {
  const { hidden } = archive
  const values: Record<keyof typeof undecodableColumns, string> = {
    reason: `CASE state WHEN 'unsure' THEN 'left to evt' ELSE 'not JSON' END`,
    detail: `CASE state WHEN 'unsure' THEN 'is read by evt alone' ELSE 'is no JSON object' END`,
    position: 'position',
    bytes: 'bytes',
    head: hidden && hidden.paths.length > 0 ? hiddenHead : 'substr(to_utf8(raw), 1, 200)',
  }
  const columns = Object.entries(values).map(([name, sql]) => `${sql} AS ${quoteName(name)}`)
  const { sql: records } = chosenRecords(archive, archive.chosen)
  return `SELECT ${columns.join(', ')} FROM (${records}) WHERE state <> 'event'`
}

function flowsTable(flows: Flows): string {
  const rows = flowRows(flows)
  const none = `SELECT '', 0, '', CAST(NULL AS bigint) WHERE false`
  const values = rows.length === 0 ? none : `VALUES ${rows.join(', ')}`
  return `SELECT * FROM (${values}) AS f (flow, step, type, within_us)`
}
