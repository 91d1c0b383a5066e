import { EvtError } from '../errors.js'
import { durationExamples, parseDurationUs } from '../event/duration.js'
import { suggest } from '../event/suggest.js'

/** One step of a flow: an event of this type. */
interface FlowStep {
  type: string
  /** How long after the step before; null where any time will do, and for the first step. */
  withinUs: number | null
}

/** What should happen one after the other. */
export type Flow = readonly FlowStep[]

const EXAMPLE_HINT = 'write order.placed -> order.paid within 1h'

/**
 * Reads `order.placed -> order.paid within 1h -> order.sent within 2d`. A type is everything up to
 * the arrow or the last `within`, spaces included.
 *
 * @throws EvtError `usage`, with the place in the text
 */
export function parseFlow(text: string): Flow {
  const parts = partsOf(text)
  const steps = parts.map((part, n) => stepOf(part, n, text))
  if (steps.length < 2) throw fault(text, text.length, 'one step is no flow', EXAMPLE_HINT)
  for (const [n, { type }] of steps.entries()) {
    const at = parts[n]?.at ?? 0
    if (n > 0 && steps[n - 1]?.type === type) throw fault(text, at, `${type} follows itself`)
  }
  return steps
}

interface Part {
  text: string
  /** Where it begins in the text of the flow. */
  at: number
}

function partsOf(text: string): Part[] {
  let at = 0
  return text.split('->').map((part) => {
    const begin = at + (part.length - part.trimStart().length)
    at += part.length + 2
    return { text: part.trim(), at: begin }
  })
}

function stepOf({ text, at }: Part, n: number, whole: string): FlowStep {
  if (text === '') throw fault(whole, at, 'a type of events is missing', EXAMPLE_HINT)
  const [, type, limit] = /^(?:(.*\S)\s+)?within(?:\s+(.*))?$/s.exec(text) ?? []
  if (type === undefined) {
    if (/^within\s/.test(text)) throw fault(whole, at, 'a type of events is missing', EXAMPLE_HINT)
    checkWord({ text, at }, whole)
    return { type: text, withinUs: null }
  }
  const limitAt = at + text.length - (limit?.length ?? 0)
  const withinUs = parseDurationUs(limit ?? '')
  if (withinUs === undefined) {
    const what = limit === undefined ? 'within what?' : `${limit} is no duration`
    throw fault(whole, limitAt, what, `write ${durationExamples}`)
  }
  if (n === 0) throw fault(whole, at, 'the first step waits for nothing', EXAMPLE_HINT)
  return { type, withinUs }
}

/** `order.paid withn 1h` would be a type that no event has. */
function checkWord({ text, at }: Part, whole: string): void {
  const [, before = '', word = '', last = ''] = /^(.*\s)?(\S+)\s+(\S+)$/s.exec(text) ?? []
  if (parseDurationUs(last) === undefined || suggest(word, ['within']) === undefined) return
  throw fault(whole, at + before.length, `unknown word ${word}`, 'did you mean within?')
}

function fault(text: string, at: number, what: string, advice?: string): EvtError {
  const caret = `${' '.repeat([...text.slice(0, at)].length)}^`
  const hint = [text, caret, ...(advice === undefined ? [] : [advice])].join('\n')
  return new EvtError(what, { code: 'usage', hint })
}
