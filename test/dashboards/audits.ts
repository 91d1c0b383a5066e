import type { AuditEvent, AuditFlag, AuditResult } from '../../src/audit/result.js'
import type { JsonValue } from '../../src/event/event.js'
import type { AuditView } from '../../src/ui/audit-text.js'
import { hostileNames } from './pages.js'

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 1) + seconds * 1_000).toISOString()

function event(n: number, more: Partial<AuditEvent> = {}): AuditEvent {
  return {
    ...{ id: `id-${n}`, type: 'order.changed', source: 'shop', time: at(n), key: '7' },
    ...{ receivedAt: at(n + 0.2), sequence: `${n}`, version: null, deliveries: 1, flags: [] },
    ...{ correlationId: null, causationId: null, effects: [], copies: [] },
    ...{ position: { path: 'a.ndjson', record: n }, payload: { n, title: 'Cook' } },
    ...more,
  }
}

function result(events: AuditEvent[], more: Partial<AuditResult> = {}): AuditResult {
  return {
    ...{ schema: 'evt.audit/1', entity: 'order:7', asOf: null, partial: false, events, gaps: [] },
    selection: { since: null, until: null, types: [], filter: null },
    searched: {
      ...{ sources: ['archive/'], objects: 3, bytes: 4_200, records: 90, undecodable: 1 },
      events: 89,
    },
    ...more,
  }
}

const copy = (seconds: number, replay: string | null = null) => ({
  ...{ receivedAt: at(seconds), replay, position: { path: 'b.ndjson', record: 1 } },
})

function order(): AuditResult {
  const flags = (...some: AuditFlag[]) => ({ flags: some })
  const events = [
    event(1),
    event(2, { ...flags('late', 'reordered'), receivedAt: at(60), causationId: 'id-1' }),
    event(3, { deliveries: 2, copies: [copy(3.4)] }),
    event(3.5, {
      ...{ ...flags('conflict'), deliveries: 2 },
      copies: [{ ...copy(3.6), payload: { n: 3.5, title: 'Chef' } }],
    }),
    event(4, { ...flags('replay'), deliveries: 2, copies: [copy(600, 'again')] }),
    event(7, { ...flags('gapBefore'), receivedAt: at(6.5), causationId: 'cart-1' }),
    event(8, { receivedAt: null, id: null, payload: null }),
    event(9, { time: null }),
    event(10, { time: null, receivedAt: null }),
    event(11, { ...flags('replay'), receivedAt: at(700) }),
  ]
  const title = { path: '$.title', state: 'Cook', copy: 'Chef' }
  return result(events, {
    ...{ gaps: [{ after: 4, before: 7 }], partial: true, without: ['id-5'], with: ['f.ndjson'] },
    state: { n: 9, title: 'Cook', tags: ['a', { b: null }] },
    between: { from: at(0), to: at(9) },
    diff: [
      { path: '$.n', before: 1, after: 9 },
      { path: '$.title', after: 'Cook' },
    ],
    against: {
      ...{ copy: 'copy.json', verdict: 'behind', missed: 2, diff: [title] },
      stoppedAt: { id: 'id-3', type: 'order.changed', source: 'shop', time: at(3) },
    },
    related: {
      entities: ['customer:1'],
      events: [{ ...event(5), entities: ['customer:1'] }],
      leftOut: { entities: 0, events: 3 },
    },
  })
}

function hostile(): AuditResult {
  const deep: JsonValue = JSON.parse(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`)
  const events = hostileNames.map((name, n) =>
    event(n, {
      ...{ id: name, type: name, source: name, sequence: name, version: name, key: name },
      ...{ causationId: name, deliveries: 2, copies: [copy(n + 1, name)], flags: ['replay'] },
      position: { path: name, record: n },
      payload: n === 0 ? deep : { [name]: name, list: [name] },
    }),
  )
  const name = hostileNames.join(' ')
  return result(events, {
    ...{ entity: `kind:${name}`, without: [name], with: [name], state: { [name]: name } },
    selection: { since: null, until: null, types: [name], filter: name },
    between: { from: at(0), to: at(9) },
    diff: hostileNames.map((path) => ({ path, before: path, after: { [path]: path } })),
    against: {
      ...{ copy: name, verdict: 'different', stoppedAt: null, missed: null },
      diff: hostileNames.map((path) => ({ path, state: path, copy: path })),
    },
    related: {
      entities: hostileNames.map((one) => `kind:${one}`),
      events: events.map((one) => ({ ...one, entities: [`kind:${one.id}`] })),
      leftOut: { entities: 1, events: 1 },
    },
  })
}

const view = (of: AuditResult): AuditView => ({ result: of, next: [['evt', 'audit', '--state']] })

/** Every look that a page of `evt audit` has to get right. */
export const audits: Readonly<Record<string, AuditView>> = {
  order: view(order()),
  'no arrivals': view(result([1, 2, 5].map((n) => event(n, { receivedAt: null })))),
  'arrived before it happened': view(result([1, 2].map((n) => event(n, { receivedAt: at(0) })))),
  'one event': view(result([event(1)])),
  'no times': view(result([event(1, { time: null, receivedAt: null })])),
  'what mentions a value': view(result([event(1), event(2)], { entity: null, mentions: '7' })),
  '3,000 events': view(result(Array.from({ length: 3_000 }, (_, n) => event(n)))),
  nothing: view(result([])),
  hostile: view(hostile()),
}

export function auditOf(name: string): AuditView {
  const found = audits[name]
  if (!found) throw new Error(`there is no audit ${name}`)
  return found
}
