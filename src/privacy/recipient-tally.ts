import type { JsonObject, JsonValue } from '../event/event.js'
import { compareText } from '../event/sequence.js'
import { Graph } from '../topology/graph.js'
import { followed } from '../topology/match/follow.js'
import type { MatchMiss, MatchStep } from '../topology/match/result.js'
import type { NodeKind, Topology } from '../topology/model.js'
import type { Recipient, Recipients } from './recipients.js'

/** What passes an event on and keeps none of it. */
const passing: ReadonlySet<NodeKind> = new Set(['bus', 'rule', 'topic', 'pipe'])
const entrances: ReadonlySet<NodeKind> = new Set(['topic', 'queue', 'stream'])

interface Counted {
  events: number
  readonly types: Set<string>
  isMatched: boolean
}

/** Counts whom events of a subject reach. Of a way its ends count, and archives. */
export class RecipientTally {
  readonly #graph: Graph
  readonly #buses: readonly string[]
  readonly #entrances: readonly string[]
  readonly #found = new Map<string, Counted>()
  #unrouted = 0

  constructor(private readonly topology: Topology) {
    this.#graph = new Graph(topology)
    const { nodes } = topology
    this.#buses = nodes.filter(({ kind }) => kind === 'bus').map(({ id }) => id)
    this.#entrances = nodes
      .filter(({ id, kind }) => {
        return entrances.has(kind) && (kind === 'topic' || this.#graph.in(id).length === 0)
      })
      .map(({ id }) => id)
  }

  add({ document, type }: { readonly document: JsonValue; readonly type: string }): void {
    const reached = this.#reachedBy(document)
    if (reached.size === 0) this.#unrouted += 1
    for (const [id, isMatched] of reached) {
      const one = this.#found.get(id) ?? { events: 0, types: new Set(), isMatched: false }
      one.events += 1
      one.types.add(type)
      one.isMatched ||= isMatched
      this.#found.set(id, one)
    }
  }

  /** Those that got most first. */
  told(): Recipients {
    const consumers = [...this.#found].map(([id, { events, types, isMatched }]): Recipient => {
      const { kind = 'unknown', name = id, at = null } = this.#graph.node(id) ?? {}
      const how = isMatched ? 'matched' : 'possible'
      return { id, kind, name, at, events, types: [...types].sort(compareText), how }
    })
    return {
      topology: this.topology.sources,
      consumers: consumers.sort((a, b) => b.events - a.events || compareText(a.id, b.id)),
      ...{ unrouted: this.#unrouted, gaps: this.topology.gaps.length },
    }
  }

  /** Ids of nodes, and whether it is certain. */
  #reachedBy(document: JsonValue): Map<string, boolean> {
    const isOfBus = this.#buses.length > 0 && isBusEvent(document)
    const found = new Map<string, boolean>()
    const at = isOfBus ? this.#buses : this.#entrances
    const open = [{ at, isKnown: isOfBus && at.length === 1 }]
    const tried = new Set(at)
    for (let next = open.pop(); next; next = open.pop()) {
      const event = { event: document, attributes: {}, at: next.at }
      const { reached, missed } = followed(this.topology, event)
      const places = isOfBus ? [] : next.at
      for (const [id, isMatched] of endsOf(reached, places, this.#graph)) {
        found.set(id, found.get(id) === true || (isMatched && next.isKnown))
      }
      // What an archive has of a message are not its attributes.
      const unsure = isOfBus ? [] : missed.filter((one) => this.#isByAttributes(one))
      for (const { to } of unsure.filter(({ to }) => !tried.has(to))) {
        tried.add(to)
        open.push({ at: [to], isKnown: false })
      }
    }
    return found
  }

  #isByAttributes({ from, to, via, fields }: MatchMiss): boolean {
    if (via !== 'subscription' || fields.length === 0) return false
    const edge = this.#graph.out(from).find((one) => one.to === to && one.via === via)
    return edge?.facts.isOfBody !== true
  }
}

/** Where ways end, and whether each step up to there is certain. */
function endsOf(
  reached: readonly MatchStep[],
  places: readonly string[],
  graph: Graph,
): Map<string, boolean> {
  const left = new Set(reached.map(({ from }) => from))
  const certain: boolean[] = []
  const ends = new Map<string, boolean>()
  const isEnd = (id: string) => {
    const kind = graph.node(id)?.kind ?? 'unknown'
    return !left.has(id) && !passing.has(kind)
  }
  for (const { to, cause, notes } of reached) {
    const isSure = notes.length === 0 && (cause === null || certain[cause] === true)
    certain.push(isSure)
    if (isEnd(to)) ends.set(to, ends.get(to) === true || isSure)
  }
  for (const id of places) if (isEnd(id)) ends.set(id, false)
  return ends
}

function isBusEvent(document: JsonValue): boolean {
  const { source, 'detail-type': type } = (document ?? {}) as JsonObject
  return typeof source === 'string' && typeof type === 'string'
}
