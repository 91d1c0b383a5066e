import { EvtError } from '../../errors.js'
import type { JsonValue } from '../../event/event.js'
import { type EventPattern, parsePattern } from '../../event/pattern.js'
import { type ExplainedField, explainMatch } from '../../event/pattern-explain.js'
import { withoutUnknown } from '../meeting.js'

/** Whether something is chosen by a pattern or filter. */
export interface Choice {
  readonly matches: boolean
  /** Every field that is asked for; of several patterns, those of the one that is nearest. */
  readonly fields: readonly ExplainedField[]
  /** What is not told for certain, in words. */
  readonly notes: readonly string[]
}

/** @param when a pattern, several of which one has to match, or null for everything */
export function choiceOf(when: JsonValue, document: JsonValue): Choice {
  if (Array.isArray(when)) {
    const choices = when.map((one) => choiceOf(one, document))
    const missing = ({ fields }: Choice) => fields.filter(({ holds }) => !holds).length
    const nearest = choices.reduce((a, b) => (missing(b) < missing(a) ? b : a), choices[0] ?? all)
    return choices.find(({ matches }) => matches) ?? nearest
  }
  const { pattern, notes, fault } = readOnce(when)
  if (fault !== undefined) return { matches: false, fields: [], notes: [fault] }
  return pattern ? { ...explainMatch(pattern, document), notes } : { ...all, notes }
}

interface ReadPattern {
  /** Undefined where it takes everything. */
  readonly pattern?: EventPattern
  readonly notes: readonly string[]
  readonly fault?: string
}

/** Many events are held against the same ones. */
const read = new WeakMap<object, ReadPattern>()

function readOnce(when: JsonValue): ReadPattern {
  if (typeof when !== 'object' || when === null) return readPattern(when)
  const known = read.get(when) ?? readPattern(when)
  read.set(when, known)
  return known
}

function readPattern(when: JsonValue): ReadPattern {
  const known = withoutUnknown(when)
  const isWhole = JSON.stringify(known) === JSON.stringify(when)
  const notes = isWhole ? [] : ['a part of the pattern is known only when it is deployed']
  if (known === undefined || known === null || isEmpty(known)) return { notes }
  try {
    return { pattern: parsePattern(JSON.stringify(known)), notes }
  } catch (error) {
    if (!(error instanceof EvtError)) throw error
    return { notes, fault: `the pattern is none that EventBridge takes: ${error.message}` }
  }
}

const all: Choice = { matches: true, fields: [], notes: [] }

function isEmpty(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
