import { expect, test } from 'vitest'
import { checked } from '../../src/topology/check.js'
import { followed } from '../../src/topology/match/follow.js'
import type { TopologyEdge } from '../../src/topology/model.js'
import { type Wire, wired } from './wired.js'

const ofShop = { source: ['shop'] }

/** A rule of a bus, and whom it sends to. */
function rule(name: string, [from, to]: [string, string], when = {}, hasDlq = false): Wire[] {
  return [
    [from, `rule:${name}`, 'rule', { when: { ...ofShop, ...when } }],
    [`rule:${name}`, to, 'target', { sends: ofShop, facts: { hasDlq } }],
  ]
}
const puts = (name: string, bus: string): Wire => {
  return [`function:${name}`, bus, 'permission', { when: 'events:PutEvents' }]
}

/** Severity and nodes of each cycle, and how it is told to end. */
function cyclesIn(wires: readonly Wire[]) {
  const { findings } = checked(wired(wires))
  return findings
    .filter(({ id }) => /cycle/i.test(id))
    .map(({ id, severity, witnesses, explanation }) => {
      const end =
        /No service|Lambda ends|refuses what \S+ sends on to \S+|which (?:is lost|its \S+)/g
      return [id, severity, witnesses.join(' '), ...(explanation.match(end) ?? [])]
    })
}

test('EventBridge sends an event to another bus once: a ring of buses ends', () => {
  const ring = [
    ...rule('ab', ['bus:a', 'bus:b']),
    ...rule('ba', ['bus:b', 'bus:a'], { detail: { mark: [{ exists: false }] } }, true),
  ]
  const refused = 'refuses what rule:ba sends on to bus:a'
  expect(cyclesIn(ring)).toEqual([
    ['cycle', 'error', 'bus:a rule:ab bus:b rule:ba', refused, 'which its dead-letter'],
  ])
  const itself = rule('aa', ['bus:a', 'bus:a'])
  expect(cyclesIn(itself)).toEqual([
    ['cycle', 'error', 'bus:a rule:aa', 'refuses what rule:aa sends on to bus:a', 'which is lost'],
  ])
  // A longer way, of which each round begins anew, is not hidden by it.
  const work: Wire[] = [...rule('bf', ['bus:b', 'function:f']), puts('f', 'bus:a')]
  expect(cyclesIn([...ring, ...work])).toEqual([
    ['cycle', 'error', 'bus:a rule:ab bus:b rule:ba', refused, 'which its dead-letter'],
    ['cycle', 'error', 'bus:a rule:ab bus:b rule:bf function:f', 'No service'],
  ])
})

test('a way over three buses is one that EventBridge refuses', () => {
  const way = (last: Wire[]) => [
    ...rule('ab', ['bus:a', 'bus:b']),
    ...rule('bc', ['bus:b', 'bus:c']),
    ...rule('cf', ['bus:c', 'function:f']),
    ...last,
  ]
  const refused = ['refuses what rule:bc sends on to bus:c', 'which is lost']
  const path = 'bus:a rule:ab bus:b rule:bc bus:c rule:cf function:f'
  expect(cyclesIn(way([puts('f', 'bus:a')]))).toEqual([['cycle', 'error', path, ...refused]])
  // What a function puts to the second bus is new there.
  expect(cyclesIn(way([puts('f', 'bus:b')]))).toEqual([
    ['cycle', 'error', 'bus:b rule:bc bus:c rule:cf function:f', 'No service'],
  ])
})

test('what a rule sends on to a third bus is refused, where patterns let it come that far', () => {
  const told = (wires: Wire[]) => {
    const { findings } = checked(wired(wires))
    const all = findings.filter(({ id }) => id === 'thirdBus')
    return all.map(({ severity, explanation }) => `${severity} ${explanation}`)
  }
  const way = (when = {}, hasDlq = false) => [
    ...rule('ab', ['bus:a', 'bus:b']),
    ...rule('bc', ['bus:b', 'bus:c'], when, hasDlq),
    ...rule('cq', ['bus:c', 'queue:q']),
  ]
  const what =
    'warning rule:bc takes events that rules of other buses send to bus:b, and sends them on to ' +
    'bus:c: EventBridge refuses that (THIRD_ACCOUNT_HOP_DETECTED), and '
  expect(told(way())).toEqual([`${what}it is lost.`])
  expect(told(way({ account: ['1'] }, true))).toEqual([`${what}its dead-letter queue keeps it.`])
  expect(told(way({ source: ['depot'] }))).toEqual([])
  expect(told([...rule('ab', ['bus:a', 'bus:b']), ...rule('ba', ['bus:b', 'bus:a'])])).toEqual([])
})

