import { quoteText } from '../engines/leaf-tree.js'
import { type Layout, partitionValue } from './layout.js'

/** The table of the lines of an archive. */
export const LINES_TABLE = 'lines'
/** The view of its events, for whoever asks Athena without evt. */
export const EVENTS_VIEW = 'events'

/** What a table says of the archive that it is of. */
export const SOURCE_PROPERTY = 'evt.source'
export const LAYOUT_PROPERTY = 'evt.layout'

interface TableOf {
  readonly database: string
  /** `s3://bucket/prefix/`. */
  readonly location: string
  readonly layout: Layout | undefined
  /** Keys below the location. */
  readonly keys: readonly string[]
}

export function databaseDdl(database: string): string {
  return `CREATE DATABASE IF NOT EXISTS \`${database}\``
}

/** The statement that makes the table of lines. */
export function tableDdl(table: TableOf): string {
  const { database, location, layout } = table
  // One column of text: no SerDe that reads JSON keeps keys apart by case, or says what it skips.
  // What stands behind the delimiter, which no JSON has, is the second column.
  const lines = [
    `CREATE EXTERNAL TABLE IF NOT EXISTS \`${database}\`.\`${LINES_TABLE}\` (`,
    '  `line` string,',
    '  `rest` string',
    ')',
    ...(layout ? [`PARTITIONED BY (\`${layout.column}\` string)`] : []),
    "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'",
    "WITH SERDEPROPERTIES ('field.delim' = '\\001', 'serialization.null.format' = '\\002')",
    "STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'",
    "OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'",
    `LOCATION ${quoteText(location)}`,
    'TBLPROPERTIES (',
    ...propertiesOf(table).map(([name, value], n, all) => {
      return `  ${quoteText(name)} = ${quoteText(value)}${n < all.length - 1 ? ',' : ''}`
    }),
    ')',
  ]
  return lines.join('\n')
}

/** The properties of the table, by name. */
function propertiesOf({ location, layout, keys }: TableOf): [string, string][] {
  const own: [string, string][] = [
    [SOURCE_PROPERTY, location],
    [LAYOUT_PROPERTY, layout?.title ?? 'none'],
  ]
  if (!layout) return own
  const { column, format, unit, prefix } = layout
  const values = keys.map((key) => partitionValue(layout, key)).sort()
  return [
    ...own,
    ['projection.enabled', 'true'],
    [`projection.${column}.type`, 'date'],
    [`projection.${column}.format`, format],
    // What is yet to come is there when it comes.
    [`projection.${column}.range`, `${values[0] ?? ''},NOW+1DAYS`],
    [`projection.${column}.interval`, '1'],
    [`projection.${column}.interval.unit`, unit],
    ['storage.location.template', `${location}${prefix}\${${column}}/`],
  ]
}
