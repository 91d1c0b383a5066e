import type { JsonObject, JsonValue } from '../event/event.js'
import { followed } from './match/follow.js'
import type { NodeKind, Topology } from './model.js'

/** Sample events of one kind that get to others than before. */
export interface MovedEvents {
  readonly source: string
  readonly type: string
  /** How many of the samples. */
  readonly count: number
  /** Nodes that they do not get to any more, and those that they get to now. */
  readonly lost: readonly string[]
  readonly gained: readonly string[]
}

/** Where each event goes before and after, from every bus of before on, or where there is none
 * from every topic. By which rules it gets there makes no difference. */
export function movedEvents(
  a: Topology,
  b: Topology,
  events: readonly JsonObject[],
): MovedEvents[] {
  const at = placesOf(a)
  const there = new Set(b.nodes.map(({ id }) => id))
  const left = at.filter((id) => there.has(id))
  const moved = new Map<string, MovedEvents>()
  for (const event of events) {
    const [before, after] = [reachedIn(a, event, at), reachedIn(b, event, left)]
    const lost = [...before].filter((id) => !after.has(id)).sort()
    const gained = [...after].filter((id) => !before.has(id)).sort()
    if (lost.length + gained.length === 0) continue
    const [source, type] = [textOf(event['source']), textOf(event['detail-type'] ?? event['type'])]
    const key = JSON.stringify([source, type, lost, gained])
    moved.set(key, { source, type, count: (moved.get(key)?.count ?? 0) + 1, lost, gained })
  }
  return [...moved.values()]
}

function placesOf({ nodes }: Topology): string[] {
  const of = (wanted: NodeKind) => nodes.filter(({ kind }) => kind === wanted).map(({ id }) => id)
  const buses = of('bus')
  return buses.length > 0 ? buses : of('topic')
}

function reachedIn(topology: Topology, event: JsonObject, at: readonly string[]): Set<string> {
  const kinds = new Map(topology.nodes.map(({ id, kind }) => [id, kind]))
  const { reached } = followed(topology, { event, attributes: {}, at })
  return new Set(reached.map(({ to }) => to).filter((id) => kinds.get(id) !== 'rule'))
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
