import type { TracedEvent } from '../loops/trace-result.js'

/** Where branches lie deeper than this, no more is drawn of where they belong. */
const DEEPEST = 24

/**
 * What stands before each event in a tree: an only effect stands below its cause after an arrow,
 * several are branches of it.
 *
 * @param events each cause before its effects, as a trace has them
 */
export function treePrefixes(events: readonly Pick<TracedEvent, 'cause'>[]): string[] {
  const effects = new Map<number, number>()
  const lastEffect = new Map<number, number>()
  for (const [at, { cause }] of events.entries()) {
    if (cause === null) continue
    effects.set(cause, (effects.get(cause) ?? 0) + 1)
    lastEffect.set(cause, at)
  }
  // What stands before whatever comes below an event.
  const below: string[] = []
  return events.map(({ cause }, at) => {
    const outer = cause === null ? '' : (below[cause] ?? '')
    if (cause === null || effects.get(cause) === 1) {
      below.push(outer)
      return cause === null ? '' : `${outer}→ `
    }
    const isLast = lastEffect.get(cause) === at
    const inner = `${outer}${isLast ? '  ' : '│ '}`
    below.push(inner.length > 2 * DEEPEST ? outer : inner)
    return `${outer}${isLast ? '└ ' : '├ '}`
  })
}
