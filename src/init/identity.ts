import { shareText } from '../stats/findings/phrases.js'
import {
  type Facts,
  factsOf,
  factsText,
  type Guess,
  isGiven,
  isMissing,
  LEAST_EVENTS,
  presence,
  shareOf,
  sorted,
} from './guess.js'
import { isOuter, names, rankIn } from './names.js'
import type { Column, Survey } from './survey.js'

const LEAST_PRESENT = 0.9
/** Redeliveries repeat an id, more of them would make it something else. */
const LEAST_UNIQUE = 0.8
/** Of a type or a source there are few, each again and again. */
const LEAST_REPEATS = 2
const MOST_CHARACTERS = 200

/** Ids, types and sources are looked for where the wrapping says none: in plain JSON. */
export function guessIds(survey: Survey): Guess[] {
  return named(survey, 'id', (facts) =>
    shareOf(facts.distinct, facts.present) < LEAST_UNIQUE
      ? null
      : `${presence(facts)}, ${shareText(shareOf(facts.distinct, facts.present))} unique`,
  )
}

export function guessTypes(survey: Survey): Guess[] {
  return named(survey, 'type', repeated)
}

export function guessSources(survey: Survey): Guess[] {
  return named(survey, 'source', repeated)
}

function repeated(facts: Facts, column: Column): string | null {
  const isWord = [...column.values.values()].every(
    (value) => typeof value === 'string' && value.length <= MOST_CHARACTERS,
  )
  return isWord && facts.present >= LEAST_REPEATS * facts.distinct ? factsText(facts) : null
}

/** Columns by name, high up, of the events that lack the field. */
function named(
  survey: Survey,
  field: 'id' | 'type' | 'source',
  explained: (facts: Facts, column: Column) => string | null,
): Guess[] {
  const without = [...survey.events.keys()].filter((at) => !isGiven(survey.events[at], field))
  const guesses = survey.columns.flatMap((column): Guess[] => {
    const rank = rankIn(names[field], column)
    if (rank < 0 || !isOuter(column)) return []
    const wrappings = new Set(
      without.filter((at) => column.values.has(at)).map((at) => survey.events[at]?.wrapping),
    )
    const scope = without.filter((at) => wrappings.has(survey.events[at]?.wrapping))
    const facts = factsOf(column, scope)
    if (facts.present < Math.max(LEAST_EVENTS, LEAST_PRESENT * facts.events)) return []
    const explain = explained(facts, column)
    if (explain === null) return []
    return [
      {
        column,
        score: shareOf(facts.present, facts.events) - rank / 20 - column.steps.length / 50,
        figures: { ...facts },
        explain,
        holdsFor: isMissing(survey, field, column, LEAST_PRESENT),
      },
    ]
  })
  return sorted(guesses)
}
