import type { JsonValue } from '../../event/event.js'
import { areApart } from '../meeting.js'
import type { Topology, TopologyEdge } from '../model.js'

/** A node, or a bus as far as one kind of events on it goes. */
interface Place {
  readonly id: string
  /** What is known of the events; of buses alone. */
  readonly sends: JsonValue
}

/** Where events can go, as arrays: what leaves the place n are `edges[starts[n] … starts[n+1])`. */
export interface Flow {
  readonly places: readonly Place[]
  readonly starts: Uint32Array
  readonly ends: Uint32Array
  readonly edges: readonly TopologyEdge[]
}

/**
 * The graph that cycles are looked for in. A bus is a place for each kind of events that is sent to
 * it, so that a rule leads on only those that its pattern may match. What an archive keeps goes
 * nowhere until somebody starts a replay.
 */
export function flowOf({ nodes, edges }: Topology, isTaken: (edge: TopologyEdge) => boolean): Flow {
  const disabled = new Set(nodes.filter(({ facts }) => facts.isDisabled).map(({ id }) => id))
  const live = edges.filter((edge) => {
    const { from, to, via, facts } = edge
    const isOn = !facts.isDisabled && !disabled.has(from) && !disabled.has(to)
    return isOn && via !== 'archive' && isTaken(edge)
  })
  const places: Place[] = []
  const at = new Map<string, Map<string, number>>()
  const placeFor = (id: string, sends: JsonValue): number => {
    const key = JSON.stringify(sends)
    const ofNode = at.get(id) ?? new Map<string, number>()
    at.set(id, ofNode)
    const found = ofNode.get(key)
    if (found !== undefined) return found
    ofNode.set(key, places.length)
    return places.push({ id, sends }) - 1
  }
  const isBus = new Set(nodes.filter(({ kind }) => kind === 'bus').map(({ id }) => id))
  const ends = live.map(({ to, sends }) => placeFor(to, isBus.has(to) ? sends : null))
  const steps: { from: number; to: number; edge: TopologyEdge }[] = []
  for (const [n, edge] of live.entries()) {
    const to = ends[n] ?? 0
    for (const from of at.get(edge.from)?.values() ?? []) {
      const sends = places[from]?.sends ?? null
      if (!areApart(sends, edge.when)) steps.push({ from, to, edge })
    }
  }
  return arrays(places, steps)
}

function arrays(
  places: readonly Place[],
  steps: { from: number; to: number; edge: TopologyEdge }[],
): Flow {
  steps.sort((a, b) => a.from - b.from)
  const starts = new Uint32Array(places.length + 1)
  for (const { from } of steps) starts[from + 1] = (starts[from + 1] ?? 0) + 1
  for (let n = 0; n < places.length; n++) starts[n + 1] = (starts[n + 1] ?? 0) + (starts[n] ?? 0)
  const ends = Uint32Array.from(steps, ({ to }) => to)
  return { places, starts, ends, edges: steps.map(({ edge }) => edge) }
}
