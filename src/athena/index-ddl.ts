import { columnsInEvents } from '../archive-index/relations.js'
import type { TableState } from '../aws/athena.js'
import { eventColumns } from '../engines/event-columns.js'
import { quoteText } from '../engines/leaf-tree.js'
import { EvtError } from '../errors.js'
import { SOURCE_PROPERTY } from './ddl.js'

/** The tables of an index in S3, each of one kind of its parts. */
export const indexTables = {
  entities: 'index_entities',
  records: 'index_records',
  events: 'index_events',
} as const

type IndexedKind = keyof typeof indexTables

/** What a table of an index says of where that is: `s3://bucket/prefix/`. */
export const INDEX_PROPERTY = 'evt.index'

interface IndexTablesOf {
  readonly database: string
  /** Of the archive, and of its index: `s3://bucket/prefix/`. */
  readonly location: string
  readonly index: string
}

/** The columns of each, as IndexWriter writes them, by Hive's types. */
const columns: Readonly<Record<IndexedKind, readonly (readonly [string, string])[]>> = {
  entities: [
    ['entity', 'string'],
    ['arrival_us', 'bigint'],
    ['pos', 'bigint'],
  ],
  records: [
    ['pos', 'bigint'],
    ['raw', 'string'],
    ['row', 'string'],
  ],
  events: [
    ['pos', 'bigint'],
    ...Object.entries(eventColumns)
      .filter(([name]) => columnsInEvents.includes(name))
      .map(([name, type]) => [name, hiveType(type)] as const),
  ],
}

/** Of `entities/` one folder holds an entity; the dates of `events/` may be none, and the table
 * reads what is below in whatever folder, so that none is missed. */
const partitions: Readonly<Record<IndexedKind, readonly string[]>> = {
  ...{ entities: ['bucket'], records: [], events: [] },
}

/** The statements that make the tables of an index, in order. */
export function indexDdl(of: IndexTablesOf): string[] {
  return kinds.map((kind) => {
    const below = `${of.index}${kind}/`
    const properties = [
      [SOURCE_PROPERTY, of.location],
      [INDEX_PROPERTY, of.index],
      ...(partitions[kind].length > 0 ? bucketProjection(below) : []),
    ]
    const lines = [
      `CREATE EXTERNAL TABLE IF NOT EXISTS \`${of.database}\`.\`${indexTables[kind]}\` (`,
      columns[kind].map(([name, type]) => `  \`${name}\` ${type}`).join(',\n'),
      ')',
      ...partitions[kind].map((name) => `PARTITIONED BY (\`${name}\` string)`),
      'STORED AS PARQUET',
      `LOCATION ${quoteText(below)}`,
      'TBLPROPERTIES (',
      properties.map((pair) => `  ${pair.map(quoteText).join(' = ')}`).join(',\n'),
      ')',
    ]
    return lines.join('\n')
  })
}

export const kinds: readonly IndexedKind[] = ['entities', 'records', 'events']

function bucketProjection(below: string): [string, string][] {
  const buckets = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, '0'))
  return [
    ['projection.enabled', 'true'],
    ['projection.bucket.type', 'enum'],
    ['projection.bucket.values', buckets.join(',')],
    ['storage.location.template', `${below}bucket=\${bucket}/`],
  ]
}

/** @throws EvtError `usage` where a table is there that is another one */
export function checkIndexTable(
  kind: IndexedKind,
  table: TableState | null,
  { database, location, index }: IndexTablesOf,
): void {
  if (table === null) return
  const name = `${database}.${indexTables[kind]}`
  const hint = 'evt athena teardown, or another --database'
  const wanted = [...columns[kind].map(([column]) => column), ...partitions[kind]]
  const found = [...table.columns, ...table.partitions]
  if (found.join() !== wanted.join()) {
    const message = `the table ${name} is there with other columns: ${found.join(', ')}`
    throw new EvtError(message, { code: 'usage', hint })
  }
  const of = [table.parameters[SOURCE_PROPERTY], table.parameters[INDEX_PROPERTY]]
  if (of[0] === location && of[1] === index) return
  const message = `the table ${name} is of ${of[1] ?? 'something else'}, not of ${index}`
  throw new EvtError(message, { code: 'usage', hint })
}

/** A type of DuckDB that a column of the view `events` has, as Hive has it. */
function hiveType(type: string): string {
  if (type.endsWith('[]')) return `array<${hiveType(type.slice(0, -2))}>`
  const [, fields] = /^STRUCT\((.*)\)$/.exec(type) ?? []
  if (fields === undefined) return type === 'BIGINT' ? 'bigint' : 'string'
  const typed = fields.split(', ').map((field) => {
    const [name = '', of = ''] = field.split(' ')
    return `${name.replaceAll('"', '')}:${hiveType(of)}`
  })
  return `struct<${typed.join(',')}>`
}
