import { timeText } from '../event/time.js'
import type { LinkedEvent } from './linked-event.js'
import type { TracedEvent, TraceResult } from './trace-result.js'

/**
 * The chains that events of this id are of, from their first causes on.
 *
 * @param causes as linksOf gives them
 */
export function chainsOf(
  id: string,
  events: readonly LinkedEvent[],
  causes: Int32Array,
): Pick<TraceResult, 'events' | 'chains'> {
  const firsts = new Set<number>()
  for (const [at, event] of events.entries()) {
    if (event.id === id) firsts.add(firstCause(at, causes))
  }
  const ids = new Set(events.map((event) => event.id))
  const effects = effectsOf(causes)
  const traced: TracedEvent[] = []
  const chains = [...firsts].map((first) => {
    const rows = inOrder(first, effects)
    const critical = criticalOf(rows, events, causes)
    const from = traced.length
    const placeOf = new Map(rows.map(({ at }, n) => [at, from + n]))
    for (const { at, depth } of rows) {
      const cause = causes[at] === -1 ? null : (placeOf.get(causes[at] as number) ?? null)
      const isCritical = critical.has(at)
      traced.push({ ...toldOf(at, first, { events, causes }), cause, depth, isCritical })
    }
    const named = events[first]?.causationId ?? null
    const after = traced.slice(from).flatMap(({ afterFirstMs }) => afterFirstMs ?? [])
    return {
      first: from,
      // Of causes that lead back to their effects the links are cut: those are there.
      missingCause: ids.has(named) ? null : named,
      events: rows.length,
      durationMs: after.length === 0 ? null : after.reduce((a, b) => Math.max(a, b)),
    }
  })
  return { events: traced, chains }
}

function firstCause(at: number, causes: Int32Array): number {
  let first = at
  while (causes[first] !== -1) first = causes[first] as number
  return first
}

/** Of each event its effects, in order of time. */
function effectsOf(causes: Int32Array): Map<number, number[]> {
  const effects = new Map<number, number[]>()
  for (const [at, cause] of causes.entries()) {
    if (cause === -1) continue
    const known = effects.get(cause)
    if (known) known.push(at)
    else effects.set(cause, [at])
  }
  return effects
}

function inOrder(
  first: number,
  effects: ReadonlyMap<number, readonly number[]>,
): { at: number; depth: number }[] {
  const rows: { at: number; depth: number }[] = []
  const todo = [{ at: first, depth: 0 }]
  for (let next = todo.pop(); next; next = todo.pop()) {
    rows.push(next)
    const { at, depth } = next
    for (const effect of [...(effects.get(at) ?? [])].reverse()) {
      todo.push({ at: effect, depth: depth + 1 })
    }
  }
  return rows
}

/** What had to happen for the last of them to happen. */
function criticalOf(
  rows: readonly { at: number }[],
  events: readonly LinkedEvent[],
  causes: Int32Array,
): Set<number> {
  const atUs = (at: number) => events[at]?.atUs ?? Number.NEGATIVE_INFINITY
  let at = rows.reduce(
    (last, row) => (atUs(row.at) > atUs(last) ? row.at : last),
    rows[0]?.at ?? -1,
  )
  const critical = new Set<number>()
  for (; at !== -1; at = causes[at] as number) critical.add(at)
  return critical
}

function toldOf(
  at: number,
  first: number,
  { events, causes }: { events: readonly LinkedEvent[]; causes: Int32Array },
): Omit<TracedEvent, 'cause' | 'depth' | 'isCritical'> {
  const { atUs, receivedAtUs, bytes: _, ...said } = events[at] as LinkedEvent
  const after = (other: number) => {
    const us = events[other]?.atUs ?? null
    return us === null || atUs === null || other === at ? null : (atUs - us) / 1_000
  }
  return {
    ...said,
    time: atUs === null ? null : timeText(atUs),
    receivedAt: receivedAtUs === null ? null : timeText(receivedAtUs),
    afterCauseMs: after(causes[at] as number),
    afterFirstMs: at === first && atUs !== null ? 0 : after(first),
  }
}
