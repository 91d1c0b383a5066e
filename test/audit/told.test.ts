import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withoutIds } from '../../src/audit/alternate.js'
import { changesBetween } from '../../src/audit/changes.js'
import type { AuditDelivery } from '../../src/audit/delivery.js'
import { stateAfter } from '../../src/audit/state.js'
import { timelineOf } from '../../src/audit/timeline.js'
import { toldOf } from '../../src/audit/told.js'
import type { JsonValue } from '../../src/event/event.js'
import { ruleWords, type StateRule } from '../../src/event/rule.js'
import { campaign } from '../helpers/campaign.js'

// The type of an event is its rule.
const ruleFor = (type: string) => type as StateRule
const asked = {
  ...{ entity: 'ad:7', mentions: null, state: true, between: null, copy: null, isWhole: true },
  ruleFor,
  differs: (a: AuditDelivery, b: AuditDelivery) => !isDeepStrictEqual(a.payload, b.payload),
}

const blank: AuditDelivery = {
  ...{ id: '1', type: 'patch', source: 's', timeUs: 1, receivedAtUs: null, key: null },
  ...{ sequence: null, isCounted: false, version: null, correlationId: null },
  ...{ causationId: null, replay: null, entities: [], reordered: false, copyNumber: 1 },
  ...{ position: { path: 'a', record: 1 }, document: null, payload: null },
}

const payload = fc.constantFrom<JsonValue>(null, { a: 1 }, { a: null, b: 2 }, { a: { c: 1 } }, [3])

/** Copies of an event say the same, or differ in what they say; some events have no id or time. */
const deliveries = fc
  .array(
    fc.record({
      id: fc.option(fc.integer({ min: 0, max: 9 }), { freq: 5 }),
      time: fc.integer({ min: 0, max: 6 }),
      hasTime: fc.boolean(),
      isTold: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
      rule: fc.constantFrom(...ruleWords.state, 'patch', 'patch'),
      payload,
    }),
    { maxLength: 14 },
  )
  .map((all) => {
    const copies = new Map<number, number>()
    const times = new Map<number, (typeof all)[number]>()
    const made = all.map((one, n): AuditDelivery => {
      if (one.id !== null) copies.set(one.id, (copies.get(one.id) ?? 0) + 1)
      if (one.id !== null && !times.has(one.id)) times.set(one.id, one)
      const { time, hasTime, isTold } = (one.id === null ? one : times.get(one.id)) ?? one
      const us = isTold ? time * 1_000_000 : null
      return {
        ...{ id: one.id === null ? null : String(one.id), type: one.rule, source: 's' },
        ...{ timeUs: hasTime ? us : null, receivedAtUs: us },
        ...{ key: null, sequence: null, isCounted: false, version: null },
        ...{ correlationId: null, causationId: null, replay: null, entities: [], reordered: false },
        copyNumber: one.id === null ? 1 : (copies.get(one.id) ?? 1),
        position: { path: 'a', record: n + 1 },
        document: null,
        payload: one.payload,
      }
    })
    return made.sort((a, b) => at(a) - at(b))
  })

/** Those without a time are the last, as in queries/audit/timeline.sql. */
function at({ timeUs, receivedAtUs }: AuditDelivery): number {
  return timeUs ?? receivedAtUs ?? Number.MAX_SAFE_INTEGER
}

test('the state as of an event is that of the events until then', () => {
  fc.assert(
    fc.property(deliveries, (all) => {
      const { events } = timelineOf('ad:7', all, asked.differs)
      for (const [n, event] of events.entries()) {
        const us = Date.parse(event.time ?? event.receivedAt ?? '') * 1000
        const next = events[n + 1]
        const nextUs = Date.parse(next?.time ?? next?.receivedAt ?? '') * 1000
        if (Number.isNaN(us) || us === nextUs) continue
        const asOf = toldOf(
          all.filter((one) => at(one) <= us),
          asked,
        )
        expect(asOf.events.length).toBe(n + 1)
        expect(asOf.state).toEqual(stateAfter(events.slice(0, n + 1), ruleFor))
        const between = { fromUs: us - 1, toUs: us }
        const changed = toldOf(all, { ...asked, between }).diff ?? []
        const before = toldOf(
          all.filter((one) => at(one) < us),
          asked,
        )
        expect(changed).toEqual(changesBetween(before.state ?? null, asOf.state ?? null))
      }
    }),
    { numRuns: campaign(200) },
  )
})

