import type { JsonValue } from '../event/event.js'
import type {
  Denial,
  EdgeFacts,
  EdgeKind,
  Gap,
  Grant,
  NodeFacts,
  NodeKind,
  Topology,
  TopologyEdge,
  TopologyNode,
} from './model.js'

export interface NewEdge {
  from: string
  to: string
  via: EdgeKind
  when?: JsonValue | undefined
  sends?: JsonValue | undefined
  facts?: EdgeFacts | undefined
}

interface Declared {
  kind: NodeKind
  name: string
  at: string
  facts?: NodeFacts | undefined
}

/** Gathers a topology. What is declared and what is only referred to under one name is one node. */
export class TopologyBuilder {
  readonly #nodes = new Map<string, TopologyNode>()
  readonly #edges: TopologyEdge[] = []
  readonly #permitted: NewEdge[] = []
  readonly #grants: Grant[] = []
  readonly #denials: Denial[] = []
  readonly #gaps: Gap[] = []
  readonly #told = new Set<string>()

  /** @returns its id, which differs from `kind:name` where another place declares that name */
  declare({ kind, name, at, facts = {} }: Declared): string {
    let id = `${kind}:${name}`
    for (const place of [placeOf(at), at]) {
      if (this.#nodes.get(id)?.declared === true) id = `${kind}:${name} (${place})`
    }
    this.#nodes.set(id, { id, kind, name, declared: true, at, facts })
    return id
  }

  /** A node that something refers to. */
  refer(kind: NodeKind, name: string): string {
    const id = `${kind}:${name}`
    if (!this.#nodes.has(id)) {
      this.#nodes.set(id, { id, kind, name, declared: false, at: null, facts: {} })
    }
    return id
  }

  /** The default bus, which every account has. */
  defaultBus(): string {
    const id = this.refer('bus', 'default')
    const node = this.#nodes.get(id)
    if (node) node.declared = true
    return id
  }

  has(id: string): boolean {
    return this.#nodes.has(id)
  }

  kindOf(id: string): NodeKind {
    return this.#nodes.get(id)?.kind ?? 'unknown'
  }

  facts(id: string): NodeFacts {
    return this.#nodes.get(id)?.facts ?? {}
  }

  /** Notes what else is known of a node. */
  learn(id: string, facts: NodeFacts): void {
    const node = this.#nodes.get(id)
    if (node) node.facts = { ...node.facts, ...facts }
  }

  /** Nodes of a kind, by name. */
  named(kind: NodeKind): TopologyNode[] {
    return [...this.#nodes.values()].filter((node) => node.kind === kind)
  }

  /** What the rules of default buses take, so far. */
  patternsOfDefault(): JsonValue[] {
    const isOne = ({ from, via }: TopologyEdge) => via === 'rule' && /^bus:default(@|$)/.test(from)
    return this.#edges.filter(isOne).map(({ when }) => when)
  }

  edge({ from, to, via, when, sends, facts = {} }: NewEdge): void {
    this.#edges.push({ from, to, via, when: when ?? null, sends: sends ?? null, facts })
  }

  /** An edge that only a permission speaks for: drawn where nothing else says the same. */
  permit(edge: NewEdge): void {
    this.#permitted.push(edge)
  }

  deny(denial: Denial): void {
    this.#denials.push(denial)
  }

  grant(grant: Grant): void {
    this.#grants.push(grant)
  }

  gap(gap: Gap): void {
    const key = JSON.stringify([gap.kind, gap.at, gap.explain])
    if (this.#told.has(key)) return
    this.#told.add(key)
    this.#gaps.push(gap)
  }

  build(sources: string[]): Topology {
    // Who is wired to send some events, as the outcomes of a function, may send others too.
    const whole = this.#edges.filter(({ sends }) => sends === null)
    const wired = new Set(whole.map(({ from, to }) => `${from}\n${to}`))
    // Each permission may be for events of other sources and types.
    const permitted = new Set<string>()
    for (const edge of this.#permitted) {
      const { from, to, sends } = edge
      const key = JSON.stringify([from, to, sends ?? null])
      if (wired.has(`${from}\n${to}`) || permitted.has(key)) continue
      permitted.add(key)
      this.edge(edge)
    }
    const byText = (of: (one: never) => string) => (a: unknown, b: unknown) =>
      of(a as never) < of(b as never) ? -1 : of(a as never) > of(b as never) ? 1 : 0
    return {
      sources,
      nodes: [...this.#nodes.values()].sort(byText(({ id }: TopologyNode) => id)),
      edges: once(this.#edges).sort(byText(edgeText)),
      grants: this.#grants.sort(byText((grant: Grant) => JSON.stringify(grant))),
      ...(this.#denials.length > 0 && {
        denials: this.#denials.sort(byText((denial: Denial) => JSON.stringify(denial))),
      }),
      gaps: this.#gaps.sort(byText(({ at, explain }: Gap) => `${at} ${explain}`)),
    }
  }
}

/** Without the folder, and of a nested stack without the template that nests it: what it is
 * compared with may lie elsewhere. */
function placeOf(at: string): string {
  const file = at.replace(/^.*\/(?=[^/#]*\.[^/#]+(?:[/#]|$))/, '')
  return file.replace(/^[^/#]*\//, '')
}

function edgeText({ from, to, via, when, sends }: TopologyEdge): string {
  return `${from}\n${to}\n${via}\n${JSON.stringify(when)}\n${JSON.stringify(sends)}`
}

function once(edges: readonly TopologyEdge[]): TopologyEdge[] {
  return [...new Map(edges.map((edge) => [JSON.stringify(edge), edge])).values()]
}
