import type { EventRecord } from '../event/event.js'
import type { EventPattern } from '../event/pattern.js'
import { patternMatcher } from '../event/pattern-match.js'
import { typeMatcher } from '../event/type-globs.js'

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
  /** Of events. */
  ids?: readonly string[]
  /** Of the document. */
  filter?: EventPattern | undefined
}

/** The selection as a test of an event that was decoded; undefined where all are chosen. */
export function chosenTest(chosen: Chosen): ((event: EventRecord) => boolean) | undefined {
  const { sinceUs, untilUs, clock = 'arrival', types = [], entities = [] } = chosen
  const { keys = [], ids = [] } = chosen
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
  if (ids.length > 0) tests.push(({ id }) => id !== null && ids.includes(id))
  if (chosen.filter) {
    const isMatch = patternMatcher(chosen.filter)
    tests.push(({ document }) => isMatch(document))
  }
  return tests.length === 0 ? undefined : (event) => tests.every((test) => test(event))
}
