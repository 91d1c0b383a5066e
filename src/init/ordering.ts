import { integerText } from '../event/sequence.js'
import { counted, shareText } from '../stats/findings/phrases.js'
import {
  type Facts,
  factsOf,
  factsText,
  type Guess,
  isGiven,
  isMissing,
  LEAST_EVENTS,
  presence,
  scopeOf,
  shareOf,
  sorted,
} from './guess.js'
import { kindOf, names, rankIn } from './names.js'
import type { Column, Survey } from './survey.js'

type ByType = ReadonlyMap<string, readonly number[]>

const LEAST_PRESENT = 0.9
/** Events of one key, on average; and no key has more than that share of the events. */
const LEAST_EACH = 1.2
const MOST_TOP_SHARE = 0.5
/** A counter rises from each event of a key to its next, but for strays. */
const LEAST_STEPS = 20
const LEAST_ASCENDING = 0.9
const LEAST_CONTIGUOUS = 0.5
const MOST_KEYS = 20
const MOST_COUNTERS = 20

export interface OrderGuesses {
  readonly key: Guess[]
  /** By column of the key that it counts in. */
  readonly sequence: ReadonlyMap<Column, Guess[]>
}

export interface OrderKnown {
  /** When each event happened, as far as that is known. */
  readonly us: ReadonlyMap<number, number>
  /** Columns that are something else. */
  readonly taken: ReadonlySet<Column>
  /** The same for deliveries of one event. */
  identityOf(event: number): string
}

/** What order is promised for, and the producer's counter within it. */
export function guessOrder(survey: Survey, byType: ByType, known: OrderKnown): OrderGuesses {
  const firsts = firstsInOrder(survey, known)
  const counters = survey.columns
    .filter((column) => !known.taken.has(column) && isCounter(column, byType))
    .slice(0, MOST_COUNTERS)
  const keys = survey.columns
    .flatMap((column) => keyGuess(survey, column, byType, known))
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST_KEYS)
  const sequence = new Map<Column, Guess[]>()
  const key = keys.map((guess): Guess => {
    const guesses = counters.flatMap((counter) =>
      sequenceGuess(survey, { key: guess.column, counter, firsts }, byType),
    )
    sequence.set(guess.column, sorted(guesses))
    const best = sorted(guesses)[0]
    return { ...guess, score: guess.score + (best?.score ?? 0) }
  })
  return { key: sorted(key), sequence }
}

/** First deliveries as they happened; those of one moment in the order of the archive. */
function firstsInOrder(survey: Survey, { us, identityOf }: OrderKnown): number[] {
  const seen = new Set<string>()
  const firsts = [...survey.events.keys()].filter((at) => {
    const identity = identityOf(at)
    return !seen.has(identity) && seen.add(identity)
  })
  return firsts.sort((a, b) => (us.get(a) ?? 0) - (us.get(b) ?? 0) || a - b)
}

function isCounter(column: Column, byType: ByType): boolean {
  const facts = factsOf(column, scopeOf(column, byType))
  if (facts.present < Math.max(LEAST_EVENTS, LEAST_PRESENT * facts.events)) return false
  return [...column.values.values()].every(
    (value) => typeof value !== 'boolean' && integerText(value) !== null,
  )
}

function keyGuess(survey: Survey, column: Column, byType: ByType, known: OrderKnown): Guess[] {
  const kind = kindOf(column)
  const rank = rankIn(names.key, column)
  if (known.taken.has(column) || (kind === undefined && rank < 0)) return []
  const scope = scopeOf(column, byType)
  const facts = factsOf(column, scope)
  if (facts.present < Math.max(LEAST_EVENTS, LEAST_PRESENT * facts.events)) return []
  const isFlag = [...column.values.values()].some((value) => typeof value === 'boolean')
  if (isFlag || facts.distinct < 2 || facts.present < LEAST_EACH * facts.distinct) return []
  if (topShare(column, scope) > MOST_TOP_SHARE) return []
  const ofType = scope.filter((at) => isOfKind(survey.events[at]?.type, kind)).length
  const affinity = shareOf(ofType, scope.length) / 2 + (rank < 0 ? 0 : 0.5)
  const specific = shareOf(facts.distinct, facts.present) / 5
  return [
    {
      column,
      score: shareOf(facts.present, facts.events) + affinity + specific - column.steps.length / 10,
      figures: { ...facts },
      explain: factsText(facts),
      holdsFor: isMissing(survey, 'key', column, LEAST_PRESENT),
    },
  ]
}

/** `order.placed` and `OrderPlaced` are about an `order`. */
function isOfKind(type: string | null | undefined, kind: string | undefined): boolean {
  return kind !== undefined && (type ?? '').toLowerCase().startsWith(kind.toLowerCase())
}

function topShare({ values }: Column, scope: readonly number[]): number {
  const counts = new Map<string, number>()
  for (const at of scope) {
    const value = values.get(at)
    if (value !== undefined) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1)
  }
  const present = [...counts.values()].reduce((sum, n) => sum + n, 0)
  return shareOf(Math.max(0, ...counts.values()), present)
}

interface Pairing {
  readonly key: Column
  readonly counter: Column
  readonly firsts: readonly number[]
}

function sequenceGuess(survey: Survey, pairing: Pairing, byType: ByType): Guess[] {
  const { key, counter } = pairing
  if (key === counter) return []
  const within = risesOf(survey, pairing, (at) => key.values.get(at))
  const ascending = shareOf(within.up, within.steps)
  const contiguous = shareOf(within.byOne, within.near)
  if (within.steps < LEAST_STEPS || ascending < LEAST_ASCENDING) return []
  const rank = rankIn(names.sequence, counter)
  if (rank < 0 && contiguous < LEAST_CONTIGUOUS) return []
  // What rises over all keys alike counts the archive, or all events of a producer.
  const overall = risesOf(survey, pairing, () => '')
  if (overall.up >= 0.99 * overall.steps && contiguous < LEAST_CONTIGUOUS) return []
  const facts: Facts = factsOf(counter, scopeOf(counter, byType))
  const byOne = within.near === 0 ? '' : `, ${shareText(contiguous)} by one`
  return [
    {
      column: counter,
      score: ascending + contiguous + (rank < 0 ? 0 : 0.5 - rank / 100),
      figures: { ...facts, steps: within.steps, ascending, contiguous },
      explain:
        `${presence(facts)}, rises in ${shareText(ascending)} of ` +
        `${counted(within.steps, 'step')} of its key${byOne}`,
      holdsFor: (events) =>
        isMissing(survey, 'sequence', counter, LEAST_PRESENT)(events) &&
        !events.every((at) => isGiven(survey.events[at], 'key')),
    },
  ]
}

/** From each event to the next of its group: how often the counter rises, and, where both are of
 * one run of the sample, by exactly one. */
function risesOf(
  survey: Survey,
  { counter, firsts }: Pairing,
  groupOf: (event: number) => unknown,
): { steps: number; up: number; near: number; byOne: number } {
  const last = new Map<string, { at: number; value: bigint }>()
  const counts = { steps: 0, up: 0, near: 0, byOne: 0 }
  for (const at of firsts) {
    const group = groupOf(at)
    const text = integerText(counter.values.get(at))
    if (group === undefined || text === null) continue
    const value = BigInt(text)
    const before = last.get(String(group))
    last.set(String(group), { at, value })
    if (!before) continue
    counts.steps += 1
    if (value > before.value) counts.up += 1
    if (survey.events[at]?.run !== survey.events[before.at]?.run) continue
    counts.near += 1
    if (value - before.value === 1n) counts.byOne += 1
  }
  return counts
}
