import type { TracedEvent } from '../loops/trace-result.js'
import { durationText } from './numbers.js'
import { safeText } from './safe-text.js'

/** Mermaid draws no more than a few hundred edges. */
const MOST_EVENTS = 200

/** A flowchart of causes and effects, with the time between them; thick along the critical path. */
export function traceMermaid(events: readonly TracedEvent[]): string {
  const shown = events.slice(0, MOST_EVENTS)
  const nodes = shown.map((event, n) => `  e${n}["${label(event)}"]`)
  const edges = shown.flatMap(({ cause, afterCauseMs, isCritical }, n) => {
    if (cause === null) return []
    const time = afterCauseMs === null ? '' : `|${durationText(afterCauseMs)}|`
    return [`  e${cause} ${isCritical ? '==>' : '-->'}${time} e${n}`]
  })
  const rest = events.length - shown.length
  const more = rest > 0 ? [`  more["… ${rest} more events"]`] : []
  return ['flowchart TD', ...nodes, ...edges, ...more].join('\n')
}

function label({ source, type, id }: TracedEvent): string {
  return mermaidText(`${source === '' ? type : `${source}/${type}`} ${id ?? ''}`)
}

/** Nothing in it is markup: Mermaid reads `#code;` as the character. */
export function mermaidText(text: string): string {
  return [...safeText(text).slice(0, 200)]
    .map((sign) => (/[\p{L}\p{N} ./:_-]/u.test(sign) ? sign : `#${sign.codePointAt(0)};`))
    .join('')
}
