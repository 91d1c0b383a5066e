import { isId, type Leaf, leavesOf } from './content-leaves.js'
import type { PassingEvent } from './passing-event.js'
import { nodeText } from './told.js'

/** An event and what of its payload stays the same when it comes round. */
export interface Content {
  readonly event: PassingEvent
  readonly node: string
  /** What it is about: what was mapped, else what stays of the payload. */
  readonly thread: string
  /** What stays of the payload. */
  readonly text: string
  /** How deep the producer says that it is: of a field such as `hops`. */
  readonly depth: number | null
  /** Whether a field such as `attempt` counts. */
  readonly isRetry: boolean
}

/** What counts how often a message went on, and nothing else. */
const isDepth = /^(hops?|hop_?count|loop_?count)$/i
/** What else may count that. A game has rounds, a training iterations, a queue is deep. */
const isCounter =
  /^(hops?|hop_?count|depth|turns?|laps?|rounds?|generation|iteration|loop_?count)$/i
const isAttempt = /attempt|retr(y|ies)|tries/i
/** Of the steps of a counter so many may go back, since events overtake each other. */
const BACK = 0.1

/**
 * Learns which fields are volatile, and takes them away: times; ids, which only one event of a node
 * has, and where nothing says what events are about, only one of all events; integers that only
 * grow, or only fall, wherever a thread passes their node again. What is a delivery of the same
 * event once more, with the same time and payload, is left out.
 *
 * @param events in order of time
 */
export function contentsOf(events: readonly PassingEvent[]): Content[] {
  const own = distinct(events)
  const { isOnly, counters } = learned(own)
  return own.map((event) => {
    const node = nodeText(event)
    const leaves = leavesOf(event)
    const counts = (leaf: Leaf) =>
      leaf.integer !== null &&
      (counters.has(counterKey(node, leaf)) || (event.thread === '' && isCounter.test(leaf.name)))
    const stays = leaves.filter((leaf) => !isOnly(event, leaf) && !counts(leaf))
    const text = JSON.stringify(stays.map(({ place, value }) => [place, value]))
    const depth = leaves.find((leaf) => counts(leaf) && isDepth.test(leaf.name))?.integer ?? null
    const isRetry = leaves.some((leaf) => counts(leaf) && isAttempt.test(leaf.name))
    const thread = event.thread !== '' ? event.thread : isTelling(stays) ? `p ${text}` : ''
    return { event, node, thread, text, depth, isRetry }
  })
}

/** Whether something can be known again by it: `EUR` and `true` stand in many. */
function isTelling(leaves: readonly Leaf[]): boolean {
  return leaves.some(({ value }) => value.length >= 3 && /\d/.test(value))
}

function distinct(events: readonly PassingEvent[]): PassingEvent[] {
  const seen = new Set<string>()
  return events.filter((event) => {
    const { source, type, atUs, payload } = event
    const key = JSON.stringify([source, type, atUs, payload])
    return seen.size !== seen.add(key).size
  })
}

interface Learned {
  isOnly: (event: PassingEvent, leaf: Leaf) => boolean
  /** Places of nodes. */
  counters: ReadonlySet<string>
}

function learned(events: readonly PassingEvent[]): Learned {
  // By value the only event that has it; -1 where several have.
  const owners = new Map<string, number>()
  const steps = new Map<string, { up: number; down: number }>()
  const before = new Map<string, number>()
  for (const [at, event] of events.entries()) {
    const node = nodeText(event)
    for (const leaf of leavesOf(event)) {
      const owned = ownerKey(event, leaf)
      const owner = isId.test(leaf.value) ? owners.get(owned) : -1
      if (owner === undefined) owners.set(owned, at)
      else if (owner !== at && owner !== -1) owners.set(owned, -1)
      if (leaf.integer === null || event.thread === '') continue
      const key = counterKey(node, leaf)
      const thread = `${key} ${event.thread}`
      const last = before.get(thread)
      before.set(thread, leaf.integer)
      if (last === undefined || last === leaf.integer) continue
      const counted = steps.get(key) ?? { up: 0, down: 0 }
      counted[leaf.integer > last ? 'up' : 'down'] += 1
      steps.set(key, counted)
    }
  }
  const counters = [...steps].filter(([, { up, down }]) => {
    return Math.min(up, down) <= BACK * (up + down)
  })
  const isOnly: Learned['isOnly'] = (event, leaf) => {
    return isId.test(leaf.value) && owners.get(ownerKey(event, leaf)) !== -1
  }
  return { isOnly, counters: new Set(counters.map(([key]) => key)) }
}

function ownerKey(event: PassingEvent, { place, value }: Leaf): string {
  return event.thread === '' ? value : JSON.stringify([nodeText(event), place, value])
}

function counterKey(node: string, { place }: Leaf): string {
  return JSON.stringify([node, place])
}
