import { shareText } from '../stats/findings/phrases.js'
import {
  type Facts,
  factsOf,
  factsText,
  type Guess,
  isMissing,
  LEAST_EVENTS,
  presence,
  scopeOf,
  shareOf,
  sorted,
} from './guess.js'
import { isOuter, kindOf, names, rankIn } from './names.js'
import type { Column, Survey } from './survey.js'

type ByType = ReadonlyMap<string, readonly number[]>

const LEAST_PRESENT = 0.05
const LEAST_ENTITY = 0.5
const MOST_CHARACTERS = 256
/** Of the values of an unnamed column, those that are ids of other events. They have to look like
 * ids, for small numbers meet by chance; and one that causes most is what all belong to. */
const LEAST_CAUSES = 0.2
const MOST_EFFECTS = 3
const idShape = /^(?!\d+$)\S{8,}$/
const MOST_VERSIONS = 20

/** Fields that tie events to one another, told by their name and the shape of their values. */
export function guessByName(
  survey: Survey,
  field: 'correlationId' | 'traceId',
  byType: ByType,
): Guess[] {
  return sorted(
    survey.columns.flatMap((column) => {
      const rank = rankIn(names[field], column)
      return rank < 0 ? [] : guess(survey, field, column, byType, 1 - rank / 20)
    }),
  )
}

/** The version of the payload's schema: of few values, where it is not the counter of a key. */
export function guessVersions(survey: Survey, byType: ByType, taken: ReadonlySet<Column>): Guess[] {
  return sorted(
    survey.columns.flatMap((column) => {
      const rank = rankIn(names.version, column)
      if (rank < 0 || !column.inPayload || !isOuter(column) || taken.has(column)) return []
      const { distinct, present } = factsOf(column, scopeOf(column, byType))
      const isFew = distinct <= MOST_VERSIONS && present >= 2 * distinct
      return isFew ? guess(survey, 'version', column, byType, 1 - rank / 20) : []
    }),
  )
}

/** By name, or because its values are the ids of other events. */
export function guessCauses(survey: Survey, byType: ByType, ids: EventIds): Guess[] {
  return sorted(
    survey.columns.flatMap((column) => {
      const rank = rankIn(names.causationId, column)
      if (rankIn(names.correlationId, column) >= 0 || column === ids.column) return []
      const facts = factsOf(column, scopeOf(column, byType))
      const share = shareOf(causesIn(column, ids), facts.present)
      if (rank < 0 && (share < LEAST_CAUSES || !isIdLike(column, facts))) return []
      const score = share + (rank < 0 ? 0 : 1 - rank / 20)
      return guess(survey, 'causationId', column, byType, score).map((found) => ({
        ...found,
        figures: { ...found.figures, idsOfOthers: share },
        explain: `${presence(facts)}, ${shareText(share)} are ids of others`,
      }))
    }),
  )
}

function isIdLike({ values }: Column, { present, distinct }: Facts): boolean {
  if (present > MOST_EFFECTS * distinct) return false
  return [...values.values()].every((value) => idShape.test(String(value)))
}

export interface EventIds {
  readonly column: Column | undefined
  readonly byEvent: ReadonlyMap<number, string>
  readonly all: ReadonlySet<string>
}

function causesIn({ values }: Column, { byEvent, all }: EventIds): number {
  let found = 0
  for (const [at, value] of values) {
    if (all.has(String(value)) && byEvent.get(at) !== String(value)) found += 1
  }
  return found
}

function guess(
  survey: Survey,
  field: 'correlationId' | 'causationId' | 'traceId' | 'version',
  column: Column,
  byType: ByType,
  score: number,
): Guess[] {
  const facts = factsOf(column, scopeOf(column, byType))
  if (facts.present < Math.max(LEAST_EVENTS, LEAST_PRESENT * facts.events)) return []
  if ([...column.values.values()].some((value) => !isName(value))) return []
  return [
    {
      column,
      score: score - column.steps.length / 50,
      figures: { ...facts },
      explain: factsText(facts),
      holdsFor: isMissing(survey, field, column, 0),
    },
  ]
}

function isName(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= MOST_CHARACTERS && !/\s/.test(value)
  return typeof value === 'number'
}

/** Things that events are about, by kind: `orderId`, `employer.id`. */
export function guessEntities(
  survey: Survey,
  byType: ByType,
  taken: ReadonlySet<Column>,
): Map<string, Guess[]> {
  const found = new Map<string, Guess[]>()
  for (const column of survey.columns) {
    const kind = kindOf(column)
    if (kind === undefined || !column.inPayload || taken.has(column)) continue
    const facts = factsOf(column, scopeOf(column, byType))
    if (facts.present < LEAST_EVENTS || facts.distinct < 2) continue
    if ([...column.values.values()].some((value) => !isName(value))) continue
    const guess: Guess = {
      column,
      score: shareOf(facts.present, facts.events) - column.steps.length / 10,
      figures: { ...facts },
      explain: factsText(facts),
      holdsFor: (events) =>
        events.filter((at) => column.values.has(at)).length >= LEAST_ENTITY * events.length,
    }
    found.set(kind, sorted([...(found.get(kind) ?? []), guess]))
  }
  return found
}
