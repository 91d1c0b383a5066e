import type { BoundValue, Statement } from '../engines/engine.js'
import { eventColumns, undecodableColumns } from '../engines/event-columns.js'
import { quoteName, quoteText } from '../engines/leaf-tree.js'
import type { ProjectionPlan } from '../engines/record-sql.js'
import { trinoIntegerSort } from '../engines/trino-scalars.js'
import { trinoRecordsSql } from '../engines/trino-view.js'
import type { Chosen } from './chosen.js'
import { chosenSql } from './chosen-sql.js'
import { type Flows, flowColumns, flowRows, flowStepsColumns } from './flows.js'
import { judgedColumns, judgedEvents } from './judged.js'
import { querySql } from './query.js'
import { isQuoted, onOneLine, partsOf } from './statements.js'

/** What a question is asked of in Trino's SQL. */
export interface TrinoArchive {
  readonly plan: ProjectionPlan
  /** A relation of `line`, `rest` and `path`: see {@link trinoRecordsSql}. */
  readonly lines: string
  readonly chosen: Chosen
  readonly flows: Flows
}

/** Which of the judged tables a question looks at. */
interface JudgedLooks {
  readonly repeats: boolean
  readonly reorderings: boolean
}

/** SQL with `?` where a value goes, and the values as expressions of SQL, in order. */
export interface TrinoStatement {
  readonly sql: string
  readonly values: readonly string[]
}

type Table = readonly [name: string, sql: string]

const columnsOf: Readonly<Record<string, readonly string[]>> = {
  events: [...Object.keys(eventColumns), ...Object.keys(judgedColumns)],
  undecodable: Object.keys(undecodableColumns),
  flows: Object.keys(flowColumns),
  flow_steps: flowStepsColumns,
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
  const events = await eventsOf(archive, looks)
  const flows: Table = ['flows', flowsTable(archive.flows)]
  const steps = async () => withTables(await querySql('stats/flow-steps'), [events, flows])
  const tables: Table[] = []
  if (names.has('events')) tables.push(events)
  if (names.has('undecodable')) tables.push(['undecodable', undecodableOf(archive)])
  if (names.has('flows')) tables.push(flows)
  if (names.has('flow_steps')) tables.push(['flow_steps', onOneLine(await steps())])
  return withPlaces(withTables(sql, tables), values)
}

/** How many records of each state there are, and of how many objects. */
export function countedRecords({ plan, lines, chosen }: TrinoArchive): TrinoStatement {
  const counts = [
    `count(DISTINCT position.path)`,
    'count(*)',
    countOf(`state = 'undecodable'`),
    countOf(`state = 'unsure'`),
    countOf(`state = 'event' AND (${chosenSql(chosen) ?? 'true'})`),
    'sum(bytes)',
  ]
  return { sql: `SELECT ${counts.join(', ')} FROM (${trinoRecordsSql(plan, lines)})`, values: [] }
}

/** The same of each object: its path, and how many records, undecodable and unsure ones, events,
 * and events that are chosen it has. */
export function objectCounts({ plan, lines, chosen }: TrinoArchive): TrinoStatement {
  const columns = [
    'position.path AS path',
    'count(*)',
    countOf(`state = 'undecodable'`),
    countOf(`state = 'unsure'`),
    countOf(`state = 'event'`),
    countOf(`state = 'event' AND (${chosenSql(chosen) ?? 'true'})`),
  ]
  const records = trinoRecordsSql(plan, lines)
  return {
    sql: `SELECT ${columns.join(', ')} FROM (${records}) GROUP BY position.path`,
    values: [],
  }
}

function countOf(condition: string): string {
  return `sum(CASE WHEN ${condition} THEN 1 ELSE 0 END)`
}

