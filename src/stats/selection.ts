import type { EventRecord, JsonValue } from '../event/event.js'
import type { EventPattern } from '../event/pattern.js'
import { typeMatcher } from '../event/type-globs.js'
import type { Deliveries } from './deliveries.js'

/** What is measured (DESIGN §7): half-open, on `receivedAt` where known, else `time`. */
export interface Selection {
  sinceUs: number | null
  untilUs: number | null
  /** Globs; none: all types. */
  types?: readonly string[]
  /** Of the document. */
  filter?: EventPattern | undefined
  /** The filter as it was written, to be told. */
  written?: JsonValue | undefined
  /** The share of identities measured; null: all. */
  sample?: number | null
  /** What was there to be selected, to be told where nothing was; kept up to date. */
  seen?: Seen
}

/** Deliveries before any selection. */
export interface Seen {
  events: number
  /** Infinite where no event has a time. */
  firstUs: number
  lastUs: number
  types: Set<string>
}

export function nothingSeen(): Seen {
  const { POSITIVE_INFINITY: firstUs, NEGATIVE_INFINITY: lastUs } = Number
  return { events: 0, firstUs, lastUs, types: new Set() }
}

const WORDS = 2 ** 32

/** An event that is left out before it is a delivery. */
export function leftOut({ seen }: Selection, { timeUs, receivedAtUs, type }: EventRecord): void {
  if (!seen) return
  seen.events += 1
  seen.types.add(type)
  const us = receivedAtUs ?? timeUs
  if (us === null) return
  seen.firstUs = Math.min(seen.firstUs, us)
  seen.lastUs = Math.max(seen.lastUs, us)
}

/** Drops the deliveries from `first` on that are not selected, closing the gaps; what a filter
 * leaves out has not become one. */
export function select(deliveries: Deliveries, selection: Selection, first: number): void {
  const isWanted = wantedIn(deliveries, selection)
  if (!isWanted) return
  if (selection.seen) look(deliveries, selection.seen, first)
  let kept = first
  for (let at = first; at < deliveries.count; at++) {
    if (!isWanted(at)) continue
    deliveries.move(at, kept)
    kept += 1
  }
  deliveries.truncate(kept)
}

function wantedIn(deliveries: Deliveries, selection: Selection): ((at: number) => boolean) | null {
  const { sinceUs, untilUs, types = [], sample = null } = selection
  const isTimed = sinceUs !== null || untilUs !== null
  if (!isTimed && types.length === 0 && sample === null) return null
  const matches = typeMatcher(types)
  const groupWanted = deliveries.groups.map(({ type }) => types.length === 0 || matches(type))
  const timeIn = (at: number) => {
    if (!isTimed) return true
    const us = arrivalUs(deliveries, at)
    return us >= (sinceUs ?? Number.NEGATIVE_INFINITY) && us < (untilUs ?? Number.POSITIVE_INFINITY)
  }
  // The high word has nothing to do with the places in the tables, which the low one chooses.
  const sampled = (at: number) =>
    sample === null || (deliveries.identities[at * 2 + 1] as number) < sample * WORDS
  return (at) =>
    sampled(at) && timeIn(at) && groupWanted[deliveries.groupOf[at] as number] !== false
}

function look(deliveries: Deliveries, seen: Seen, first: number): void {
  const groups = new Set<number>()
  for (let at = first; at < deliveries.count; at++) {
    const us = arrivalUs(deliveries, at)
    if (us < seen.firstUs) seen.firstUs = us
    if (us > seen.lastUs) seen.lastUs = us
    groups.add(deliveries.groupOf[at] as number)
  }
  for (const group of groups) seen.types.add(deliveries.groups[group]?.type ?? '')
  seen.events += deliveries.count - first
}

/** NaN where neither is known. */
function arrivalUs({ receivedUs, timesUs }: Deliveries, at: number): number {
  const us = receivedUs[at] as number
  return Number.isNaN(us) ? (timesUs[at] as number) : us
}
