import fc from 'fast-check'
import { expect, test } from 'vitest'
import { campaign } from '../helpers/campaign.js'
import { archive, iso, lines, plain, statsOnce } from './findings/archive.js'

const START_S = 3_600
const rarely = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 9 })

/** Seconds that are often equal, and hours that are empty between. */
const second = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 60 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 20 * START_S }) },
)

/** An event, sometimes published again under another id. */
const events = fc
  .record({
    id: rarely(fc.integer({ min: 0, max: 80 }).map((n) => `e-${n}`)),
    source: fc.constantFrom('shop', 'billing', ''),
    type: fc.constantFrom('order.placed', 'order.paid', 'ping'),
    second: rarely(second),
    latencyMs: rarely(fc.constantFrom(-40, 0, 20, 20, 35, 90_000)),
    key: rarely(fc.integer({ min: 0, max: 4 }).map(String)),
    seq: rarely(
      fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: -2, max: 12 }) },
        { weight: 1, arbitrary: fc.constantFrom('v7', '90071992547409930', '-90071992547409930') },
      ),
    ),
    total: fc.integer({ min: 0, max: 2 }),
    again: fc.boolean(),
    isTwin: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  })
  .map(({ second: s, latencyMs, isTwin, ...rest }) => {
    const time = s === undefined ? undefined : iso(s * 1_000)
    const receivedAt = latencyMs === undefined ? undefined : iso((s ?? 0) * 1_000 + latencyMs)
    const one = { ...rest, time, receivedAt }
    return isTwin ? [one, { ...one, id: `${rest.id}-twin` }] : [one]
  })

const given = fc.record({
  by: fc.constantFrom('type' as const, 'source' as const),
  content: fc.constantFrom(true, false, 'auto' as const),
  windowUs: fc.constantFrom(null, 3_600e6, 'spread' as const),
  intervals: fc.boolean(),
  maps: fc.constantFrom<readonly string[]>(
    plain,
    [...plain, 'key=$.key'],
    [...plain, 'key=$.key', 'sequence=$.seq'],
    [...plain, 'key=$.key', 'sequence=$.seq', 'sequencePer=source+key'],
    [...plain, 'key=$.key', 'sequence=$.seq', 'sequenceType=text'],
    [...plain, 'key=$.nothing', 'sequence=$.seq', 'entities.order=$.gone', 'replay=$.again'],
  ),
})

test('spilled deliveries give the result of those in memory, whatever they are', async () => {
  const file = fc.array(events, { minLength: 1, maxLength: 60 })
  const files = fc.array(file, { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(
      files,
      given,
      fc.integer({ min: 1, max: 60 }),
      async (parts, how, heldRows) => {
        const named = parts.map((documents, n) => [`${n}.ndjson`, lines(documents.flat())] as const)
        const folder = archive(Object.fromEntries(named))
        const held = await statsOnce(folder, how)
        expect(await statsOnce(folder, { ...how, heldRows })).toEqual(held)
      },
    ),
    { numRuns: campaign(40) },
  )
}, 300_000)
