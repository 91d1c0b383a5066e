import { expect, test } from 'vitest'
import { checked } from '../../src/topology/check.js'
import { fanOut } from '../../src/topology/checks/fan-out.js'
import { Graph } from '../../src/topology/graph.js'
import type { TopologyEdge } from '../../src/topology/model.js'
import { type Wire, wired } from './wired.js'

const times = (many: number) => Array.from({ length: many }, (_, n) => n)
const found = (wires: readonly Wire[], most?: number) =>
  fanOut(new Graph(wired(wires)), most).map(({ on, explanation }) => `${on}: ${explanation}`)

/** A rule with a pattern and so many targets. */
function rule(n: number, when: TopologyEdge['when'], targets: number): Wire[] {
  const target = (t: number): Wire => [`rule:${n}`, `queue:${n}-${t}`, 'target']
  return [['bus:shop', `rule:${n}`, 'rule', { when }], ...times(targets).map(target)]
}

test('rules that can match one event add up; those that exclude each other do not', () => {
  const alike = times(11).flatMap((n) => rule(n, { source: ['shop'] }, 5))
  expect(found(alike)).toEqual([expect.stringContaining('bus:shop can make 55 deliveries')])
  const apart = times(11).flatMap((n) => rule(n, { detail: { tenant: [`t${n}`] } }, 5))
  expect(found(apart)).toEqual([])
  const some = [...apart, ...rule(99, { source: ['shop'] }, 5)]
  expect(found(some, 9)).toEqual([expect.stringContaining('bus:shop can make 10 deliveries')])
  expect(found(some, 10)).toEqual([])
})

test('what topics, buses, streams and pipes pass on counts, and is said where it is made', () => {
  const subscribed = (many: number) =>
    times(many).map((n): Wire => ['topic:all', `queue:s${n}`, 'subscription'])
  const way: Wire[] = [
    ['bus:shop', 'rule:a', 'rule', { when: { source: ['shop'] } }],
    ['rule:a', 'bus:central', 'target', { sends: { source: ['shop'] } }],
    ['bus:central', 'rule:b', 'rule', { when: { source: ['shop'] } }],
    ['bus:central', 'rule:other', 'rule', { when: { source: ['stock'] } }],
    ...times(5).map((n): Wire => ['rule:other', `queue:o${n}`, 'target']),
    ['rule:b', 'topic:all', 'target'],
    ['rule:b', 'stream:clicks', 'target'],
    ['stream:clicks', 'pipe:p', 'source'],
    ['stream:clicks', 'function:f', 'mapping'],
    ['pipe:p', 'queue:last', 'target'],
  ]
  // 6 subscribers, 2 readers of the stream.
  expect(found([...way, ...subscribed(6)], 7)).toEqual([
    expect.stringContaining('bus:central can make 8'),
  ])
  expect(found([...way, ...subscribed(6)], 8)).toEqual([])
  expect(found([...way, ...subscribed(9)], 8)).toEqual([
    expect.stringContaining('topic:all can make 9'),
  ])
})

test('EventBridge sends an event to another bus once', () => {
  const way: Wire[] = ['a', 'b', 'c'].flatMap((bus): Wire[] => [
    [`bus:${bus}`, `rule:${bus}`, 'rule'],
    ...times(9).map((n): Wire => [`rule:${bus}`, `queue:${bus}${n}`, 'target']),
  ])
  const on: Wire[] = [
    ['rule:a', 'bus:b', 'target'],
    ['rule:b', 'bus:c', 'target'],
  ]
  // At a: 9, at b: 9 and the bus that refuses it; what is put to b: 9, at c: 9.
  expect(found([...way, ...on], 17)).toEqual([
    expect.stringContaining('bus:a can make 19'),
    expect.stringContaining('bus:b can make 18'),
  ])
})

test('filters that exclude each other, and what is switched off, do not count', () => {
  const filters = times(60).map(
    (n): Wire => ['topic:all', `queue:${n}`, 'subscription', { when: { kind: [`k${n % 2}`] } }],
  )
  expect(found(filters, 30)).toEqual([])
  expect(found(filters, 29)).toEqual([expect.stringContaining('topic:all can make 30')])
  const off = times(60).map(
    (n): Wire => ['stream:s', `function:${n}`, 'mapping', { facts: { isDisabled: n > 0 } }],
  )
  expect(found(off, 1)).toEqual([])
})

test('a circle of buses ends, and evt.yaml says how much is too much', () => {
  const circle: Wire[] = [
    ['bus:a', 'rule:b', 'rule'],
    ['rule:b', 'bus:b', 'target'],
    ['bus:b', 'rule:a', 'rule'],
    ['rule:a', 'bus:a', 'target'],
    ...times(51).map((n): Wire => ['topic:t', `queue:${n}`, 'subscription']),
  ]
  const ids = (settings?: { fanOut: number }) =>
    checked(wired(circle), settings).findings.filter(({ id }) => id === 'fanOut')
  expect(ids()).toMatchObject([{ on: 'topic:t', severity: 'note' }])
  expect(ids({ fanOut: 51 })).toEqual([])
})
