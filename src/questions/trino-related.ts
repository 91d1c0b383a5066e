import { quoteText } from '../engines/leaf-tree.js'
import { chosenRecords } from './trino-filter.js'
import { type TrinoStatement, withPlaces } from './trino-places.js'
import type { TrinoArchive } from './trino-question.js'

/** What is looked for one step further in chains of causes. */
export interface Wanted {
  /** Ids of events that are causes. */
  readonly causes: ReadonlySet<string>
  /** Ids of events whose effects are wanted. */
  readonly effects: ReadonlySet<string>
  readonly correlations: ReadonlySet<string>
}

/** Of each object how many records of each state it has; of events about an entity apart, with
 * their links: path, state, whether they are, id, correlation, cause, count. */
export function ownLinks(archive: TrinoArchive, entity: string): TrinoStatement {
  const { sql, where, values } = chosenRecords(archive, archive.chosen)
  const about = 'contains(entities, $evt_entity)'
  const isOwn = `coalesce(state = 'event' AND (${where}) AND ${about}, false)`
  const links = ['id', 'correlation_id', 'causation_id']
  const named = links.map((name) => `CASE WHEN own THEN ${name} END AS ${name}`)
  const rows = `SELECT *, ${isOwn} AS own FROM (${sql})`
  const some = `SELECT position.path AS path, state, own, ${named.join(', ')} FROM (${rows})`
  const grouped =
    `SELECT path, state, own, ${links.join(', ')}, count(*) FROM (${some}) ` +
    `GROUP BY path, state, own, ${links.join(', ')}`
  return withPlaces(grouped, { ...values, evt_entity: entity })
}

/** The events one step further: path, id, cause. */
export function linksOf(
  archive: TrinoArchive,
  { causes, effects, correlations }: Wanted,
): TrinoStatement {
  const { sql, where, values } = chosenRecords(archive, archive.chosen)
  const conditions = [
    ...isOneOf('id', causes),
    ...isOneOf('causation_id', effects),
    ...isOneOf('correlation_id', correlations),
  ]
  const found =
    `SELECT DISTINCT position.path, id, causation_id FROM (${sql}) ` +
    `WHERE state = 'event' AND (${where}) AND (${conditions.join(' OR ')})`
  return withPlaces(found, values)
}

function isOneOf(column: string, ids: ReadonlySet<string>): string[] {
  return ids.size === 0 ? [] : [`${column} IN (${[...ids].map(quoteText).join(', ')})`]
}
