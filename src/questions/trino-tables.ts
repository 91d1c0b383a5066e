import { eventColumns, undecodableColumns } from '../engines/event-columns.js'
import { quoteName } from '../engines/leaf-tree.js'
import { flowColumns, flowStepsColumns } from './flows.js'
import { judgedColumns } from './judged.js'
import { onOneLine } from './statements.js'

/** What a statement reads, which stands before it. */
export type Table = readonly [name: string, sql: string]

const columnsOf: Readonly<Record<string, readonly string[]>> = {
  events: [...Object.keys(eventColumns), ...Object.keys(judgedColumns)],
  undecodable: Object.keys(undecodableColumns),
  flows: Object.keys(flowColumns),
  flow_steps: flowStepsColumns,
}

/** A statement with tables before its own. */
export function withTables(statement: string, tables: readonly Table[]): string {
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
