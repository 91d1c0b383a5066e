import type { NodeKind, Topology, TopologyEdge } from '../model.js'
import { type Known, knownBy, narrowed } from '../narrowing.js'

/** A node; of a bus or rule, as far as one kind of events on it goes. */
interface Place {
  readonly id: string
  /** What is known of the events; of buses and rules alone. */
  readonly known: Known
}

/** Where events can go, as arrays: what leaves the place n are `edges[starts[n] … starts[n+1])`. */
export interface Flow {
  readonly places: readonly Place[]
  readonly starts: Uint32Array
  readonly ends: Uint32Array
  readonly edges: readonly TopologyEdge[]
}

/** Of a node with more than these, what is known of events begins anew at each rule. */
const MOST_PLACES = 16

/**
 * The graph that cycles are looked for in. A bus is a place for each kind of events that is sent to
 * it. A rule leads on only those that its pattern may match, and from bus to bus as they are, so
 * that the patterns of all rules on such a way have to match. What an archive keeps goes nowhere
 * until somebody starts a replay.
 */
export function flowOf(topology: Topology, isTaken: (edge: TopologyEdge) => boolean): Flow {
  const live = liveEdges(topology, isTaken)
  const kinds = new Map(topology.nodes.map(({ id, kind }) => [id, kind]))
  const places = new Places()
  for (const { from, to, sends } of live) {
    if (!keepsEvents(kinds.get(from))) places.at(from, [])
    if (kinds.get(to) !== 'rule') places.at(to, kinds.get(to) === 'bus' ? knownBy(sends) : [])
  }
  const out = new Map<string, TopologyEdge[]>()
  for (const edge of live) out.set(edge.from, [...(out.get(edge.from) ?? []), edge])
  const steps: Step[] = []
  const narrow = remembered()
  // Places are added while they are walked through.
  for (let from = 0; from < places.list.length; from++) {
    const place = places.list[from]
    for (const edge of (place && out.get(place.id)) ?? []) {
      const known = place && knownAfter(place, edge, { kinds, narrow })
      if (known) steps.push({ from, edge, to: places.at(edge.to, known, edge) })
    }
  }
  return arrays(places.list, steps)
}

interface Step {
  readonly from: number
  readonly to: number
  readonly edge: TopologyEdge
}

class Places {
  readonly list: Place[] = []
  readonly #byNode = new Map<string, Map<string, number>>()

  /** @param by the edge that leads there, for what is known of where there is too much to know */
  at(id: string, known: Known, by?: TopologyEdge): number {
    const ofNode = this.#byNode.get(id) ?? new Map<string, number>()
    this.#byNode.set(id, ofNode)
    const key = JSON.stringify(known)
    const found = ofNode.get(key)
    if (found !== undefined) return found
    const isFull = by !== undefined && ofNode.size >= MOST_PLACES
    if (isFull) return this.at(id, knownBy(by.via === 'rule' ? by.when : by.sends))
    ofNode.set(key, this.list.length)
    return this.list.push({ id, known }) - 1
  }
}

function liveEdges(
  { nodes, edges }: Topology,
  isTaken: (edge: TopologyEdge) => boolean,
): TopologyEdge[] {
  const disabled = new Set(nodes.filter(({ facts }) => facts.isDisabled).map(({ id }) => id))
  return edges.filter((edge) => {
    const { from, to, via, facts } = edge
    const isOn = !facts.isDisabled && !disabled.has(from) && !disabled.has(to)
    return isOn && via !== 'archive' && isTaken(edge)
  })
}

function keepsEvents(kind: NodeKind | undefined): boolean {
  return kind === 'bus' || kind === 'rule'
}

/** The same patterns meet again and again. */
function remembered(): typeof narrowed {
  const found = new Map<string, Known | undefined>()
  return (known, pattern) => {
    const key = JSON.stringify([known, pattern])
    if (!found.has(key)) found.set(key, narrowed(known, pattern))
    return found.get(key)
  }
}

/** What is known of events at the end of an edge; undefined where none go there. */
function knownAfter(
  { known }: Place,
  { from, to, when, sends }: TopologyEdge,
  { kinds, narrow }: { kinds: ReadonlyMap<string, NodeKind>; narrow: typeof narrowed },
): Known | undefined {
  const [source, target] = [kinds.get(from), kinds.get(to)]
  if (source === 'bus') {
    const chosen = Array.isArray(when) ? known : narrow(known, when)
    return chosen && (target === 'rule' ? chosen : [])
  }
  if (target !== 'bus') return []
  return source === 'rule' ? narrow(known, sends) : knownBy(sends)
}

function arrays(places: readonly Place[], steps: Step[]): Flow {
  steps.sort((a, b) => a.from - b.from)
  const starts = new Uint32Array(places.length + 1)
  for (const { from } of steps) starts[from + 1] = (starts[from + 1] ?? 0) + 1
  for (let n = 0; n < places.length; n++) starts[n + 1] = (starts[n + 1] ?? 0) + (starts[n] ?? 0)
  const ends = Uint32Array.from(steps, ({ to }) => to)
  return { places, starts, ends, edges: steps.map(({ edge }) => edge) }
}