async function eventsOf(archive: TrinoArchive, looks: JudgedLooks): Promise<Table> {
  const { plan, lines, chosen } = archive
  const columns = Object.keys(eventColumns).map(quoteName)
  // Tables of lines have no numbers of lines: within an object, order is that of times.
  const order = 'position.path, received_at_us, event_time_us, raw'
  const where = chosenSql(chosen) ?? 'true'
  const rows =
    `SELECT row_number() OVER (ORDER BY ${order}) AS pos, ${columns.join(', ')} ` +
    `FROM (${trinoRecordsSql(plan, lines)}) WHERE state = 'event' AND (${where})`
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

/** The relation `deliveries` that judging reads, with order of arrival (DESIGN §8), and what it is
 * made of. */
async function deliveriesOf({ plan }: TrinoArchive): Promise<Table[]> {
  const byTimes = 'received_at_us AS arrival_us, pos AS arrival_pos, pos AS position_rank'
  const simple = `SELECT ${deliveryColumns}, ${byTimes} FROM archive`
  const isPlaced = plan.chains.some(([outermost]) => outermost?.place !== undefined)
  if (!isPlaced) return [['deliveries', simple]]
  const unplaced: Table = ['deliveries', 'SELECT * FROM unplaced']
  const places =
    'SELECT pos, place AS place_hash, place_sequence AS part_3, 0 AS part_2, 0 AS part_1, ' +
    '0 AS part_0 FROM archive WHERE place IS NOT NULL'
  const joined =
    `SELECT d.*, a.arrival_us, a.arrival_pos, a.position_rank ` +
    `FROM (SELECT ${deliveryColumns} FROM archive) d JOIN arrivals a ON a.pos = d.pos`
  return [
    ['unplaced', simple],
    ['places', places],
    ['followers', withTables(await querySql('stats/followers'), [unplaced])],
    ['arrivals', withTables(await querySql('stats/arrivals'), [unplaced])],
    ['deliveries', joined],
  ]
}

/** Texts stand for DuckDB's hashes: two that are equal are the same. */
const both = (a: string, b: string) => `CAST(length(${a}) AS varchar) || ':' || ${a} || ${b}`
const stream = `${both('"key"', 'sequence_kind')} || ':' || sequence_per`
const deliveryColumns = `pos,
  CASE WHEN id IS NOT NULL THEN ${both('source', 'id')} END AS identity, "key" AS key_hash,
  CASE WHEN sequence_per = 'key' THEN ${stream} ELSE ${stream} || ':' || source END AS stream,
  CASE WHEN sequence_kind = 'time' THEN ${trinoIntegerSort('CAST(event_time_us AS varchar)')}
    ELSE sequence_sort END AS place,
  event_time_us AS event_us, received_at_us AS received_us, replay IS NOT NULL AS replay,
  attempt > 1 AND transport_id IS NOT NULL AS retried, transport_id AS transport`

function undecodableOf({ plan, lines }: TrinoArchive): string {
  const values: Record<keyof typeof undecodableColumns, string> = {
    reason: `CASE state WHEN 'unsure' THEN 'left to evt' ELSE 'not JSON' END`,
    detail: `CASE state WHEN 'unsure' THEN 'is read by evt alone' ELSE 'is no JSON object' END`,
    position: 'position',
    bytes: 'bytes',
    head: 'substr(to_utf8(raw), 1, 200)',
  }
  const columns = Object.entries(values).map(([name, sql]) => `${sql} AS ${quoteName(name)}`)
  const records = trinoRecordsSql(plan, lines)
  return `SELECT ${columns.join(', ')} FROM (${records}) WHERE state <> 'event'`
}

function flowsTable(flows: Flows): string {
  const rows = flowRows(flows)
  const none = `SELECT '', 0, '', CAST(NULL AS bigint) WHERE false`
  const values = rows.length === 0 ? none : `VALUES ${rows.join(', ')}`
  return `SELECT * FROM (${values}) AS f (flow, step, type, within_us)`
}

/** A statement with tables before its own. */
function withTables(statement: string, tables: readonly Table[]): string {
  if (tables.length === 0) return statement
  const start = /^(?:\s+|--[^\n]*\n|\/\*[\s\S]*?\*\/)*/.exec(statement)?.[0] ?? ''
  const rest = statement.slice(start.length)
  const [words = '', recursive] = /^WITH\s+(RECURSIVE\s+)?/i.exec(rest) ?? []
  const all = tables
    .map(([name, sql]) => {
      // Beside a recursion Trino wants the names of all columns.
      const columns = recursive === undefined ? [] : (columnsOf[name] ?? [])
      const names = columns.length === 0 ? '' : ` (${columns.map(quoteName).join(', ')})`
      return `${name}${names} AS (${onOneLine(sql)})`
    })
    .join(', ')
  if (words === '') return `${start}WITH ${all} ${rest}`
  return `${start}${words}${all}, ${rest.slice(words.length)}`
}

function withPlaces(sql: string, values: Readonly<Record<string, BoundValue>>): TrinoStatement {
  const found: string[] = []
  const parts = partsOf(sql).map((part) => {
    if (isQuoted(part)) return part
    return part.replace(/\$(\w+)/g, (whole, name: string) => {
      const value = values[name]
      if (value === undefined) return whole
      found.push(expressionOf(value))
      return '?'
    })
  })
  return { sql: parts.join(''), values: found }
}

function expressionOf(value: BoundValue): string {
  if (value === null) return 'NULL'
  if (typeof value === 'string') return quoteText(value)
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value)
  return `DOUBLE '${value}'`
}
