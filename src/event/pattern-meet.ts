import type { JsonObject } from './event.js'
import { eventOf } from './event-of-fields.js'
import { type Fault, type Made, pairsOf, Values } from './field-pairs.js'
import { meetInLists, plainly } from './meet-in-lists.js'
import type { EventPattern } from './pattern.js'
import { patternMatcher } from './pattern-match.js'
import { shown } from './pattern-values.js'

export type Meeting =
  | {
      kind: 'meets'
      /** An event that both match. */
      event: JsonObject
      /** Names of what has to be a list for that, one pattern matching by one element of it and
       * the other by another: `detail.status` is `["open", "shut"]`. None where both match an event
       * without lists. */
      lists: readonly string[]
    }
  | { kind: 'apart'; why: string }
  | { kind: 'unknown'; why: string }

/** So many pairs of alternatives are looked at, which `$or` makes. */
const MOST_PAIRS = 10_000

/**
 * Whether some event of EventBridge matches two patterns; undefined is the pattern that matches
 * every event. In such events `source`, `detail-type` and what else the bus puts there are one text
 * each and `detail` is an object; lists may stand in it, and anywhere else.
 *
 * `meets` comes with an event, of which the matcher was asked; `unknown` is said only where 10,000
 * pairs of alternatives, or 30,000 beginnings of texts, were looked at and did not decide.
 */
export function meet(a: EventPattern | undefined, b: EventPattern | undefined): Meeting {
  const all = (a ?? [[]]).flatMap((one) => (b ?? [[]]).map((other) => [one, other] as const))
  const pairs = all.slice(0, MOST_PAIRS).map(([one, other]) => pairsOf(one, other))
  const values = new Values()
  let faults: Fault[] = []
  for (const way of [plainly, meetInLists]) {
    faults = []
    for (const fields of pairs) {
      const made = way(fields, values)
      if (!('reason' in made)) return verified(made, [a, b])
      faults.push(made)
    }
  }
  return verdict(faults, all.length)
}

/** @param faults of the way that lets most events be */
function verdict(faults: readonly Fault[], pairs: number): Meeting {
  if (pairs > faults.length) {
    const [looked, many] = [faults.length, pairs].map((number) => number.toLocaleString('en'))
    return { kind: 'unknown', why: `${looked} of ${many} pairs of alternatives were looked at` }
  }
  const { name, reason, isUnknown } = decisive(faults)
  const why = `${name}: ${reason}`
  if (isUnknown) return { kind: 'unknown', why }
  const others = pairs === 1 ? '' : `; none of ${pairs.toLocaleString('en')} pairs of $or meets`
  return { kind: 'apart', why: `${why}${others}` }
}

function decisive(faults: readonly Fault[]): Fault {
  const fault = faults.find(({ isUnknown }) => isUnknown) ?? faults[0]
  if (!fault) throw new Error('patterns without alternatives')
  return fault
}

function verified(
  { given, lists }: Made,
  patterns: readonly (EventPattern | undefined)[],
): Meeting {
  const event = eventOf(given)
  for (const pattern of patterns) {
    if (pattern && !patternMatcher(pattern)(event)) {
      throw new Error(`a pattern does not match the event that was made for it: ${shown(event)}`)
    }
  }
  return { kind: 'meets', event, lists }
}
