import { expect, test } from 'vitest'
import { nearQuotas } from '../../src/topology/checks/quotas.js'
import { Graph } from '../../src/topology/graph.js'
import type { TopologyEdge } from '../../src/topology/model.js'

/** A topic with so many subscriptions that have filters, and as many without. */
function topicOf(count: number): Graph {
  const node = { id: 'topic:a', kind: 'topic' as const, name: 'a', declared: true, at: 'a.yaml' }
  const edge = (to: string, when: TopologyEdge['when']): TopologyEdge => ({
    ...{ from: 'topic:a', to, via: 'subscription', when, sends: null, facts: {} },
  })
  const edges = Array.from({ length: count }, (_, n) => [
    edge(`queue:${n}`, { kind: ['paid'] }),
    edge(`queue:all-${n}`, null),
  ]).flat()
  const nodes = [{ ...node, facts: {} }]
  return new Graph({ sources: [], nodes, edges, grants: [], gaps: [] })
}

test.each([
  [159, []],
  [160, ['topic:a has 160 subscriptions with filters of the 200 that AWS allows at first.']],
  [200, ['topic:a has 200 subscriptions with filters of the 200 that AWS allows at first.']],
  [201, []],
])('%i of 200', (count, told) => {
  expect(nearQuotas(topicOf(count)).map(({ explanation }) => explanation)).toEqual(told)
})
