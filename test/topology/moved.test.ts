import { expect, test } from 'vitest'
import type { NodeKind, Topology, TopologyEdge } from '../../src/topology/model.js'
import { movedEvents } from '../../src/topology/moved.js'

type Wire = [from: string, to: string, via: TopologyEdge['via'], when?: TopologyEdge['when']]

function topologyOf(...wires: Wire[]): Topology {
  const ids = [...new Set(wires.flatMap((wire) => wire.slice(0, 2).map(String)))]
  const nodes = ids.map((id) => {
    const [kind = '', name = ''] = id.split(':')
    return { id, kind: kind as NodeKind, name, declared: true, at: 'a.yaml', facts: {} }
  })
  const edges = wires.map(([from, to, via, when = null]): TopologyEdge => {
    return { from, to, via, when, sends: null, facts: {} }
  })
  return { sources: [], nodes, edges, grants: [], gaps: [] }
}

const paid = { source: 'shop', 'detail-type': 'paid', detail: {} }
const way = (rule: string, queue: string, bus = 'bus:shop'): Wire[] => [
  [bus, rule, 'rule', { source: ['shop'] }],
  [rule, queue, 'target'],
]
const one = { source: 'shop', type: 'paid', count: 1 }

test.each<[string, Wire[], Wire[], object[]]>([
  [
    'a rule of another name makes no difference',
    way('rule:a', 'queue:q'),
    way('rule:b', 'queue:q'),
    [],
  ],
  [
    'another target does',
    way('rule:a', 'queue:q'),
    way('rule:a', 'queue:r'),
    [{ ...one, lost: ['queue:q'], gained: ['queue:r'] }],
  ],
  [
    'what is behind a bus that is gone is lost',
    way('rule:a', 'queue:q'),
    way('rule:a', 'queue:q', 'bus:other'),
    [{ ...one, lost: ['queue:q'], gained: [] }],
  ],
  [
    'to a bus that is new nobody sends it',
    way('rule:a', 'queue:q'),
    [...way('rule:a', 'queue:q'), ...way('rule:b', 'queue:r', 'bus:new')],
    [],
  ],
  [
    'without a bus it is put to topics',
    [['topic:t', 'queue:q', 'subscription']],
    [['topic:t', 'queue:r', 'subscription']],
    [{ ...one, lost: ['queue:q'], gained: ['queue:r'] }],
  ],
])('%s', (_, a, b, told) => {
  const other = { source: 'other', 'detail-type': 'paid', detail: {} }
  const isOfTopic = a[0]?.[0].startsWith('topic:')
  const events = isOfTopic ? [paid] : [paid, other]
  expect(movedEvents(topologyOf(...a), topologyOf(...b), events)).toEqual(told)
})
