import type { LinkedEvent } from './linked-event.js'

type Linkable = Pick<LinkedEvent, 'id' | 'atUs' | 'correlationId' | 'causationId'>

/** What became of the causes that events name; each event counts once. */
export interface CausationCounts {
  /** Events whose cause is known. */
  linked: number
  /** The cause is not among the events. */
  missing: number
  /** Several events have the id of the cause, also within the correlation. */
  ambiguous: number
  /** The event names itself. */
  itself: number
  /** The causes lead back to the event: no honest ids do. */
  circular: number
  /** The cause happened after its effect: their clocks disagree. */
  skewed: number
}

export interface Links {
  /** Of each event the place of its cause, else -1. Following them ends. */
  causes: Int32Array
  counts: CausationCounts
}

/**
 * Finds the cause of each event (DESIGN §8, "Causation"): the event of that id, preferring the same
 * correlation, then the nearest earlier one. Causes that lead back to their own effects are cut.
 *
 * @param events first deliveries, in order of time
 */
export function linksOf(events: readonly Linkable[]): Links {
  const counts = { linked: 0, missing: 0, ambiguous: 0, itself: 0, circular: 0, skewed: 0 }
  const places = placesById(events)
  const causes = new Int32Array(events.length).fill(-1)
  for (const [at, event] of events.entries()) {
    const { causationId } = event
    if (causationId === null) continue
    const found = (places.get(causationId) ?? []).filter((place) => place !== at)
    if (found.length === 0) {
      counts[causationId === event.id ? 'itself' : 'missing'] += 1
      continue
    }
    const { place, isOnly } = chosenCause(event, found, events)
    causes[at] = place
    if (!isOnly) counts.ambiguous += 1
  }
  counts.circular = cutCircles(causes)
  for (const [at, event] of events.entries()) {
    const cause = events[causes[at] as number]
    if (!cause) continue
    counts.linked += 1
    if (cause.atUs !== null && event.atUs !== null && cause.atUs > event.atUs) counts.skewed += 1
  }
  return { causes, counts }
}

/** Only those that somebody names. */
function placesById(events: readonly Linkable[]): Map<string, number[]> {
  const places = new Map<string, number[]>()
  for (const { causationId } of events) if (causationId !== null) places.set(causationId, [])
  for (const [at, { id }] of events.entries()) if (id !== null) places.get(id)?.push(at)
  return places
}

function chosenCause(
  { correlationId, atUs }: Linkable,
  found: readonly number[],
  events: readonly Linkable[],
): { place: number; isOnly: boolean } {
  const [first = -1] = found
  if (found.length === 1) return { place: first, isOnly: true }
  const same = found.filter(
    (place) => correlationId !== null && events[place]?.correlationId === correlationId,
  )
  const candidates = same.length > 0 ? same : found
  const earlier = candidates.filter((place) => {
    const us = events[place]?.atUs ?? null
    return atUs !== null && us !== null && us <= atUs
  })
  const place = earlier.at(-1) ?? candidates[0] ?? first
  return { place, isOnly: candidates.length === 1 }
}

/** Cuts the links of those that are their own cause, by however many steps; how many there are. */
function cutCircles(causes: Int32Array): number {
  let cut = 0
  // 0: not seen, else the number of the walk that saw it.
  const seen = new Int32Array(causes.length)
  for (let start = 0; start < causes.length; start++) {
    let at = start
    while (at >= 0 && seen[at] === 0) {
      seen[at] = start + 1
      at = causes[at] as number
    }
    if (at < 0 || seen[at] !== start + 1) continue
    // This walk met itself.
    while (at >= 0) {
      const next = causes[at] as number
      causes[at] = -1
      if (next >= 0) cut += 1
      at = next
    }
  }
  return cut
}
