import type { NodeKind, Topology, TopologyEdge } from '../../src/topology/model.js'

export type Wire = [
  from: string,
  to: string,
  via: TopologyEdge['via'],
  more?: Partial<TopologyEdge>,
]

/** Nodes are those that edges name; the kind stands before the colon. */
export function wired(wires: readonly Wire[]): Topology {
  const ids = [...new Set(wires.flatMap((wire) => wire.slice(0, 2).map(String)))]
  const nodes = ids.map((id) => {
    const [kind = '', name = ''] = id.split(':')
    return { id, kind: kind as NodeKind, name, declared: true, at: 'a.yaml', facts: {} }
  })
  const edges = wires.map(([from, to, via, more]): TopologyEdge => {
    return { from, to, via, when: null, sends: null, facts: {}, ...more }
  })
  return { sources: [], nodes, edges, grants: [], gaps: [] }
}
