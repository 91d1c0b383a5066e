import { checked } from '../../src/topology/check.js'
import type { TopologyEdge, TopologyNode, TopologyResult } from '../../src/topology/model.js'
import { hostileNames } from './pages.js'

const node = (kind: TopologyNode['kind'], name: string): TopologyNode => ({
  ...{ id: `${kind}:${name}`, kind, name, declared: kind !== 'endpoint', at: 'template.yaml#A' },
  facts: {},
})

const edge = (from: TopologyNode, to: TopologyNode, via: TopologyEdge['via']): TopologyEdge => ({
  ...{ from: from.id, to: to.id, via, when: via === 'rule' ? { source: [from.name] } : null },
  ...{ sends: null, facts: {} },
})

function wired(names: readonly string[]): TopologyResult {
  const bus = node('bus', names[0] ?? '')
  const ends = names.map((name) => {
    const [rule, queue, web] = [node('rule', name), node('queue', name), node('endpoint', name)]
    const ways = [edge(bus, rule, 'rule'), edge(rule, queue, 'target'), edge(queue, web, 'dlq')]
    return { nodes: [rule, queue, web], edges: [...ways, edge(queue, bus, 'permission')] }
  })
  const nodes = [bus, ...ends.flatMap((end) => end.nodes)]
  const edges = ends.flatMap((end) => end.edges)
  const gaps = names.map((at) => ({ kind: 'value' as const, at, explain: `${at} is not known` }))
  return checked({ sources: ['template.yaml'], nodes, edges, grants: [], gaps })
}

/** Many nodes around one, and two that send to each other. */
function star(): TopologyResult {
  const [hub, one, other] = [node('topic', 'hub'), node('topic', 'one'), node('topic', 'other')]
  const ends = Array.from({ length: 400 }, (_, n) => node('queue', `end-${n}`))
  const ways = ends.flatMap((end) => [edge(hub, end, 'subscription'), edge(end, hub, 'dlq')])
  const edges = [...ways, edge(one, other, 'subscription'), edge(other, one, 'subscription')]
  return checked({ ...none, nodes: [hub, ...ends, one, other], edges })
}

const none = { sources: ['a.yaml'], nodes: [], edges: [], grants: [], gaps: [] }

/** Every look that a page of the wiring has to get right. */
export const topologies: Readonly<Record<string, TopologyResult>> = {
  shop: wired(['shop', 'billing']),
  empty: checked(none),
  large: wired(Array.from({ length: 150 }, (_, n) => `part-${n}`)),
  star: star(),
  hostile: wired(hostileNames),
}
