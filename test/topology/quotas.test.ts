import { expect, test } from 'vitest'
import { nearQuotas } from '../../src/topology/checks/quotas.js'
import { Graph } from '../../src/topology/graph.js'
import type { NodeFacts, NodeKind, TopologyEdge } from '../../src/topology/model.js'

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

function node(kind: NodeKind, facts: NodeFacts, at = 'a.yaml') {
  return { id: `${kind}:a`, kind, name: 'a', declared: true, at, facts }
}

function toldOf(one: ReturnType<typeof node>, edges: TopologyEdge[] = []): string[] {
  const graph = new Graph({ sources: [], nodes: [one], edges, grants: [], gaps: [] })
  return nearQuotas(graph).map(({ severity, explanation }) => `${severity}: ${explanation}`)
}

test('of the five targets of a rule, the fifth', () => {
  const targets = (many: number) =>
    Array.from({ length: many }, (_, n): TopologyEdge => {
      const ends = { from: 'rule:a', to: `queue:${n}`, via: 'target' as const }
      return { ...ends, when: null, sends: null, facts: {} }
    })
  expect(toldOf(node('rule', {}), targets(4))).toEqual([])
  expect(toldOf(node('rule', {}), targets(5))).toEqual([
    'note: rule:a has 5 targets of the 5 that AWS allows at first.',
  ])
})

test('a FIFO topic takes a hundred subscriptions', () => {
  const { edges } = topicOf(40).topology
  expect(toldOf(node('topic', { isFifo: true }), edges)).toEqual([
    'note: topic:a has 80 subscriptions of the 100 that AWS allows at first.',
  ])
  expect(toldOf(node('topic', {}), edges)).toEqual([])
})

test.each([
  [6_553, []],
  [6_554, ['note: the policy of queue:a has about 6,554 bytes of the 8,192 that it may have.']],
  [8_193, ['warning: the policy of queue:a has about 8,193 bytes of the 8,192 that it may have.']],
])('a policy of %i bytes', (policyBytes, told) => {
  expect(toldOf(node('queue', { policyBytes }))).toEqual(told)
})

test.each([
  [399, []],
  [400, ['note: stream:a is in its account and region with 400 of 500 shards that may be open.']],
])('%i shards of 500', (open, told) => {
  const at = 'arn:aws:kinesis:eu-west-1:123456789012:stream/a'
  const one = node('stream', { accountShards: { open, limit: 500 } }, at)
  expect(toldOf(one)).toEqual(told)
  const other = { ...one, id: 'stream:b' }
  const graph = new Graph({ sources: [], nodes: [one, other], edges: [], grants: [], gaps: [] })
  expect(nearQuotas(graph)).toHaveLength(told.length)
})

test.each([
  ['an account', 'arn:aws:sns:eu-west-1:123456789012:', 7_999, []],
  [
    ...(['an account', 'arn:aws:sns:eu-west-1:123456789012:', 8_000] as const),
    [
      'topic:0 is in an account and region that has 8,000 subscriptions with filters of the ' +
        '10,000 that AWS allows at first.',
    ],
  ],
  ['two accounts', 'arn:aws:sns:eu-west-1:', 8_000, []],
  ['a template', 'template.yaml#', 8_000, []],
])('filters of the topics of %s together: %s %i', (where, at, count, told) => {
  const topics = Array.from({ length: 80 }, (_, n) => {
    const account = where === 'two accounts' ? `${n % 2}:` : ''
    const of = { kind: 'topic' as const, declared: true, facts: {} }
    return { ...of, id: `topic:${n}`, name: `${n}`, at: `${at}${account}${n}` }
  })
  const edges = Array.from({ length: count }, (_, n): TopologyEdge => {
    const ends = { from: `topic:${n % 80}`, to: `queue:${n}`, via: 'subscription' as const }
    return { ...ends, when: { kind: ['paid'] }, sends: null, facts: {} }
  })
  const graph = new Graph({ sources: [], nodes: topics, edges, grants: [], gaps: [] })
  expect(nearQuotas(graph).map(({ explanation }) => explanation)).toEqual(told)
})
