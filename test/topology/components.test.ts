import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  circularComponents,
  shortestCycle,
  shortestCycleBy,
} from '../../src/topology/checks/components.js'
import { campaign } from '../helpers/campaign.js'

/** Edges as the arrays that the algorithms take. */
function arrows(count: number, pairs: readonly (readonly [number, number])[]) {
  const sorted = [...pairs].sort(([a], [b]) => a - b)
  const starts = new Uint32Array(count + 1)
  for (let n = 0; n <= count; n++) starts[n] = sorted.filter(([from]) => from < n).length
  return { starts, ends: Uint32Array.from(sorted, ([, to]) => to), pairs: sorted }
}

/** By brute force: which nodes reach which. */
function reaches(count: number, pairs: readonly (readonly [number, number])[]): boolean[][] {
  const reach = Array.from({ length: count }, () => new Array<boolean>(count).fill(false))
  for (const [from, to] of pairs) (reach[from] ?? [])[to] = true
  for (let by = 0; by < count; by++) {
    for (const row of reach) {
      if (row[by]) for (const [to, is] of (reach[by] ?? []).entries()) row[to] ||= is
    }
  }
  return reach
}

/** The steps of a shortest cycle that begins with an edge. */
function shortestBy(pairs: readonly (readonly [number, number])[], first: number): number {
  const [goal, start] = pairs[first] ?? [0, 0]
  let level = new Set([start])
  for (let steps = 1; steps <= pairs.length; steps++) {
    if (level.has(goal)) return steps
    level = new Set(pairs.flatMap(([from, to]) => (level.has(from) ? [to] : [])))
  }
  return Number.POSITIVE_INFINITY
}

const graphs = fc.integer({ min: 1, max: 9 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    pairs: fc.array(fc.tuple(fc.nat({ max: count - 1 }), fc.nat({ max: count - 1 })), {
      maxLength: 20,
    }),
    wanted: fc.nat({ max: 19 }),
  }),
)

test('components are the nodes that reach each other, and cycles the shortest in them', () => {
  fc.assert(
    fc.property(graphs, ({ count, pairs, wanted }) => {
      const flow = arrows(count, pairs)
      const reach = reaches(count, pairs)
      const found = circularComponents(flow)
      const naive = [...Array(count).keys()].flatMap((n) => {
        const component = [...Array(count).keys()].filter((m) => reach[n]?.[m] && reach[m]?.[n])
        return component[0] === n ? [component] : []
      })
      expect(found.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))).toEqual(naive)
      for (const component of found) {
        const inside = flow.pairs
          .map((_, n) => n)
          .filter((n) => {
            return flow.pairs[n]?.every((end) => component.includes(end))
          })
        const least = Math.min(...inside.map((n) => shortestBy(flow.pairs, n)))
        expectCycle(flow.pairs, shortestCycle(flow, component), least)
        const by = shortestCycleBy(flow, component, (edge) => edge === wanted)
        if (!inside.includes(wanted)) expect(by).toEqual([])
        else expectCycle(flow.pairs, by, shortestBy(flow.pairs, wanted))
      }
    }),
    { numRuns: campaign(500) },
  )
})

function expectCycle(
  pairs: readonly (readonly [number, number])[],
  cycle: readonly number[],
  length: number,
): void {
  expect(cycle).toHaveLength(length)
  for (const [n, edge] of cycle.entries()) {
    const next = cycle[(n + 1) % cycle.length] ?? -1
    expect(pairs[edge]?.[1]).toBe(pairs[next]?.[0])
  }
}

test('a ring of 20,000 nodes and a hub of as many', () => {
  const count = 20_000
  const starts = Uint32Array.from({ length: count + 1 }, (_, n) => n)
  const ends = Uint32Array.from({ length: count }, (_, n) => (n + 1) % count)
  const [ring = []] = circularComponents({ starts, ends })
  expect(ring).toHaveLength(count)
  expect(shortestCycle({ starts, ends }, ring)).toHaveLength(count)
  // Node 0 leads to all others, and these back to it.
  const out = Uint32Array.from({ length: count + 1 }, (_, n) => (n === 0 ? 0 : count - 2 + n))
  const to = Uint32Array.from({ length: 2 * count - 2 }, (_, n) => (n < count - 1 ? n + 1 : 0))
  const [hub = []] = circularComponents({ starts: out, ends: to })
  expect(hub).toHaveLength(count)
  expect(shortestCycle({ starts: out, ends: to }, hub)).toHaveLength(2)
})
