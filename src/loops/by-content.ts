import { contentsOf } from './contents.js'
import { loopsIn } from './find.js'
import type { PassingEvent } from './passing-event.js'
import type { FoundLoop } from './result.js'
import { nodeText, told } from './told.js'
import { type Round, roundsOf } from './trails.js'

/**
 * Loops of events that do not say what caused them: the same content passes the same nodes again,
 * in a steady period or with a depth that grows. Each is taken for the effect of what its thread
 * passed before.
 *
 * @param events in order of time
 */
export function loopsByContent(events: readonly PassingEvent[], leastTurns: number): FoundLoop[] {
  const rounds = roundsOf(contentsOf(events), leastTurns)
  const went: PassingEvent[] = []
  const causes: number[] = []
  for (const round of rounds) {
    const from = went.length
    const own = inOrder(round)
    for (const event of own) went.push(event)
    for (const cause of causesOf(own)) causes.push(cause < 0 ? -1 : cause + from)
  }
  const links = Int32Array.from(causes)
  const { loops } = loopsIn(went, links, leastTurns)
  const isWay = waysOf(rounds)
  const deep = new Set(rounds.filter(isDeep).flatMap(nodesOf))
  return loops.flatMap((loop) => {
    const found = told(loop, went, links)
    if (!isWay(found.path)) return []
    const why = found.path.some((node) => deep.has(node)) ? 'deeper each time' : 'steadily'
    return [{ ...found, by: 'content' as const, explain: explained(found, why) }]
  })
}

function inOrder({ trails }: Round): PassingEvent[] {
  const events = trails.flatMap(({ contents }) => contents.map(({ event }) => event))
  // Events come in order of time, and so do those of one moment: their trails are put together.
  return events.sort((a, b) => (a.atUs ?? 0) - (b.atUs ?? 0) || a.order - b.order)
}

/** Of each event the place of its cause: one of the step before, which may be several at once. */
function causesOf(events: readonly PassingEvent[]): number[] {
  const causes: number[] = []
  let before = { from: 0, many: 0 }
  for (let from = 0; from < events.length; ) {
    let to = from + 1
    while (to < events.length && isSameStep(events[from], events[to])) to += 1
    const many = to - from
    for (let n = 0; n < many; n++) {
      causes.push(before.many === 0 ? -1 : before.from + Math.floor((n * before.many) / many))
    }
    before = { from, many }
    from = to
  }
  return causes
}

function isSameStep(a: PassingEvent | undefined, b: PassingEvent | undefined): boolean {
  return a?.atUs === b?.atUs && nodeText(a) === nodeText(b)
}

/** Whether a path is all of a round, or of loops within loops. */
function waysOf(rounds: readonly Round[]): (path: readonly string[]) => boolean {
  const whole = new Set(rounds.map((round) => setText(nodesOf(round))))
  const nested = new Set(rounds.filter(({ isNested }) => isNested).flatMap(nodesOf))
  return (path) => whole.has(setText(path)) || path.every((node) => nested.has(node))
}

function nodesOf({ trails }: Round): string[] {
  return trails.map(({ node }) => node)
}

function setText(nodes: readonly string[]): string {
  return JSON.stringify([...nodes].sort())
}

function isDeep({ trails }: Round): boolean {
  return trails.some((trail) => trail.isDeep)
}

function explained({ path, turns, events, periodMs }: FoundLoop, why: string): string {
  const [first = '', ...others] = path
  const way = others.length === 0 ? 'itself' : `${others.join(', then ')}, then ${first} again`
  const often = periodMs === null ? '' : ` (${(periodMs / 1_000).toLocaleString('en')} s)`
  return (
    `The same content passes ${first}, then ${way}, ${why}${often}: ` +
    `${turns.toLocaleString('en')} turns, ${events.toLocaleString('en')} events. ` +
    'No event says what caused it, so this is told by contents and times.'
  )
}
