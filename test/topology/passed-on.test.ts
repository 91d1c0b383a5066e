import { expect, test } from 'vitest'
import { passedOn } from '../../src/topology/checks/passed-on.js'
import { Graph } from '../../src/topology/graph.js'
import type { NodeKind, PassedOn, TopologyEdge } from '../../src/topology/model.js'
import { Repeats, type SeenEvent } from '../../src/topology/passed-on.js'

const times = (many: number) => Array.from({ length: many }, (_, n) => n)

function event(n: number, type: string, lateS: number, detail: object): SeenEvent {
  const id = `${type}-${n}`
  const at = new Date(Date.UTC(2026, 10, 1) + (n * 60 + lateS) * 1_000).toISOString()
  const payload = JSON.stringify({ meta: { eventId: id, at }, ...detail })
  return {
    ...{ source: type.split('.')[0] ?? '', type, id, causationId: null, marks: [`trace-${id}`] },
    ...{ atUs: Date.parse(at) * 1_000, payload },
  }
}

const order = (n: number) => ({
  order: `o-${n}`,
  total: 10 + n,
  currency: 'EUR',
  paid: n % 2 === 0,
})

function repeatsIn(events: readonly SeenEvent[]): PassedOn[] {
  const repeats = new Repeats()
  // As an archive has them: in any order.
  for (const one of [...events].reverse()) repeats.take(one)
  return repeats.read()
}

const placed = times(30).map((n) => event(n, 'shop.placed', 0, order(n)))
const from = { source: 'shop', type: 'shop.placed' }
const to = { source: 'copy', type: 'copy.placed' }

test('what has the payload of what came before is passed on, whatever its ids and times', () => {
  const copies = times(30).map((n) => event(n, 'copy.placed', 2, order(n)))
  expect(repeatsIn([...placed, ...copies, ...copies])).toEqual([{ from, to, count: 30, of: 30 }])
  expect(repeatsIn([...placed.slice(0, 19), ...copies.slice(0, 19)])).toEqual([])
})

test.each<[string, (n: number) => object]>([
  ['says more', (n) => ({ ...order(n), checked: n > 3 })],
  [
    'says something else of every tenth',
    (n) => ({ ...order(n), paid: n % 2 === 0 || n % 10 === 1 }),
  ],
  ['says ids alone', (n) => ({ order: `o-${n}`, customer: `c-${n}`, item: `i-${n}` })],
  ['says little', (n) => ({ currency: 'EUR', total: n })],
])('what %s is not', (how, said) => {
  const others = times(30).map((n) => event(n, 'copy.placed', 2, said(n)))
  const some = /ids|little/.test(how)
    ? times(30).map((n) => event(n, 'shop.placed', 0, said(n)))
    : placed
  expect(repeatsIn([...some, ...others])).toEqual([])
})

test('of two that pass on the same, each is of what it names as its cause', () => {
  const caused = (type: string, lateS: number) =>
    placed.map(({ id }, n) => ({ ...event(n, type, lateS, order(n)), causationId: id }))
  const found = repeatsIn([...placed, ...caused('copy.placed', 2), ...caused('third.placed', 3)])
  const third = { from, to: { source: 'third', type: 'third.placed' }, count: 30, of: 30 }
  expect(found).toEqual([{ from, to, count: 30, of: 30 }, third])
})

test('the function that gets the one and may send the other is named', () => {
  const edge = (from: string, to: string, via: TopologyEdge['via'], more = {}): TopologyEdge => {
    return { from, to, via, when: null, sends: null, facts: {}, ...more }
  }
  const edges = [
    edge('bus:shop', 'rule:paid', 'rule', { when: { source: ['shop'] } }),
    edge('bus:shop', 'rule:other', 'rule', { when: { source: ['stock'] } }),
    edge('rule:paid', 'queue:in', 'target'),
    edge('rule:other', 'function:other', 'target'),
    edge('queue:in', 'function:copy', 'mapping'),
    ...['function:copy', 'function:other'].map((id) => edge(id, 'bus:shop', 'permission')),
  ]
  const foundIn = (some: TopologyEdge[]) => {
    const ids = [...new Set(some.flatMap(({ from: a, to: b }) => [a, b]))]
    const nodes = ids.map((id) => {
      const kind = (id.split(':')[0] ?? '') as NodeKind
      return { id, kind, name: id, declared: true, at: null, facts: {} }
    })
    const all = { sources: [], nodes, edges: some, grants: [], gaps: [] }
    const seen = { sources: ['a'], kinds: [], rules: [], others: 0, undecodable: 0 }
    const passed = [{ from, to, count: 29, of: 30 }]
    return passedOn(new Graph({ ...all, observed: { ...seen, passedOn: passed } }))
  }
  expect(foundIn(edges)).toMatchObject([{ id: 'onlyPassesOn', on: 'function:copy' }])
  expect(foundIn(edges)[0]?.explanation).toBe(
    '29 of 30 copy.placed of copy have the payload of shop.placed of shop before them, but for ' +
      'times and ids: function:copy seems only to pass it on.',
  )
  expect(foundIn(edges.slice(0, 5))).toMatchObject([{ on: 'producer:copy' }])
  const piped = edges.map((one) =>
    JSON.parse(JSON.stringify(one).replaceAll('function:copy', 'pipe:c')),
  )
  expect(foundIn(piped)).toEqual([])
})
