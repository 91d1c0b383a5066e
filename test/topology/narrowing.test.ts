import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../../src/event/event.js'
import { parsePattern } from '../../src/event/pattern.js'
import { patternMatcher } from '../../src/event/pattern-match.js'
import { checked } from '../../src/topology/check.js'
import { flowOf } from '../../src/topology/checks/flow.js'
import type { Topology, TopologyEdge, TopologyNode } from '../../src/topology/model.js'
import { type Known, knownBy, narrowed } from '../../src/topology/narrowing.js'

/** Buses in a ring: what comes to one is sent on to the next by a rule of a pattern. */
function ringOf(patterns: readonly JsonObject[]): Topology {
  const node = (kind: 'bus' | 'rule', name: string): TopologyNode => ({
    ...{ id: `${kind}:${name}`, kind, name, declared: true, at: 'a.yaml', facts: {} },
  })
  const edges = patterns.flatMap((when, n): TopologyEdge[] => {
    const [rule, next] = [`rule:${n}`, `bus:${(n + 1) % patterns.length}`]
    return [
      { from: `bus:${n}`, to: rule, via: 'rule', when, sends: null, facts: {} },
      { from: rule, to: next, via: 'target', when: null, sends: when, facts: { hasDlq: true } },
    ]
  })
  const nodes = patterns.flatMap((_, n) => [node('bus', `${n}`), node('rule', `${n}`)])
  return { sources: [], nodes, edges, grants: [], gaps: [] }
}

const cyclesIn = (topology: Topology) =>
  checked(topology).findings.filter(({ id }) => id === 'cycle').length

describe('a ring of buses', () => {
  test.each([
    ['of one pattern', 1, [{ source: ['a'] }, { source: ['a'] }, { source: ['a'] }]],
    [
      'whose patterns meet in one',
      1,
      [{ source: ['a', 'b'] }, { source: ['b', 'c'] }, { source: ['b'] }],
    ],
    [
      'whose patterns meet pairwise alone',
      0,
      [{ source: ['a', 'b'] }, { source: ['b', 'c'] }, { source: ['c', 'a'] }],
    ],
    [
      'of prefixes that leave nothing of a list',
      0,
      [{ source: ['ab', 'b'] }, { source: [{ prefix: 'a' }] }, { source: [{ suffix: 'c' }, 'b'] }],
    ],
    ['of an address', 1, [{ detail: { ip: ['::1'] } }, { detail: { ip: ['0::1', '::2'] } }]],
    ['of addresses', 0, [{ detail: { ip: ['::1'] } }, { detail: { ip: ['0::2', 'a'] } }]],
    [
      'of patterns of several fields',
      1,
      [{ source: ['a'] }, { 'detail-type': ['x'] }, { detail: { n: [1, 2] } }],
    ],
  ])('%s has %i cycles', (_, count, patterns) => {
    expect(cyclesIn(ringOf(patterns))).toBe(count)
  })
})

test('what is known of events grows no more when they come round again', () => {
  const ring = ringOf([{ source: ['a', 'b'] }, { source: ['b', 'c'] }])
  const { places } = flowOf(ring, () => true, { isRefusedToo: true })
  expect(places.length).toBeLessThan(12)
})

const value = fc.constantFrom('a', 'b', 'c', 'ab')
const tests = fc.array(
  fc.oneof(value, fc.record({ prefix: value }), fc.record({ 'anything-but': fc.constant('a') })),
  { minLength: 1, maxLength: 3 },
)
const pattern = fc
  .record({ source: tests, 'detail-type': tests }, { requiredKeys: [] })
  .filter((one) => Object.keys(one).length > 0)

test('no event is lost that all patterns match', () => {
  const event = fc.record({ source: value, 'detail-type': value })
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 4 }), event, (patterns, one) => {
      const isOfAll = patterns.every((each) => matches(each, one))
      const known = patterns.reduce<Known | undefined>((so, each) => so && narrowed(so, each), [])
      if (isOfAll) expect(known?.every((each) => isEmpty(each) || matches(each, one))).toBe(true)
    }),
  )
})

test('what is known says the same again', () => {
  fc.assert(
    fc.property(pattern, pattern, (a, b) => {
      const both = narrowed(knownBy(a), b)
      if (both) expect(narrowed(narrowed(both, a) ?? [], b)).toEqual(both)
    }),
  )
})

function matches(pattern: JsonValue, event: JsonValue): boolean {
  return patternMatcher(parsePattern(JSON.stringify(pattern)))(event)
}

function isEmpty(pattern: JsonObject): boolean {
  return Object.keys(pattern).length === 0
}
