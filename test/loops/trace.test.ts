import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LinkedEvent } from '../../src/loops/linked-event.js'
import { chainsOf } from '../../src/loops/trace.js'
import { campaign } from '../helpers/campaign.js'

const blank: LinkedEvent = {
  ...{ id: null, source: '', type: 't', atUs: null, receivedAtUs: null, correlationId: null },
  ...{
    causationId: null,
    traceId: null,
    entities: [],
    bytes: 1,
    position: { path: 'a', record: 1 },
  },
}

/** Each event is caused by one before it, or by none. */
const chains = fc.array(
  fc.record({ cause: fc.nat(), isFirst: fc.boolean(), atS: fc.option(fc.nat(9), { freq: 9 }) }),
  { minLength: 1, maxLength: 12 },
)

test('a trace has all that has the same first cause, each after its cause', () => {
  fc.assert(
    fc.property(chains, fc.nat(), (all, which) => {
      const causes = Int32Array.from(all, ({ cause, isFirst }, n) =>
        isFirst || n === 0 ? -1 : cause % n,
      )
      const events = all.map(({ atS }, n): LinkedEvent => {
        return { ...blank, id: `${n}`, atUs: atS === null ? null : atS * 1e6 }
      })
      const firstOf = (n: number): number => (causes[n] === -1 ? n : firstOf(causes[n] as number))
      const asked = which % all.length
      const traced = chainsOf(`${asked}`, events, causes)
      const ids = traced.events.map(({ id }) => Number(id))
      const expected = all.flatMap((_, n) => (firstOf(n) === firstOf(asked) ? [n] : []))
      expect([...ids].sort((a, b) => a - b)).toEqual(expected)
      const last = Math.max(...expected.map((n) => all[n]?.atS ?? -1))
      for (const [place, event] of traced.events.entries()) {
        const n = ids[place] as number
        const cause = causes[n] as number
        expect(event.cause).toBe(cause === -1 ? null : ids.indexOf(cause))
        expect(event.cause ?? -1).toBeLessThan(place)
        const [before, at] = [all[cause]?.atS ?? null, all[n]?.atS ?? null]
        const after = before === null || at === null ? null : (at - before) * 1_000
        expect(event.afterCauseMs).toBe(after)
        expect(event.depth).toBe(
          event.cause === null ? 0 : (traced.events[event.cause]?.depth ?? 0) + 1,
        )
      }
      const critical = traced.events.filter(({ isCritical }) => isCritical)
      if (last >= 0) expect(all[Number(critical.at(-1)?.id)]?.atS).toBe(last)
      for (const [n, event] of critical.entries()) expect(event.depth).toBe(n)
    }),
    { numRuns: campaign(1_000) },
  )
})

test('a cause that is there is not missing, although the causes lead back to the event', () => {
  const ring = [
    { ...blank, id: 'd', causationId: 'e' },
    { ...blank, id: 'e', causationId: 'd' },
    { ...blank, id: 'x', causationId: 'nowhere' },
  ]
  const missing = (id: string) => chainsOf(id, ring, Int32Array.of(-1, -1, -1)).chains
  expect(missing('d')).toMatchObject([{ missingCause: null }])
  expect(missing('x')).toMatchObject([{ missingCause: 'nowhere' }])
})
