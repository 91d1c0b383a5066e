import { expect, test } from 'vitest'
import { readingsOf } from '../../src/questions/readings.js'

const lines = 'events AS (SELECT * FROM "events"."lines" WHERE x = \'"a"."lines"\')'

test.each([
  ['SELECT * FROM "events"."lines"', 1],
  [`WITH ${lines} SELECT events.n FROM events`, 1],
  [`WITH ${lines} SELECT 1`, 0],
  [`WITH ${lines} SELECT a.n, b.n FROM events a, events b WHERE a.n = b.n`, 2],
  [`WITH ${lines} SELECT n FROM (events a JOIN events b ON f(a.n, b.n) = 1)`, 2],
  [`WITH ${lines}, b AS (SELECT * FROM events JOIN events e ON true) SELECT * FROM b, b c`, 4],
  [`WITH ${lines} SELECT n FROM events WHERE n IN (SELECT n FROM Events) UNION SELECT 1`, 2],
  [`WITH ${lines} SELECT n FROM (WITH events AS (SELECT 1) SELECT * FROM events)`, 0],
  [
    `WITH RECURSIVE ${lines}, c (n) AS (SELECT n FROM events UNION ALL ` +
      'SELECT n FROM c JOIN events e ON e.n = c.n) SELECT * FROM c',
    11 + 55,
  ],
])('%s', (sql, readings) => {
  expect(readingsOf(sql, 'lines')).toBe(readings)
})
