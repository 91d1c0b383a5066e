import fc from 'fast-check'
import { expect, test } from 'vitest'
import { causationGraph } from '../../src/loops/causation-graph.js'
import type { LinkedEvent } from '../../src/loops/linked-event.js'
import { campaign } from '../helpers/campaign.js'

const eventOf = (type: string, atUs: number | null): LinkedEvent => ({
  ...{ id: null, source: '', type, atUs, receivedAtUs: null, correlationId: null, bytes: 9 },
  ...{ causationId: null, traceId: null, entities: [], position: { path: 'a', record: 1 } },
})

test('what was caused is counted by its cause, with the time between', () => {
  const types = ['placed', 'paid', 'paid', 'sent', 'placed', 'alone']
  const events = types.map((type, n) => eventOf(type, n * 1_000))
  const graph = causationGraph(events, Int32Array.from([-1, 0, 0, 1, 3, -1]))
  expect(graph.nodes).toEqual([
    { name: 'placed', events: 2 },
    { name: 'paid', events: 2 },
    { name: 'sent', events: 1 },
  ])
  expect(graph.edges).toEqual([
    { from: 0, to: 1, events: 2, p50Ms: null, maxMs: 2, isRound: true },
    { from: 1, to: 2, events: 1, p50Ms: null, maxMs: 2, isRound: true },
    { from: 2, to: 0, events: 1, p50Ms: null, maxMs: 1, isRound: true },
  ])
})

test('effects that have no time, or one before that of their cause, count all the same', () => {
  const events = [eventOf('a', 5_000), eventOf('b', null), eventOf('b', 1_000)]
  const { edges } = causationGraph(events, Int32Array.from([-1, 0, 0]))
  expect(edges).toEqual([{ from: 0, to: 1, events: 2, p50Ms: null, maxMs: null, isRound: false }])
})

test('of twenty the median is told, of those whose clocks agree', () => {
  const graphOf = (many: number) => {
    const events = Array.from({ length: many }, (_, n) => eventOf('b', 10_000 + n * 100))
    const all = [eventOf('a', 10_000), eventOf('b', 1), ...events]
    const { edges } = causationGraph(
      all,
      Int32Array.from(all, (_, n) => (n === 0 ? -1 : 0)),
    )
    return edges.map(({ events: count, p50Ms, maxMs }) => ({ count, p50Ms, maxMs }))
  }
  expect(graphOf(19)).toEqual([{ count: 20, p50Ms: null, maxMs: 1.8 }])
  expect(graphOf(20)).toEqual([{ count: 21, p50Ms: 0.9, maxMs: 1.9 }])
})

test('a hundred thousand ways that are gone once take no memory of their own', () => {
  const many = 100_000
  const events = Array.from({ length: many }, (_, n) => eventOf(`t${n}`, n * 1e6))
  const before = process.memoryUsage()
  const { edges } = causationGraph(
    events,
    Int32Array.from(events, (_, n) => n - 1),
  )
  const after = process.memoryUsage()
  expect(edges).toHaveLength(many - 1)
  // A histogram of each were 6 GB.
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(100e6)
  expect(after.heapUsed - before.heapUsed).toBeLessThan(500e6)
}, 300_000)

test('a way is round where a search of all ways finds the way back', () => {
  const ways = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 20 })
  fc.assert(
    fc.property(ways, (pairs) => {
      const events = pairs.flatMap(([a, b]) => [eventOf(`${a}`, 0), eventOf(`${b}`, 1)])
      const causes = Int32Array.from(events, (_, n) => (n % 2 === 0 ? -1 : n - 1))
      const { nodes, edges } = causationGraph(events, causes)
      // Warshall: which leads to which.
      const leads = Array.from({ length: 8 }, () => new Array<boolean>(8).fill(false))
      for (const [a, b] of pairs) (leads[a] ?? [])[b] = true
      for (let via = 0; via < 8; via++) {
        for (const row of leads) {
          if (row[via]) for (let to = 0; to < 8; to++) row[to] ||= leads[via]?.[to] ?? false
        }
      }
      for (const { from, to, isRound } of edges) {
        const [cause, effect] = [Number(nodes[from]?.name), Number(nodes[to]?.name)]
        expect(isRound).toBe(cause === effect || leads[effect]?.[cause] === true)
      }
      expect(edges.reduce((sum, { events }) => sum + events, 0)).toBe(pairs.length)
    }),
    { numRuns: campaign(100) },
  )
})
