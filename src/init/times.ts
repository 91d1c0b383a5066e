import { durationText, shareText } from '../stats/findings/phrases.js'
import { ascending, type Clock, clocksOf, givenTimes, type Lag, lagOf } from './clocks.js'
import {
  type Facts,
  factsOf,
  type Guess,
  isMissing,
  LEAST_EVENTS,
  presence,
  scopeOf,
  shareOf,
  sorted,
} from './guess.js'
import { names } from './names.js'
import type { Survey } from './survey.js'

type ByType = ReadonlyMap<string, readonly number[]>

const LEAST_PRESENT = 0.9
/** Clocks may be skewed for some, and for many where the names leave no doubt. */
const LEAST_ORDERED = 0.9
const LEAST_ORDERED_NAMED = 0.5
/** What no name supports must be in order but for strays, over that many steps. */
const LEAST_UNNAMED = 0.99
const LEAST_STEPS = 100
const MOST_LAG_US = 7 * 86_400e6
/** The document's own time in whole seconds may be rounded either way. */
const AGREES_US = 2e6
const SECOND_US = 1e6

export interface TimeGuesses {
  readonly time: Guess[]
  readonly receivedAt: Guess[]
}

/** The producer's clock, and the clock of the place where the events arrived. */
export function guessTimes(survey: Survey, byType: ByType): TimeGuesses {
  const clocks = clocksOf(survey).filter(({ us }) => us.size >= LEAST_EVENTS)
  const given = givenTimes(survey, 'time')
  const arrivals = clocks.flatMap((clock) => arrivalGuess(survey, clock, clocks, given, byType))
  const receivedAt = sorted(arrivals)
  const taken = new Set(receivedAt.map(({ column }) => column))
  const arrivedUs = new Map(givenTimes(survey, 'receivedAt'))
  for (const { column, us } of clocks) {
    if (column !== receivedAt[0]?.column) continue
    for (const [at, time] of us) if (!arrivedUs.has(at)) arrivedUs.set(at, time)
  }
  const time = clocks
    .filter(({ column, arrivalRank }) => !taken.has(column) && arrivalRank < 0)
    .flatMap((clock) => timeGuess(survey, clock, { arrivedUs, given }, byType))
  return { time: sorted(time), receivedAt }
}

function arrivalGuess(
  survey: Survey,
  clock: Clock,
  clocks: readonly Clock[],
  given: ReadonlyMap<number, number>,
  byType: ByType,
): Guess[] {
  const { column, us, arrivalRank, timeRank } = clock
  const facts = factsOf(column, scopeOf(column, byType))
  if (facts.present < LEAST_PRESENT * facts.events) return []
  const order = ascending(survey, us)
  const others = clocks.filter((other) => other !== clock && other.arrivalRank < 0)
  const lags = [given, ...others.map((other) => other.us)].map((earlier) => lagOf(earlier, us))
  const best = lags
    .filter(({ both, medianUs }) => both >= LEAST_EVENTS && medianUs <= MOST_LAG_US)
    .reduce<Lag | null>((a, b) => (a && a.notBefore >= b.notBefore ? a : b), null)
  if (!best || best.notBefore < leastOrdered(arrivalRank)) return []
  if (arrivalRank < 0) {
    const rest = Math.max(0, ...others.map((other) => ascending(survey, other.us).share))
    const isOrdered = order.steps >= LEAST_STEPS && order.share >= LEAST_UNNAMED
    const isLater = best.notBefore >= LEAST_UNNAMED && best.medianUs > 0
    if (timeRank >= 0 || !isOrdered || !isLater || rest > order.share - 0.02) return []
  }
  const early = best.notBefore === 1 ? '' : ` in ${shareText(best.notBefore)}`
  const up = order.share === 1 ? '' : ` in ${shareText(order.share)}`
  const rises = order.steps === 0 ? '' : `, ascending${up}`
  return [
    {
      column,
      score: order.share + best.notBefore + (arrivalRank < 0 ? 0 : 1 - arrivalRank / 50),
      figures: { ...facts, notBeforeTime: best.notBefore, ascending: order.share },
      explain: `${presence(facts)}, not before time${early}${rises}`,
      holdsFor: isMissing(survey, 'receivedAt', column, LEAST_PRESENT),
    },
  ]
}

