import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Deliveries } from '../../../src/stats/deliveries.js'
import { tiedInPlace } from '../../../src/stats/findings/tied.js'
import { judge } from '../../../src/stats/judge.js'
import { campaign } from '../../helpers/campaign.js'

const delivery = fc.record({
  key: fc.integer({ min: 0, max: 3 }),
  place: fc.integer({ min: -3, max: 6 }),
  receivedUs: fc.integer({ min: 0, max: 40 }),
})

test('finds exactly those that share their place with another one of their key', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(delivery, { maxLength: 60 }), async (rows) => {
      const deliveries = new Deliveries(rows.length)
      deliveries.groups.push({ source: 's', type: 't', order: 'integer', perSource: false })
      for (const [at, { key, place, receivedUs }] of rows.entries()) {
        deliveries.set(at, {
          group: 0,
          identityLow: at,
          identityHigh: 1,
          key: deliveries.keys.numberOf(key, 0),
          transport: 0,
          sequence: place,
          timeUs: Number.NaN,
          receivedAtUs: receivedUs,
          flags: 0,
          record: at + 1,
          standing: null,
        })
      }
      deliveries.count = rows.length
      const found = tiedInPlace({ deliveries, ...(await judge(deliveries)) }, [true])
      const shared = rows.flatMap(({ key, place }, at) => {
        const isAlike = (other: (typeof rows)[number], n: number) =>
          n !== at && other.key === key && other.place === place
        return rows.some(isAlike) ? [at] : []
      })
      expect([...found].sort((a, b) => a - b)).toEqual(shared)
    }),
    { numRuns: campaign(2_000) },
  )
})
