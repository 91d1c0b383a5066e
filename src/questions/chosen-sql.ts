import { quoteText } from '../engines/leaf-tree.js'
import type { Chosen } from './chosen.js'
import { couldMatchSql } from './could-match-sql.js'

const arrival = 'coalesce(received_at_us, event_time_us)'

/** A selection as SQL over the columns of the view `events`; undefined where all are chosen. Of a
 * filter only what SQL can say: the matcher of patterns has to decide.
 * @param textOf SQL of a text that was typed */
export function chosenSql(chosen: Chosen, textOf = quoteText): string | undefined {
  const { sinceUs, untilUs, clock = 'arrival', types = [], entities = [] } = chosen
  const { keys = [], ids = [] } = chosen
  const could = chosen.filter && couldMatchSql(chosen.filter)
  const us = clock === 'arrival' ? arrival : 'coalesce(event_time_us, received_at_us)'
  const conditions = [
    ...(sinceUs === null ? [] : [`${us} >= ${sinceUs}`]),
    ...(untilUs === null ? [] : [`${us} < ${untilUs}`]),
    ...any(types.map((glob) => `type LIKE ${textOf(likeOf(glob))} ESCAPE '\\'`)),
    ...any(entities.map((entity) => `contains(entities, ${textOf(entity)})`)),
    ...any(keys.map((key) => `"key" = ${textOf(key)}`)),
    ...any(ids.map((id) => `id = ${textOf(id)}`)),
    ...(could === undefined ? [] : [could]),
  ]
  return conditions.length === 0 ? undefined : conditions.join(' AND ')
}

/** Whether nothing is left out. */
export function isAllChosen(chosen: Chosen): boolean {
  return chosenSql(chosen) === undefined && chosen.filter === undefined
}

function any(conditions: readonly string[]): string[] {
  return conditions.length === 0 ? [] : [`(${conditions.join(' OR ')})`]
}

/** Of a glob: `*` is any text, `?` any character. */
function likeOf(glob: string): string {
  return glob
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_')
}
