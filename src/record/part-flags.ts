import type { RepeatCause } from '../meters/delivery.js'
import { Identities, type JudgedIdentity } from '../meters/identities.js'
import { type JudgedOrder, type OrderOf, Streams } from '../meters/streams.js'

/** What flags need of an event. */
export type Flagged = JudgedIdentity & JudgedOrder

/** As the view `events` has them. */
export interface Flags {
  /** Why it came again; null for a first delivery. */
  duplicate: RepeatCause | null
  /** Null where order is not checked. */
  reordered: boolean | null
}

/** A memory is left when it holds so many events, or parts. */
const MOST_EVENTS = 100_000
const MOST_PARTS = 100

/** What came since a part. */
interface Memory {
  readonly since: number
  readonly identities: Identities
  readonly streams: Streams
  events: number
}

const blank: OrderOf = {
  ...{ checked: false, keyHigh: 0, keyLow: 0, extent: 0, lateUs: null },
  ...{ ahead: null, aheadReceivedUs: null },
}

/**
 * Tells of each event of a recording whether an earlier one was the same, or of a later place in
 * its stream, in order of the recording (DESIGN §8), among at least the 100,000 events or 100 parts
 * before it. What is remembered follows from the parts alone: a run that goes on remembers the
 * same, once it was shown the parts from {@link since} on.
 */
export class PartFlags {
  #older: Memory
  #newer: Memory

  /** @param since the parts from which the older and the newer memory begin */
  constructor([older, newer]: readonly [number, number]) {
    this.#older = memory(older)
    this.#newer = memory(newer)
  }

  get since(): readonly [number, number] {
    return [this.#older.since, this.#newer.since]
  }

  flag(event: Flagged, part: number): Flags {
    const flags = judge(this.#older, event)
    if (part >= this.#newer.since) judge(this.#newer, event)
    return flags
  }

  /** Says that no more events of a part come. */
  end(part: number): void {
    const { events, since } = this.#newer
    if (events < MOST_EVENTS && part - since + 1 < MOST_PARTS) return
    this.#older = this.#newer
    this.#newer = memory(part + 1)
  }
}

function memory(since: number): Memory {
  return { since, identities: new Identities(), streams: new Streams(), events: 0 }
}

function judge(memory: Memory, event: Flagged): Flags {
  memory.events += 1
  const duplicate = memory.identities.judge(event)
  if (duplicate !== null) return { duplicate, reordered: null }
  const order = { ...blank }
  memory.streams.judge(event, order)
  return { duplicate, reordered: order.checked ? order.extent > 0 : null }
}
