import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Duckdb, openDuckdb } from '../../src/engines/duckdb.js'
import { Deliveries } from '../../src/stats/deliveries.js'
import { Spill } from '../../src/stats/spill.js'
import { judgeSpilled, spilledTallies } from '../../src/stats/spilled.js'

const BATCHES = 5
const ROWS = 3_000
let duckdb: Duckdb

beforeAll(async () => {
  duckdb = await openDuckdb({ memoryLimitBytes: 500e6, threads: 1 })
})
afterAll(() => duckdb.close())

/** Deliveries whose keys and places no other batch has, but for the first, which all have. */
function fill(deliveries: Deliveries, batch: number): void {
  deliveries.reserve(ROWS)
  for (let at = 0; at < ROWS; at++) {
    const number = at === 0 ? 0 : batch * ROWS + at
    deliveries.set(at, {
      group: at % 2,
      identityLow: batch * ROWS + at,
      identityHigh: 1,
      key: deliveries.keys.numberOf(number, ~number >>> 0),
      transport: 0,
      sequence: batch,
      timeUs: batch * 1e6 + at,
      receivedAtUs: batch * 1e6 + at,
      flags: 0,
      record: at + 1,
      standing: { low: number, high: 7, parts: [batch] },
    })
  }
  deliveries.count = ROWS
}

test('what is kept of keys and places does not grow with those that were spilled', async () => {
  const deliveries = new Deliveries(ROWS)
  for (const type of ['t', 'u']) {
    deliveries.groups.push({ source: 's', type, order: 'integer', perSource: type === 'u' })
  }
  const spill = new Spill(duckdb)
  for (let batch = 0; batch < BATCHES; batch++) {
    fill(deliveries, batch)
    expect([deliveries.keys.size, deliveries.orderedPlaces?.names.size]).toEqual([ROWS, ROWS])
    await spill.take(deliveries)
    expect([deliveries.keys.size, deliveries.orderedPlaces?.names.size]).toEqual([0, 0])
  }
  const distinct = BATCHES * (ROWS - 1) + 1
  const counts = await duckdb.rows(
    `SELECT count(DISTINCT key_hash), count(DISTINCT stream), count(DISTINCT place_hash)
     FROM narrow n JOIN places p ON p.pos = n.pos`,
  )
  expect(counts).toEqual([[BigInt(distinct), BigInt(distinct), BigInt(distinct)]])
  await judgeSpilled(duckdb)
  const total = (await spilledTallies(duckdb, '0', false)).get(0)
  expect(total?.figures().ordering).toMatchObject({ keys: distinct, checked: BATCHES * ROWS })
})
