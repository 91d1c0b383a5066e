import { UNKNOWN_TYPE } from '../event/event.js'
import { scalarText } from '../event/json.js'
import type { JsonPath } from '../event/json-path.js'
import type { EventRule } from '../event/rule.js'
import { clocksOf, givenTimes } from './clocks.js'
import { eventsByType, type Guess, isGiven } from './guess.js'
import { guessIds, guessSources, guessTypes } from './identity.js'
import { type EventIds, guessByName, guessCauses, guessEntities, guessVersions } from './links.js'
import { names, rankIn } from './names.js'
import { guessOrder, type OrderGuesses } from './ordering.js'
import { type Proposal, type ProposedField, type ProposedLine, proposedFields } from './proposal.js'
import { rulesOf, type TypeLines } from './rules.js'
import type { Column, GivenField, Scalar, Survey } from './survey.js'
import { guessTimes } from './times.js'
import { withTold } from './told.js'

type Guesses = Readonly<Record<Exclude<ProposedField, 'sequence' | 'type'>, readonly Guess[]>>

interface Guessed {
  readonly fields: Guesses
  readonly type: Guess | undefined
  readonly sequence: OrderGuesses['sequence']
  readonly entities: ReadonlyMap<string, readonly Guess[]>
}

/** Guesses what the fields of these events mean, but for what is told. Nothing is guessed without
 * evidence. */
export function propose(survey: Survey, told: EventRule): Proposal {
  const toldType = told.fields.type
  const type = toldType ? undefined : guessTypes(survey)[0]
  const events = survey.events.map((event, at) => {
    const own = toldType ? valueIn(survey, toldType, at) : type?.column.values.get(at)
    return { ...event, type: scalarText(own) ?? event.type ?? UNKNOWN_TYPE }
  })
  const typed: Survey = { ...survey, events }
  const byType = eventsByType(typed)
  const guessed = { ...guessAll(typed, byType), type }
  const types = [...byType].map(([name, at]) => typeLines(typed, guessed, name, at))
  const rules = withTold(withType(rulesOf(types), typed, type), told)
  const found = new Set(rules.flatMap(({ lines }) => lines.map(({ field }) => field)))
  const hasEntities = [...found].some((field) => field.startsWith('entities.'))
  const given = proposedFields.filter((field) => typed.events.some((each) => isGiven(each, field)))
  const missing = proposedFields.filter((field) => !found.has(field) && !given.includes(field))
  return {
    rules,
    given: given.filter((field) => !found.has(field)),
    missing: [...missing, ...(hasEntities ? [] : (['entities'] as const))],
    wrappings: wrappingsOf(typed),
    events: events.length,
    types: byType.size,
  }
}

function guessAll(survey: Survey, byType: ReadonlyMap<string, readonly number[]>) {
  const id = guessIds(survey)
  const source = guessSources(survey)
  const { time, receivedAt } = guessTimes(survey, byType)
  const ids = idsOf(survey, id[0]?.column)
  const causationId = guessCauses(survey, byType, ids)
  const correlationId = guessByName(survey, 'correlationId', byType)
  const traceId = guessByName(survey, 'traceId', byType)
  const links = [...id, ...source, ...causationId, ...correlationId, ...traceId]
  const clocks = clocksOf(survey).map(({ column }) => column)
  const taken = new Set([...links.map(({ column }) => column), ...clocks])
  for (const column of survey.columns) if (isLink(column)) taken.add(column)
  const us = new Map(givenTimes(survey, 'time'))
  const clock = clocksOf(survey).find(({ column }) => column === time[0]?.column)
  for (const [at, timeUs] of clock?.us ?? []) us.set(at, timeUs)
  const identityOf = (at: number) => ids.byEvent.get(at) ?? `#${at}`
  const { key, sequence } = guessOrder(survey, byType, { us, taken, identityOf })
  const counters = new Set([...sequence.values()].flat().map(({ column }) => column))
  const version = guessVersions(survey, byType, new Set([...taken, ...counters]))
  const fields = {
    ...{ id, source, time, receivedAt, key, correlationId, causationId, traceId, version },
  }
  return { fields, sequence, entities: guessEntities(survey, byType, taken) }
}

