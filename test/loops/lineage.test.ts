import { expect, test } from 'vitest'
import { lineageOf, loopsByLineage } from '../../src/loops/lineage.js'
import type { LinkedEvent } from '../../src/loops/linked-event.js'

test.each([
  [
    'Root=1-a;Parent=b;Sampled=1;Lineage=a87bd80c:1|68fd508a:5|c512fbe3:2',
    { root: '1-a', turns: 5 },
  ],
  ['Root=1-a; Lineage=32767:11111111:255', { root: '1-a', turns: 32767 }],
  ['Lineage=3:a87bd80c:0', { root: '', turns: 3 }],
  ['Root=1-a;Lineage=-1:11111111:0', undefined],
  ['Root=1-a;Lineage=', undefined],
  ['Root=1-a;Sampled=0', undefined],
  ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', undefined],
  [null, undefined],
])('%s', (header, expected) => {
  expect(lineageOf(header)).toEqual(expected)
})

function event(n: number, type: string, root: string, turns: number): LinkedEvent {
  return {
    ...{ id: `${type}${n}`, source: 's', type, atUs: n * 1e6, receivedAtUs: null, bytes: 100 },
    ...{ correlationId: null, causationId: null, entities: [] },
    traceId: `Root=${root};Lineage=${turns}:a87bd80c:0`,
    position: { path: 'a', record: n + 1 },
  }
}

test('what is passed in each turn is the way round, of all requests together', () => {
  const events = ['r', 'q'].flatMap((root) =>
    Array.from({ length: 12 }, (_, n) => event(n, n % 2 === 0 ? 'a' : 'b', root, (n >> 1) + 1)),
  )
  const loops = loopsByLineage([event(0, 'begun', 'r', 1), ...events], [], 5)
  expect(loops).toMatchObject([
    { path: ['s/a', 's/b'], by: 'lineage', turns: 6, chains: 2, events: 24, periodMs: 2_000 },
  ])
  const known = loops.map((loop) => ({ ...loop, by: 'causation' as const }))
  expect(loopsByLineage(events, known, 5)).toEqual([])
})

test('a loop that grows does so by the same factor in each turn', () => {
  const turns = [1, 2, 3, 4, 5].flatMap((turn) => Array(2 ** turn).fill(turn) as number[])
  const events = turns.map((turn, n) => event(n, 'a', 'r', turn))
  expect(loopsByLineage(events, [], 5)).toMatchObject([{ turns: 5, amplification: 2 }])
})

test('redeliveries, fan-out and retries are counted once by AWS, and are no loops', () => {
  const fanOut = Array.from({ length: 20 }, (_, n) => event(n, `t${n}`, 'r', 1))
  const retries = Array.from({ length: 20 }, (_, n) => event(n, 'again', 'q', 1))
  const saga = Array.from({ length: 4 }, (_, n) => event(n, 'payment', 'p', n + 1))
  expect(loopsByLineage([...fanOut, ...retries, ...saga], [], 5)).toEqual([])
})
