import { afterAll, beforeAll, expect, test } from 'vitest'
import { isMentioned } from '../../src/audit/mentions.js'
import { quoteText } from '../../src/engines/leaf-tree.js'
import { parseJson } from '../../src/event/json.js'
import { hitsIn } from '../../src/privacy/hits.js'
import { couldBeAbout } from '../../src/questions/trino-mentions.js'
import { withPlaces } from '../../src/questions/trino-places.js'
import { describeWith } from '../helpers/needs.js'
import { byTrino } from '../testbed/athena-trino.js'
import { jars, startTrino, type Trino } from '../testbed/trino.js'

const texts = [
  ...['{"a":"ada"}', '{"a":["x ada y"]}', '{"a":"ADA"}', '{"a":"\\u0061da"}', '{"a":"a\\u0064A"}'],
  ...['{"a":"\\u00e4da"}', '{"a":"äda"}', '{"a":"ÄDA"}', '{"a":"nobody"}', '{"a":"no\\nbody"}'],
  ...['{"a":"{\\"b\\":\\"\\\\u0061da\\"}"}', '{"a/b":"x\\/y"}', '{"a":"x/y"}', '{"a":"it\'s"}'],
  ...['{"a":"q\\"q"}', '{"a":7}', '{"a":7.0}', '{"a":70e-1}', '{"a":"7"}', '{"a":17}', '{"a":1.5}'],
  ...['{"a":15e-1 }', '{"a":[0.15E+1]}', '{"a":6.99999999999999999999}', '{"a":1E21}'],
  ...['{"a":1000000000000000000000.0}', '{"a":0.0000001}', '{"a":9007199254740993}'],
  ...['{"a":"{\\"b\\":70e-1}"}', '{"a":"2026-11-01T09:00:00.25Z"}', '{"ada":1}', '{"a":-0}'],
  ...['{"a":"VXNlcjphZGE="}', '{"b":{"a":"eyJhIjoiYWRhIn0="} }'],
]
const values = [
  ...['ada', 'äda', 'x/y', "it's", 'q"q', '7', '1.5', '1e+21', '1e-7', '0'],
  ...['9007199254740993', 'nobody', '%', '-7', 'e'],
]

let trino: Trino
const ways = [false, true].flatMap((ignoreCase) =>
  [false, true].map((deep) => ({ ignoreCase, deep })),
)

describeWith('Trino (npm run test:trino)', jars !== undefined)('what may mention a value', () => {
  beforeAll(async () => {
    trino = await startTrino()
  }, 900_000)
  afterAll(() => trino.stop())

  test.each(ways)('leaves out nothing: %o', { timeout: 900_000 }, async (way) => {
    const rows = texts.map((text, n) => `(${n}, ${quoteText(text)}, ARRAY['a:1'])`).join(', ')
    let [found, asked] = [0, 0]
    for (const value of values) {
      const could = couldBeAbout([], [value], way)
      const sql =
        `SELECT n FROM (VALUES ${rows}) AS d (n, document, entities) ` + `WHERE ${could.sql}`
      const statement = withPlaces(sql, could.values)
      const answer = await byTrino(trino)(statement.sql, statement.values)
      const may = new Set(answer.rows.map(([n]) => Number(n)))
      const searches = { values: [{ path: null, value }], ...way }
      for (const [n, text] of texts.entries()) {
        const document = parseJson(text)
        const isHit = hitsIn(document, searches, () => false).length > 0
        const isSame = !way.deep && !way.ignoreCase && isMentioned(value, document)
        if (isHit || isSame) expect([value, text, may.has(n)]).toEqual([value, text, true])
      }
      found += may.size
      asked += texts.length
    }
    // It does leave out what cannot be it.
    expect(found).toBeLessThan(asked * 0.5)
  })
})