test('where an event would go ends at the second bus, too', () => {
  const wires = [
    ...rule('ab', ['bus:a', 'bus:b']),
    ...rule('bc', ['bus:b', 'bus:c']),
    ...rule('bq', ['bus:b', 'queue:q']),
  ]
  const at = (bus: string) => {
    const event = { source: 'shop', 'detail-type': 'x', detail: {} }
    const { reached, missed } = followed(wired(wires), { event, attributes: {}, at: [bus] })
    return [reached.map(({ to }) => to), missed.map(({ from, to, notes }) => [from, to, ...notes])]
  }
  const why =
    'EventBridge refuses to send on what came from another bus (THIRD_ACCOUNT_HOP_DETECTED)'
  expect(at('bus:a')).toEqual([
    ['rule:ab', 'bus:b', 'rule:bc', 'rule:bq', 'queue:q'],
    [['rule:bc', 'bus:c', why]],
  ])
  expect(at('bus:b')).toEqual([['rule:bc', 'bus:c', 'rule:bq', 'queue:q'], []])
})

test('a mark guards where somebody can set it: a function, an enrichment, a template', () => {
  const unmarked = { detail: { mark: [{ exists: false }] } }
  const way = (pipe: Wire[], facts = {}): Wire[] => [
    ...rule('aq', ['bus:a', 'queue:q'], unmarked),
    ['queue:q', 'pipe:p', 'source'],
    ['pipe:p', 'bus:a', 'target', { facts }],
    ...pipe,
  ]
  const path = 'bus:a rule:aq queue:q pipe:p'
  expect(cyclesIn(way([]))).toEqual([['cycle', 'error', path, 'No service']])
  const note = [['guardedCycle', 'note', path, 'No service']]
  expect(cyclesIn(way([['pipe:p', 'function:f', 'enrichment']]))).toEqual(note)
  expect(cyclesIn(way([], { isTransformed: true }))).toEqual(note)
  const byFunction: Wire[] = [...rule('af', ['bus:a', 'function:f'], unmarked), puts('f', 'bus:a')]
  expect(cyclesIn(byFunction)).toEqual([
    ['guardedCycle', 'note', 'bus:a rule:af function:f', 'No service'],
  ])
})

test('filters of a topic see what a rule sends there: the event, and no attributes', () => {
  const through = (filter: Partial<TopologyEdge>, facts: TopologyEdge['facts'] = {}): number => {
    const wires: Wire[] = [
      ['bus:a', 'rule:at', 'rule', { when: ofShop }],
      ['rule:at', 'topic:t', 'target', { facts }],
      ['topic:t', 'function:f', 'subscription', filter],
      puts('f', 'bus:a'),
    ]
    return cyclesIn(wires).length
  }
  const isOfBody = { facts: { isOfBody: true } }
  expect(through({})).toBe(1)
  expect(through({ when: { source: ['shop', 'depot'] }, ...isOfBody })).toBe(1)
  expect(through({ when: { source: ['depot'] }, ...isOfBody })).toBe(0)
  // What a template makes of it is another text.
  expect(through({ when: { source: ['depot'] }, ...isOfBody }, { isTransformed: true })).toBe(1)
  expect(through({ when: { kind: ['paid'] } })).toBe(0)
  expect(through({ when: { kind: ['paid', { exists: false }] } })).toBe(1)
  expect(through({ when: { kind: [`\${Kind}`] } })).toBe(1)
  const byFunction: Wire[] = [
    ['function:f', 'topic:t', 'permission', { when: 'sns:Publish' }],
    ['topic:t', 'function:f', 'subscription', { when: { kind: ['paid'] } }],
  ]
  expect(cyclesIn(byFunction)).toHaveLength(1)
})