function isLink(column: Column): boolean {
  const lists = [names.correlationId, names.causationId, names.traceId]
  return lists.some((list) => rankIn(list, column) >= 0)
}

function idsOf(survey: Survey, column: Column | undefined): EventIds {
  const byEvent = new Map<number, string>()
  for (const [at, event] of survey.events.entries()) {
    const id = scalarText(column?.values.get(at)) ?? scalarText(event.given.get('id'))
    if (id !== null) byEvent.set(at, id)
  }
  return { column, byEvent, all: new Set(byEvent.values()) }
}

/** For each field the best guess among those that hold for the events of this type. */
function typeLines(
  survey: Survey,
  { fields, sequence, entities }: Guessed,
  type: string,
  events: readonly number[],
): TypeLines {
  const best = (guesses: readonly Guess[] = []) => guesses.find(({ holdsFor }) => holdsFor(events))
  const key = best(fields.key)
  const lines: ProposedLine[] = []
  const add = (field: ProposedLine['field'], guess: Guess | undefined) => {
    if (guess) lines.push(lineOf(survey, field, guess, events))
  }
  for (const field of proposedFields) {
    if (field === 'type') continue
    if (field === 'sequence') add(field, key && best(sequence.get(key.column)))
    else add(field, best(fields[field]))
  }
  for (const [kind, guesses] of entities) add(`entities.${kind}`, best(guesses))
  const given = proposedFields.filter((field) =>
    events.some((at) => isGiven(survey.events[at], field)),
  )
  const differs: TypeLines['differs'] = (field, path) =>
    events.some((at) => {
      const value = scalarText(valueIn(survey, path, at))
      // Entities are never given; the other names are those of fields.
      const own = survey.events[at]?.given.get(field as GivenField)
      return value !== null && value !== scalarText(own)
    })
  return { type, lines, given: new Set(given), differs }
}

function lineOf(
  survey: Survey,
  field: ProposedLine['field'],
  { column, explain, figures }: Guess,
  events: readonly number[],
): ProposedLine {
  return { field, path: pathIn(survey, column, events), explain, figures }
}

/** Where a column is in the documents of most of these events. */
function pathIn(survey: Survey, column: Column, events: readonly number[]): JsonPath {
  if (!column.inPayload) return column.steps
  const counts = new Map<string, { payload: JsonPath; count: number }>()
  for (const at of events) {
    const payload = survey.events[at]?.payload
    if (!payload || !column.values.has(at)) continue
    const name = payload.join('.')
    counts.set(name, { payload, count: (counts.get(name)?.count ?? 0) + 1 })
  }
  const [most] = [...counts.values()].sort((a, b) => b.count - a.count)
  return [...(most?.payload ?? []), ...column.steps]
}

/** What an event has at a path of its document. */
function valueIn({ events, columns }: Survey, path: JsonPath, at: number): Scalar | undefined {
  const payload = events[at]?.payload ?? []
  const column = columns.find(({ inPayload, steps, values }) => {
    const start = inPayload ? payload.length : 0
    const isHere = values.has(at) && start + steps.length === path.length
    const isBelow = !inPayload || payload.every((step, n) => step === path[n])
    return isHere && isBelow && steps.every((step, n) => step === path[start + n])
  })
  return column?.values.get(at)
}

/** The type stands in the rule for all: there it chooses the others. */
function withType(
  rules: Proposal['rules'],
  survey: Survey,
  type: Guess | undefined,
): Proposal['rules'] {
  if (!type) return rules
  const line = lineOf(survey, 'type', type, [...survey.events.keys()])
  const all = rules.find(({ pattern }) => pattern === '*')?.lines ?? []
  const at = all.findIndex(({ field }) => field !== 'id' && field !== 'source')
  const lines = all.toSpliced(at < 0 ? all.length : at, 0, line)
  return [{ pattern: '*', lines }, ...rules.filter(({ pattern }) => pattern !== '*')]
}

function wrappingsOf({ events }: Survey): Record<string, number> {
  const counts = new Map<string, number>()
  for (const { wrapping } of events) counts.set(wrapping, (counts.get(wrapping) ?? 0) + 1)
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a))
}