test('events that are left out are as if they had never been', () => {
  fc.assert(
    fc.property(deliveries, fc.integer({ min: 0, max: 9 }), (all, id) => {
      const left = withoutIds(
        all,
        all.some((one) => one.id === `${id}`) ? [`${id}`] : [],
        new Set(),
      )
      const rest = timelineOf('ad:7', all, asked.differs).events.filter(
        (event) => event.id !== `${id}`,
      )
      expect(toldOf(left, asked).state).toEqual(stateAfter(rest, ruleFor))
    }),
    { numRuns: campaign(200) },
  )
})

test('of copies that differ the first that arrived counts, of those that are left', () => {
  const copy = (copyNumber: number, timeUs: number, value: number): AuditDelivery => ({
    ...{ ...blank, timeUs, copyNumber, payload: { value } },
    position: { path: 'a', record: copyNumber },
  })
  const [third, first, second] = [copy(3, 1, 3), copy(1, 2, 1), copy(2, 3, 2)]
  expect(toldOf([third, first, second], asked).state).toEqual({ value: 1 })
  expect(toldOf([third, second], asked).state).toEqual({ value: 2 })
})

/** The same text for the same JSON, whatever the order of its keys. */
function canonical(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  const keys = Object.keys(value).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join()}}`
}

test('a copy is compared with the states after all events', () => {
  const verdicts = new Set<string>()
  fc.assert(
    fc.property(deliveries, fc.nat(), fc.boolean(), payload, (all, pick, isState, other) => {
      const { events } = timelineOf('ad:7', all, asked.differs)
      const states = events.map((_, n) => stateAfter(events.slice(0, n + 1), ruleFor))
      const value = isState ? (states[pick % (states.length + 1)] ?? null) : other
      const { against } = toldOf(all, { ...asked, copy: { from: 'c', value, keys: [] } })
      const last = states.at(-1) ?? null
      const is = (state: JsonValue) => canonical(state) === canonical(value)
      const stopped = states.findLastIndex(is)
      const later = states.slice(stopped + 1)
      const missed = later.filter((state, n) => {
        return canonical(state) !== canonical(states[stopped + n] ?? null)
      })
      const past = stopped === -1 ? 'different' : 'behind'
      const verdict = is(last) ? 'equal' : value === null ? 'missing' : past
      const { id, time } = events[stopped] ?? { id: null, time: null }
      const behind = { stoppedAt: { id, time }, missed: missed.length }
      expect(against).toMatchObject({
        ...{ copy: 'c', verdict },
        ...(verdict === 'behind' ? behind : { stoppedAt: null, missed: null }),
      })
      expect(against?.diff.length === 0).toBe(verdict === 'equal' || verdict === 'missing')
      verdicts.add(verdict)
    }),
    { numRuns: campaign(400) },
  )
  expect([...verdicts].sort()).toEqual(['behind', 'different', 'equal', 'missing'])
})

test('what a copy is found by is compared only where the state has it', () => {
  const one = { ...blank, payload: { a: 1 } }
  const verdict = (value: JsonValue, payload: JsonValue = one.payload) => {
    const copy = { from: 'c', value, keys: ['pk', 'sk'] }
    return toldOf([{ ...one, payload }], { ...asked, copy }).against?.verdict
  }
  expect(verdict({ pk: 'ad:7', sk: 'v0', a: 1 })).toBe('equal')
  expect(verdict({ pk: 'ad:7', sk: 'v0', a: 1, other: 1 })).toBe('different')
  expect(verdict({ pk: '7', a: 1 }, { pk: 'ad:7', a: 1 })).toBe('different')
  expect(verdict({ pk: '7', a: 1 }, { pk: '7', a: 1 })).toBe('equal')
})
