import type { NodeKind, Topology, TopologyEdge, TopologyNode } from './model.js'

/** A topology by its nodes, for who asks what is around one. */
export class Graph {
  readonly nodes: ReadonlyMap<string, TopologyNode>
  readonly #out = new Map<string, TopologyEdge[]>()
  readonly #in = new Map<string, TopologyEdge[]>()

  constructor(readonly topology: Topology) {
    this.nodes = new Map(topology.nodes.map((node) => [node.id, node]))
    for (const edge of topology.edges) {
      push(this.#out, edge.from, edge)
      push(this.#in, edge.to, edge)
    }
  }

  out(id: string): readonly TopologyEdge[] {
    return this.#out.get(id) ?? []
  }

  in(id: string): readonly TopologyEdge[] {
    return this.#in.get(id) ?? []
  }

  node(id: string): TopologyNode | undefined {
    return this.nodes.get(id)
  }

  /** Of a node that is there; a function of its own, to be handed on. */
  readonly kindOf = (id: string): NodeKind | undefined => this.nodes.get(id)?.kind

  /** Those that are declared, of one kind. */
  declared(kind: TopologyNode['kind']): TopologyNode[] {
    return this.topology.nodes.filter((node) => node.kind === kind && node.declared)
  }
}

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}
