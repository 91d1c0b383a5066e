import { expect, test } from 'vitest'
import { statsJson, statsNdjson } from '../../src/ui/stats-json.js'
import { result, row, shop, typeRow, withHops } from './results.js'

/** The same value with the keys of every object turned round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).reverse()
  return Object.fromEntries(entries.map(([key, inner]) => [key, reversed(inner)]))
}

test('the JSON is the result, on one line, in the documented order of keys', () => {
  const stats = shop({ sample: 0.5, windows: [{ start: 'a', end: 'b', ...row(9) }] })
  const text = statsJson(stats)
  expect(JSON.parse(text)).toEqual(stats)
  expect(text).not.toContain('\n')
  expect(Object.keys(JSON.parse(text))).toEqual(
    [
      'schema',
      'sources',
      'selection',
      'partial',
      'sample',
      'span',
      'read',
      'total',
      'types',
    ].concat(['windows', 'findings']),
  )
  const keys = '"events","distinct","duplicates","ordering","latencyMs"'
  expect(
    Object.keys(JSON.parse(text).total)
      .map((key) => `"${key}"`)
      .join(),
  ).toBe(keys)
})

test('the order does not depend on how the result was built', () => {
  // A cast, since turning keys round loses the type that it keeps.
  const turned = reversed(shop({ findings: [] })) as ReturnType<typeof shop>
  expect(statsJson(turned)).toBe(statsJson(shop({ findings: [] })))
})

test('hops come after the latency, and are there where they are in the result alone', () => {
  const stats = shop({ findings: [], total: withHops(row(9)), types: [] })
  const { total } = JSON.parse(statsJson(stats))
  expect(total).toEqual(stats.total)
  expect(Object.keys(total).at(-1)).toBe('hops')
  expect(statsJson(reversed(stats) as typeof stats)).toBe(statsJson(stats))
  expect(statsJson(shop())).not.toContain('hops')
})

test('no terminal obeys it, and the values are the same', () => {
  const type = 'a\u001b[2J\u009b\u007f\u202e\u2066\n'
  const text = statsJson(result([typeRow('', type, 3)]))
  expect(text).toMatch(/^[\x20-\x7e]*$/)
  expect(JSON.parse(text).types[0].type).toBe(type)
})

test('ndjson has a line for every type, the total and every finding', () => {
  const stats = shop()
  const lines = statsNdjson(stats)
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.every(({ schema }) => schema === 'evt.stats/1')).toBe(true)
  expect(lines.map(({ row: is, type, kind = '' }) => `${is} ${type} ${kind}`.trim())).toEqual([
    'type order.placed',
    'type order.paid',
    'type order.packed',
    'type order.shipped',
    'type index.rebuilt',
    'total undefined',
    'finding null coverage',
    'finding order.paid latency',
    'finding order.placed reordered',
    'finding null undecodable',
    'finding index.rebuilt resolution',
  ])
  expect(lines.find((line) => line.row === 'total').events).toBe(stats.total.events)
})
