import fc from 'fast-check'
import { expect, test } from 'vitest'
import { trinoText, withPlaces } from '../../src/questions/trino-places.js'
import { campaign } from '../helpers/campaign.js'

test.each<[string, string, number]>([
  ['a condition', 'SELECT 1 FROM t WHERE a = $v', 1],
  ['one in parentheses', 'SELECT 1 FROM t WHERE (a IN ($v) OR (b = $v)) AND c = $v', 3],
  ['a query in a query', 'SELECT $v FROM (SELECT a FROM t WHERE a = $v) WHERE b = $v', 2],
  ['a query in a condition', 'SELECT 1 FROM t WHERE a IN (SELECT $v FROM t) AND b = $v', 1],
  ['what is joined', 'SELECT 1 FROM t JOIN u ON t.a = $v WHERE u.a = $v GROUP BY $v', 1],
  ['an aggregate', 'SELECT count(*) FILTER (WHERE a = $v) FROM t', 0],
  ['a case', 'SELECT sum(CASE WHEN a = $v THEN 1 END) FROM t HAVING max(a) = $v', 0],
  ['what is named so', 'SELECT "WHERE" = $v, \'WHERE\', $v -- WHERE\n FROM t', 0],
])('values of %s go apart where Athena takes them', (_, sql, apart) => {
  const { sql: asked, values } = withPlaces(sql, { v: "it's" })
  expect([values, asked.match(/\?/g)?.length ?? 0]).toEqual([Array(apart).fill(`'it''s'`), apart])
  expect(asked.match(/'it''s'/g)?.length ?? 0).toBe((sql.match(/\$v/g)?.length ?? 0) - apart)
  expect(withPlaces(sql, { v: "it's" }).shown).toBe(sql.replaceAll('$v', '?'))
})

test('a long value stands in the SQL', () => {
  const sql = 'SELECT 1 FROM t WHERE a = $v'
  const texts = ["'".repeat(511), "'".repeat(512)]
  expect(texts.map((v) => withPlaces(sql, { v }).values.length)).toEqual([1, 0])
})

test('a text is one literal, whatever it is', () => {
  const literal = /^(?:U&)?'((?:[^']|'')*)'$/
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const [, inside = ''] = literal.exec(trinoText(text)) ?? expect.fail(trinoText(text))
      expect(inside).not.toMatch(/\p{Cc}/u)
    }),
    { numRuns: campaign(500) },
  )
})
