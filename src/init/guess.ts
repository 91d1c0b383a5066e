import { counted, countText, shareText } from '../stats/findings/phrases.js'
import type { Column, GivenField, Survey, SurveyedEvent } from './survey.js'

/** A path that a field may be mapped to, with what speaks for it. */
export interface Guess {
  readonly column: Column
  /** The greatest is taken, for each type among those that it has. */
  readonly score: number
  /** The evidence as numbers, and as the words of a line. */
  readonly figures: Readonly<Record<string, number>>
  readonly explain: string
  /** Whether it is to be mapped for these events of one type. */
  holdsFor(events: readonly number[]): boolean
}

/** Fewer events than these are evidence of nothing. */
export const LEAST_EVENTS = 10

/** Events by type, as they were found so far. */
export function eventsByType(survey: Survey): Map<string, number[]> {
  const byType = new Map<string, number[]>()
  for (const [at, { type }] of survey.events.entries()) {
    const name = type ?? ''
    const known = byType.get(name)
    if (known) known.push(at)
    else byType.set(name, [at])
  }
  return byType
}

/** The events of all types that have the column at all. */
export function scopeOf(column: Column, byType: ReadonlyMap<string, readonly number[]>): number[] {
  return [...byType.values()]
    .filter((events) => events.some((at) => column.values.has(at)))
    .flat()
    .sort((a, b) => a - b)
}

export interface Facts {
  readonly events: number
  readonly present: number
  readonly distinct: number
}

export function factsOf({ values }: Column, scope: readonly number[]): Facts {
  const distinct = new Set<string>()
  let present = 0
  for (const at of scope) {
    const value = values.get(at)
    if (value === undefined) continue
    present += 1
    distinct.add(String(value))
  }
  return { events: scope.length, present, distinct: distinct.size }
}

export function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}

/** `100% of events, 203 values in 2,000, 9.9 each`. */
export function factsText({ events, present, distinct }: Facts): string {
  const share = presence({ events, present })
  if (distinct === present) return `${share}, all of ${countText(present)} values differ`
  const each = Number((present / distinct).toPrecision(2))
  return `${share}, ${counted(distinct, 'value')} in ${countText(present)}, ${countText(each)} each`
}

export function presence({ events, present }: Pick<Facts, 'events' | 'present'>): string {
  return `${shareText(shareOf(present, events))} of events`
}

/** Whether enough of these events have the column, and too few have the field by themselves. */
export function isMissing(
  survey: Survey,
  field: GivenField,
  { values }: Column,
  leastShare: number,
): Guess['holdsFor'] {
  return (events) => {
    const has = events.filter((at) => values.has(at)).length
    const given = events.filter((at) => isGiven(survey.events[at], field)).length
    return has > 0 && has >= leastShare * events.length && given < has
  }
}

/** Whether the wrapping says it. An id counts only where it is the document's own: a transport
 * gives each message another. */
export function isGiven(event: SurveyedEvent | undefined, field: GivenField): boolean {
  return event?.given.has(field) ?? false
}

/** The best first; equal ones by depth, then by name, so that the answer is always the same. */
export function sorted(guesses: readonly Guess[]): Guess[] {
  return [...guesses].sort(
    (a, b) =>
      b.score - a.score ||
      a.column.steps.length - b.column.steps.length ||
      (a.column.name < b.column.name ? -1 : 1),
  )
}
