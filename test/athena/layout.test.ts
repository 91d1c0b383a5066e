import { expect, test } from 'vitest'
import { layoutOf, partitionsIn } from '../../src/athena/layout.js'

const now = Date.parse('2026-11-20T12:00:00Z')

test.each<[string[], string | undefined]>([
  [['2026/11/01/05/a', '2026/11/01/06/b'], 'yyyy/MM/dd/HH'],
  [['2026/11/01/a', '2026/11/02/b'], 'yyyy/MM/dd'],
  // Hours in some places alone are days in all.
  [['2026/11/01/05/a', '2026/11/02/b'], 'yyyy/MM/dd'],
  [['dt=2026-11-01/a'], 'yyyy-MM-dd'],
  [['date=2026-11-01/hour=05/a'], 'yyyy-MM-dd'],
  // What a projection does not name, Athena does not see.
  [['2026/11/01/a', 'b'], undefined],
  [['dt=20261101/a'], undefined],
  [['year=2026/month=11/a'], undefined],
  [['2026/11/21/a'], 'yyyy/MM/dd'],
  [['2026/11/22/a'], undefined],
])('%j is laid out by %s', (keys, format) => {
  expect(layoutOf(keys, now)?.format).toBe(format)
})

test('partitions are chosen with an hour to both sides, as of files', () => {
  const layout = layoutOf(['2026/11/01/a'], now) ?? expect.fail('no layout')
  const values = ['2026/11/03', '2026/11/01', '2026/11/02']
  const us = (text: string) => Date.parse(text) * 1000
  const since = (text: string) => partitionsIn(layout, values, { sinceUs: us(text), untilUs: null })
  expect(since('2026-11-02T12:00:00Z')).toEqual({ first: '2026/11/02', last: '2026/11/03' })
  expect(since('2026-11-03T00:30:00Z')).toEqual({ first: '2026/11/02', last: '2026/11/03' })
  expect(since('2026-12-01T00:00:00Z')).toBeNull()
})
