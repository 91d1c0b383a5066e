import { EvtError } from '../../errors.js'
import type { JsonValue } from '../../event/event.js'
import { parsePattern } from '../../event/pattern.js'
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
  const known = withoutUnknown(when)
  const isWhole = JSON.stringify(known) === JSON.stringify(when)
  const notes = isWhole ? [] : ['a part of the pattern is known only when it is deployed']
  if (known === undefined || known === null || isEmpty(known)) return { ...all, notes }
  try {
    return { ...explainMatch(parsePattern(JSON.stringify(known)), document), notes }
  } catch (error) {
    if (!(error instanceof EvtError)) throw error
    const why = `the pattern is none that EventBridge takes: ${error.message}`
    return { matches: false, fields: [], notes: [why] }
  }
}

const all: Choice = { matches: true, fields: [], notes: [] }

function isEmpty(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
