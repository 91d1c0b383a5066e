import { quoteText } from '../engines/leaf-tree.js'
import type { EventRecord } from '../event/event.js'
import type { EventPattern } from '../event/pattern.js'
import { patternMatcher } from '../event/pattern-match.js'
import { typeMatcher } from '../event/type-globs.js'
import { couldMatchSql } from './could-match-sql.js'

/** Which events are asked about (DESIGN §7); filters apply before anything is judged. */
export interface Chosen {
  sinceUs: number | null
  untilUs: number | null
  /** The clock that since and until go by; audits go by when things happened. */
  clock?: 'arrival' | 'time'
  /** Globs; none: all types. */
  types?: readonly string[]
  /** `kind:id`; none: all. */
  entities?: readonly string[]
  keys?: readonly string[]
  /** Of the document. */
  filter?: EventPattern | undefined
}

const arrival = 'coalesce(received_at_us, event_time_us)'

/** A selection as SQL over the columns of the view `events`; undefined where all are chosen. Of a
 * filter only what SQL can say: {@link patternMatcher} has to decide. */
export function chosenSql(chosen: Chosen): string | undefined {
  const { sinceUs, untilUs, clock = 'arrival', types = [], entities = [], keys = [] } = chosen
  const could = chosen.filter && couldMatchSql(chosen.filter)
  const us = clock === 'arrival' ? arrival : 'coalesce(event_time_us, received_at_us)'
  const conditions = [
    ...(sinceUs === null ? [] : [`${us} >= ${sinceUs}`]),
    ...(untilUs === null ? [] : [`${us} < ${untilUs}`]),
    ...any(types.map((glob) => `type LIKE ${quoteText(likeOf(glob))} ESCAPE '\\'`)),
    ...any(entities.map((entity) => `list_contains(entities, ${quoteText(entity)})`)),
    ...any(keys.map((key) => `"key" = ${quoteText(key)}`)),
    ...(could === undefined ? [] : [could]),
  ]
  return conditions.length === 0 ? undefined : conditions.join(' AND ')
}

/** Whether nothing is left out. */
export function isAllChosen(chosen: Chosen): boolean {
  return chosenSql(chosen) === undefined && chosen.filter === undefined
}

/** The same of an event that was decoded; undefined where all are chosen. */
export function chosenTest(chosen: Chosen): ((event: EventRecord) => boolean) | undefined {
  const { sinceUs, untilUs, clock = 'arrival', types = [], entities = [], keys = [] } = chosen
  const tests: ((event: EventRecord) => boolean)[] = []
  if (sinceUs !== null || untilUs !== null) {
    const [since, until] = [sinceUs ?? -Infinity, untilUs ?? Infinity]
    tests.push(({ timeUs, receivedAtUs }) => {
      const us = clock === 'arrival' ? (receivedAtUs ?? timeUs) : (timeUs ?? receivedAtUs)
      return us !== null && us >= since && us < until
    })
  }
  if (types.length > 0) {
    const isWanted = typeMatcher(types)
    tests.push(({ type }) => isWanted(type))
  }
  if (entities.length > 0) {
    tests.push((event) => entities.some((entity) => event.entities.includes(entity)))
  }
  if (keys.length > 0) tests.push(({ key }) => key !== null && keys.includes(key))
  if (chosen.filter) {
    const isMatch = patternMatcher(chosen.filter)
    tests.push(({ document }) => isMatch(document))
  }
  return tests.length === 0 ? undefined : (event) => tests.every((test) => test(event))
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
