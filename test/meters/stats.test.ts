import { expect, test } from 'vitest'
import { StatsMeter } from '../../src/meters/stats.js'
import { event } from './fixture.js'

test('rows are sorted by events, then type, then source in byte order', () => {
  const meter = new StatsMeter()
  const names = ['b s', '\u{1f600} s', '\uffee s', 'a z', 'a é', 'c s', 'c s']
  for (const name of names) {
    const [type = '', source = ''] = name.split(' ')
    meter.observe(event({ type, source }))
  }
  const rows = meter.read().types.map(({ type, source, events }) => `${type} ${source} ${events}`)
  expect(rows).toEqual(['c s 2', 'a z 1', 'a é 1', 'b s 1', '\uffee s 1', '\u{1f600} s 1'])
})

test('an event counts in its own row and is compared with all before it', () => {
  const meter = new StatsMeter(({ receivedAtUs }) => `minute ${(receivedAtUs ?? 0) / 60e6}`)
  const order = { key: 'k', order: 'integer' } as const
  meter.observe(event({ id: '1', type: 'a', ...order, sequence: '2', receivedAtUs: 0 }))
  meter.observe(event({ id: '2', type: 'b', ...order, sequence: '1', receivedAtUs: 60e6 }))
  meter.observe(event({ id: '1', type: 'b', ...order, sequence: '2', receivedAtUs: 120e6 }))
  const { total, types } = meter.read()
  expect(total).toMatchObject({ events: 3, distinct: 2, ordering: { keys: 1, reordered: 1 } })
  expect(types).toMatchObject([
    { type: 'b', events: 2, distinct: 1, ordering: { keys: 1, checked: 1, reordered: 1 } },
    { type: 'a', events: 1, distinct: 1, ordering: { keys: 1, checked: 1, reordered: 0 } },
  ])
  expect([...meter.readGroups()]).toMatchObject([
    ['minute 0', { events: 1, ordering: { reordered: 0 } }],
    ['minute 1', { events: 1, ordering: { reordered: 1, maxLateMs: 60_000 } }],
    ['minute 2', { events: 1, duplicates: { count: 1 }, ordering: { checked: 0 } }],
  ])
})

test('without events nothing is claimed', () => {
  const { total, types } = new StatsMeter().read()
  expect(types).toEqual([])
  expect(total).toMatchObject({ events: 0, distinct: null, latencyMs: { count: 0, p50: null } })
})
