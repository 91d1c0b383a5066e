import { rootOf } from './lineage.js'
import type { TracedEvent } from './trace-result.js'

/** CloudWatch takes patterns of 1,024 characters (FilterLogEvents, filterPattern). */
const LONGEST_PATTERN = 1_024

/** What a line may carry: the places of the events that have it as their id, or their trace's. */
export interface LogTerm {
  readonly ids: number[]
  readonly traces: number[]
}

/**
 * By what is looked for in lines: traces first, as one may be of many events.
 *
 * @returns `unasked`: ids that no pattern can have, for their length or control characters
 */
export function termsOf(events: readonly TracedEvent[]) {
  const terms = new Map<string, LogTerm>()
  const unasked = new Set<string>()
  const add = (text: string | null, at: number, of: keyof LogTerm) => {
    if (text === null || text.trim() === '') return
    // Lines of JSON have it as JSON writes it.
    for (const form of new Set([text, JSON.stringify(text).slice(1, -1)])) {
      const isPattern = !/\p{Cc}/u.test(form) && quoted(form).length < LONGEST_PATTERN
      if (!isPattern) unasked.add(text)
      else {
        const term = terms.get(form) ?? { ids: [], traces: [] }
        term[of].push(at)
        terms.set(form, term)
      }
    }
  }
  for (const [at, { traceId }] of events.entries()) add(rootOf(traceId), at, 'traces')
  for (const [at, { id }] of events.entries()) add(id, at, 'ids')
  return { terms, unasked: [...unasked] }
}

/** What CloudWatch is asked for: a term, or any of several. */
export interface LogPattern {
  readonly text: string
  readonly terms: readonly string[]
}

/** As many patterns as these terms take. */
export function patternsOf(terms: Iterable<string>): LogPattern[] {
  const groups: string[][] = []
  let length = 0
  for (const term of terms) {
    const more = quoted(term).length + 2
    length += more
    const last = groups.at(-1)
    if (last && length <= LONGEST_PATTERN) last.push(term)
    else {
      groups.push([term])
      length = more
    }
  }
  return groups.map((group) => {
    const only = group.length === 1
    return { terms: group, text: group.map((one) => `${only ? '' : '?'}${quoted(one)}`).join(' ') }
  })
}

/** Quotes and backslashes in a term are escaped as the CDK does (aws-logs, FilterPattern). */
function quoted(term: string): string {
  return `"${term.replace(/["\\]/g, '\\$&')}"`
}

/** Whether a text has this, and not as a part of a longer word. */
export function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const around = `${text[at - 1] ?? ' '}${text[at + word.length] ?? ' '}`
    if (!/[\w-]/.test(around)) return true
  }
  return false
}
