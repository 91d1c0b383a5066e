import type { TableState } from '../aws/athena.js'
import { eventColumns } from '../engines/event-columns.js'
import { quoteName } from '../engines/leaf-tree.js'
import type { ProjectionPlan } from '../engines/record-sql.js'
import { trinoRecordsSql } from '../engines/trino-view.js'
import { EVENTS_VIEW, LINES_TABLE } from './ddl.js'

/** The lines of an archive as the relation that is read.
 * @param where which partitions; by default all */
export function linesOf({ database }: { database: string }, where = 'true'): string {
  const table = `${quoteName(database)}.${quoteName(LINES_TABLE)}`
  return `(SELECT line, rest, "$path" AS path FROM ${table} WHERE ${where})`
}

/** The view of what Athena reads surely, for whoever asks without evt. */
export function eventsViewDdl(archive: { database: string }, plan: ProjectionPlan): string {
  const columns = Object.keys(eventColumns).map(quoteName).join(', ')
  const view = `${quoteName(archive.database)}.${quoteName(EVENTS_VIEW)}`
  const records = trinoRecordsSql(plan, linesOf(archive))
  const select = `SELECT ${columns} FROM (${records}) WHERE state = 'event'`
  return `CREATE OR REPLACE VIEW ${view} AS ${select}`
}

/** Columns that the view has in every version of evt, and hardly another one. */
const telling = ['event_time_us', 'sequence_sort', 'sequence_per']

/** Whether a view is evt's: views have no properties. */
export function isEventsView({ columns }: TableState): boolean {
  return telling.every((column) => columns.includes(column))
}
