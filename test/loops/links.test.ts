import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linksOf } from '../../src/loops/links.js'
import { campaign } from '../helpers/campaign.js'

interface Event {
  id: string | null
  atUs: number | null
  correlationId: string | null
  causationId: string | null
}

const name = fc.option(fc.constantFrom('1', '2', '3', '4', '5'), { freq: 8 })
const events: fc.Arbitrary<Event[]> = fc
  .array(
    fc.record({
      id: name,
      atUs: fc.option(fc.nat(5), { freq: 8 }),
      correlationId: fc.option(fc.constantFrom('a', 'b')),
      causationId: name,
    }),
    { maxLength: 8 },
  )
  .map((all) => all.sort((a, b) => (a.atUs ?? 9) - (b.atUs ?? 9)))

/** The cause of an event, by looking at all others. */
function naiveCause(event: Event, all: readonly Event[]) {
  const named = all.filter((one) => one !== event && event.causationId !== null)
  const found = named.filter(({ id }) => id === event.causationId)
  const same = found.filter(
    ({ correlationId }) => correlationId !== null && correlationId === event.correlationId,
  )
  const candidates = same.length > 0 ? same : found
  const earlier = candidates.filter(
    ({ atUs }) => atUs !== null && event.atUs !== null && atUs <= event.atUs,
  )
  return { cause: earlier.at(-1) ?? candidates[0], isAmbiguous: candidates.length > 1 }
}

test('causes are those that a look at all events finds; circles are cut', () => {
  fc.assert(
    fc.property(events, (all) => {
      const naive = all.map((event) => naiveCause(event, all))
      const causeOf = (event: Event | undefined) => event && naive[all.indexOf(event)]?.cause
      const isCircular = (event: Event) => {
        let at = causeOf(event)
        for (let n = 0; n < all.length && at !== undefined && at !== event; n++) at = causeOf(at)
        return at === event
      }
      const circular = all.filter(isCircular)
      const { causes, counts } = linksOf(all)
      const expected = naive.map(({ cause }, n) =>
        cause === undefined || circular.includes(all[n] as Event) ? -1 : all.indexOf(cause),
      )
      expect([...causes]).toEqual(expected)
      const linked = all.filter((_, n) => expected[n] !== -1)
      const unknown = all.filter((event, n) => event.causationId !== null && !naive[n]?.cause)
      expect(counts).toEqual({
        linked: linked.length,
        missing: unknown.filter(({ id, causationId }) => id !== causationId).length,
        itself: unknown.filter(({ id, causationId }) => id === causationId).length,
        ambiguous: naive.filter(({ isAmbiguous }) => isAmbiguous).length,
        circular: circular.length,
        skewed: linked.filter((event) => {
          const before = causeOf(event)?.atUs ?? null
          return before !== null && event.atUs !== null && before > event.atUs
        }).length,
      })
    }),
    { numRuns: campaign(2_000) },
  )
})