function leastOrdered(rank: number): number {
  return rank < 0 ? LEAST_ORDERED : LEAST_ORDERED_NAMED
}

interface Known {
  readonly arrivedUs: ReadonlyMap<number, number>
  readonly given: ReadonlyMap<number, number>
}

function timeGuess(survey: Survey, clock: Clock, known: Known, byType: ByType): Guess[] {
  const { column, us, timeRank } = clock
  const facts = factsOf(column, scopeOf(column, byType))
  if (facts.present < LEAST_PRESENT * facts.events) return []
  const lag = lagOf(us, known.arrivedUs)
  const isTimed = lag.both >= LEAST_EVENTS
  const isOff = lag.notBefore < leastOrdered(timeRank) || lag.medianUs > MOST_LAG_US
  if (isTimed && isOff) return []
  // Without a time of arrival nothing but its name tells what a time is of.
  if (timeRank < 0 && !isTimed) return []
  const lateness = Math.log10(1 + Math.max(0, lag.medianUs) / SECOND_US)
  const rank = timeRank < 0 ? 0 : 1 - timeRank / names.time.length
  return [
    {
      column,
      score: rank + lag.notBefore - lateness / 4 + (isWhole(us) ? 0 : 0.2),
      figures: {
        ...facts,
        ...(isTimed && { notAfterArrival: lag.notBefore, medianMs: lag.medianUs / 1e3 }),
      },
      explain: timeText(facts, isTimed ? lag : undefined),
      holdsFor: isBetter(survey, clock, known.given),
    },
  ]
}

function timeText(facts: Facts, lag: Lag | undefined): string {
  if (!lag) return `${presence(facts)}, all of them times`
  const late = lag.notBefore === 1 ? '' : `, ${shareText(1 - lag.notBefore)} after it`
  return `${presence(facts)}, ${durationText(lag.medianUs / 1e3)} before arrival (median)${late}`
}

/** Whether a clock is to be used for events of a type: where the wrapping gives no time; where the
 * wrapping's has whole seconds and this one agrees and is finer; where the wrapping's is that of a
 * transport, and this one is earlier. Decided by wrapping, since a type may have few events. */
function isBetter(
  survey: Survey,
  { column, us }: Clock,
  given: ReadonlyMap<number, number>,
): Guess['holdsFor'] {
  const decided = new Map<string, boolean>()
  const decide = (wrapping: string): boolean => {
    const events = [...us.keys()].filter((at) => survey.events[at]?.wrapping === wrapping)
    const both = events.filter((at) => given.has(at))
    if (both.length < LEAST_PRESENT * events.length) return true
    const diffs = both.map((at) => (given.get(at) ?? 0) - (us.get(at) ?? 0))
    const share = (holds: (us: number) => boolean) =>
      shareOf(diffs.filter(holds).length, both.length)
    if (survey.events[both[0] ?? 0]?.timeOfTransport) {
      return share((diff) => diff >= 0) >= LEAST_ORDERED && share((diff) => diff > 0) > 0.05
    }
    const wholeGiven = isWhole(new Map(both.map((at) => [at, given.get(at) ?? 0])))
    const isFiner = wholeGiven && !isWhole(new Map(both.map((at) => [at, us.get(at) ?? 0])))
    return isFiner && share((diff) => Math.abs(diff) <= AGREES_US) >= LEAST_ORDERED
  }
  return (events) => {
    const has = events.filter((at) => column.values.has(at))
    const wrapping = survey.events[has[0] ?? -1]?.wrapping
    if (wrapping === undefined || has.length < LEAST_PRESENT * events.length) return false
    const isUsed = decided.get(wrapping) ?? decide(wrapping)
    decided.set(wrapping, isUsed)
    return isUsed
  }
}

function isWhole(us: ReadonlyMap<number, number>): boolean {
  const whole = [...us.values()].filter((time) => time % SECOND_US === 0).length
  return whole >= 0.99 * us.size
}
