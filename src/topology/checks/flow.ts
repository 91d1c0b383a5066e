import { mayMatch } from '../meeting.js'
import type { NodeKind, Topology, TopologyEdge } from '../model.js'
import { type Known, knownBy, narrowed } from '../narrowing.js'
import { isBusToBus } from '../refusal.js'

/** A node; of a bus, rule or topic, as far as one kind of events on it goes. */
interface Place {
  readonly id: string
  /** What is known of the events; of buses, rules and topics alone. */
  readonly known: Known
  /** Whether a rule of another bus sent them there, or to a topic a rule; of these alone. */
  readonly isSentOn: boolean
}

/** Where events can go, as arrays: what leaves the place n are `edges[starts[n] … starts[n+1])`. */
export interface Flow {
  readonly places: readonly Place[]
  readonly starts: Uint32Array
  readonly ends: Uint32Array
  readonly edges: readonly TopologyEdge[]
  /** Steps to a bus that EventBridge refuses, as places in `edges`. */
  readonly refused: ReadonlySet<number>
}

/** Of a node with more than these, what is known of events begins anew at each rule. */
const MOST_PLACES = 16

/**
 * The graph that cycles are looked for in. A bus is a place for each kind of events that is sent to
 * it. A rule leads on only those that its pattern may match, and from bus to bus as they are, so
 * that the patterns of all rules on such a way have to match; of a topic the filters, too: what a
 * rule sends there has no attributes. What an archive keeps goes nowhere
 * until somebody starts a replay. EventBridge refuses to send an event to a bus that a rule has
 * sent to one before.
 *
 * @param isRefusedToo whether what EventBridge refuses is a way as well
 * @param narrow one for all that is asked of a topology
 */
export function flowOf(
  topology: Topology,
  isTaken: (edge: TopologyEdge) => boolean,
  { isRefusedToo = false, narrow = remembered() } = {},
): Flow {
  const live = liveEdges(topology, isTaken)
  const kinds = new Map(topology.nodes.map(({ id, kind }) => [id, kind]))
  const kindOf = (id: string) => kinds.get(id)
  const places = new Places()
  for (const edge of live) {
    const { from, to, sends } = edge
    const [source, target] = [kindOf(from), kindOf(to)]
    if (!keepsEvents(source)) places.at({ id: from, known: [], isSentOn: false })
    if (target === 'rule') continue
    const known = target === 'bus' ? knownBy(sends) : []
    places.at({ id: to, known, isSentOn: isBusToBus(edge, kindOf) })
  }
  const out = new Map<string, TopologyEdge[]>()
  for (const edge of live) out.set(edge.from, [...(out.get(edge.from) ?? []), edge])
  const steps: Step[] = []
  // Places are added while they are walked through.
  for (let from = 0; from < places.list.length; from++) {
    const place = places.list[from]
    for (const edge of (place && out.get(place.id)) ?? []) {
      const next = place && placeAfter(place, edge, { kinds, narrow })
      const isRefused = next !== undefined && place?.isSentOn === true && isBusToBus(edge, kindOf)
      if (!next || (isRefused && !isRefusedToo)) continue
      steps.push({ from, edge, isRefused, to: places.at(next, edge) })
    }
  }
  return arrays(places.list, steps)
}

interface Step {
  readonly from: number
  readonly to: number
  readonly edge: TopologyEdge
  readonly isRefused: boolean
}

type Kinds = ReadonlyMap<string, NodeKind>

class Places {
  readonly list: Place[] = []
  readonly #byNode = new Map<string, Map<string, number>>()

  /** @param by the edge that leads there, for what is known of where there is too much to know */
  at(place: Place, by?: TopologyEdge): number {
    const { id, known, isSentOn } = place
    const node = JSON.stringify([id, isSentOn])
    const ofNode = this.#byNode.get(node) ?? new Map<string, number>()
    this.#byNode.set(node, ofNode)
    const key = JSON.stringify(known)
    const found = ofNode.get(key)
    if (found !== undefined) return found
    const isFull = by !== undefined && ofNode.size >= MOST_PLACES
    if (isFull) {
      return this.at({ ...place, known: knownBy(by.via === 'rule' ? by.when : by.sends) })
    }
    ofNode.set(key, this.list.length)
    return this.list.push(place) - 1
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

export type Narrow = typeof narrowed

/** The same patterns meet again and again. */
export function remembered(): Narrow {
  const found = new Map<string, Known | undefined>()
  return (known, pattern) => {
    const key = JSON.stringify([known, pattern])
    if (!found.has(key)) found.set(key, narrowed(known, pattern))
    return found.get(key)
  }
}

/** Where events come by an edge; undefined where none go there. */
function placeAfter(
  { known, isSentOn }: Place,
  edge: TopologyEdge,
  { kinds, narrow }: { kinds: Kinds; narrow: Narrow },
): Place | undefined {
  const { to: id, when, sends } = edge
  const [source, target] = [kinds.get(edge.from), kinds.get(id)]
  if (source === 'bus') {
    const chosen = Array.isArray(when) ? known : narrow(known, when)
    if (!chosen) return undefined
    return target === 'rule' ? { id, known: chosen, isSentOn } : { id, known: [], isSentOn: false }
  }
  if (source === 'topic' && !isLetThrough({ known, isSentOn }, edge, narrow)) return undefined
  if (source === 'rule' && target === 'topic') {
    return { id, known: edge.facts.isTransformed ? [] : known, isSentOn: true }
  }
  if (target !== 'bus') return { id, known: [], isSentOn: false }
  if (source !== 'rule') return { id, known: knownBy(sends), isSentOn: false }
  const kept = narrow(known, sends)
  return kept && { id, known: kept, isSentOn: true }
}

/** Whether the filter of a subscription may let something by. */
function isLetThrough(
  { known, isSentOn }: Omit<Place, 'id'>,
  { via, when, facts }: TopologyEdge,
  narrow: Narrow,
): boolean {
  if (via !== 'subscription' || when === null) return true
  if (facts.isOfBody) return narrow(known, when) !== undefined
  return !isSentOn || mayMatch(when, {})
}

function arrays(places: readonly Place[], steps: Step[]): Flow {
  steps.sort((a, b) => a.from - b.from)
  const starts = new Uint32Array(places.length + 1)
  for (const { from } of steps) starts[from + 1] = (starts[from + 1] ?? 0) + 1
  for (let n = 0; n < places.length; n++) starts[n + 1] = (starts[n + 1] ?? 0) + (starts[n] ?? 0)
  const ends = Uint32Array.from(steps, ({ to }) => to)
  const refused = new Set(steps.flatMap(({ isRefused }, n) => (isRefused ? [n] : [])))
  return { places, starts, ends, edges: steps.map(({ edge }) => edge), refused }
}
