import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../../src/event/event.js'
import { type EventPattern, parsePattern } from '../../src/event/pattern.js'
import { patternMatcher } from '../../src/event/pattern-match.js'
import { meet } from '../../src/event/pattern-meet.js'
import { campaign, isLong } from '../helpers/campaign.js'
import { createRandom } from '../laws/mutants.js'
import { naiveMatch } from './naive-pattern.js'
import { documents, patterns } from './patterns.js'

const PATIENCE_MS = isLong ? 3_600_000 : 240_000
const read = (pattern: unknown): EventPattern => parsePattern(JSON.stringify(pattern))
const met = (a: unknown, b: unknown) => meet(read(a), read(b))

describe('what one value can be', () => {
  test.each<[JsonValue, JsonValue, JsonValue | undefined]>([
    ['a', 'a', 'a'],
    ['a', 'b', undefined],
    ['a', { prefix: 'a' }, 'a'],
    [{ prefix: 'ab' }, { suffix: 'bc' }, 'abc'],
    [{ prefix: 'ab' }, { prefix: 'ba' }, undefined],
    [{ prefix: 'ab' }, { prefix: { 'equals-ignore-case': 'AB' } }, 'ab'],
    [{ prefix: 'aB' }, { 'equals-ignore-case': 'Ab' }, 'aB'],
    [{ 'equals-ignore-case': 'straße' }, { suffix: 'SE' }, 'straSSE'],
    [{ wildcard: 'a*c*e' }, { wildcard: 'a*d*e' }, 'acde'],
    [{ wildcard: 'a*b' }, { wildcard: 'b*a' }, undefined],
    [{ wildcard: '*\\**' }, { suffix: 'x' }, '*x'],
    [{ wildcard: 'a' }, { wildcard: '' }, undefined],
    [{ prefix: 'order.' }, { 'anything-but': { prefix: 'order' } }, undefined],
    [{ prefix: 'order.' }, { 'anything-but': ['order.', 'order.a'] }, 'order.b'],
    [{ wildcard: '*' }, { 'anything-but': { wildcard: '*' } }, undefined],
    [{ suffix: 'a' }, { 'anything-but': { suffix: ['ba', 'ca'] } }, 'a'],
    [{ 'anything-but': { 'equals-ignore-case': 'a' } }, { 'equals-ignore-case': 'A' }, undefined],
    [{ cidr: '10.0.0.0/24' }, { suffix: '.7' }, '10.0.0.7'],
    [{ cidr: '10.0.0.0/24' }, { prefix: '10.0.1' }, undefined],
    [{ cidr: '10.0.0.0/24' }, '10.0.0.009', '10.0.0.009'],
    [{ cidr: '10.0.0.0/8' }, { prefix: '::' }, '::ffff:a00:0'],
    [{ cidr: 'fe80::/10' }, { suffix: ':9' }, 'fe80::9'],
    [{ cidr: '::/0' }, { cidr: '0.0.0.0/0' }, undefined],
    ['::1', { 'anything-but': '::1' }, '0::1'],
    [{ numeric: ['>', 0, '<', 1] }, { numeric: ['>=', 1] }, undefined],
    [{ numeric: ['>', 0, '<', 5e-324] }, { exists: true }, undefined],
    [{ numeric: ['>', 1, '<=', 2] }, { 'anything-but': 2 }, 1.0000000000000002],
    [{ numeric: ['<', 9] }, { prefix: '1' }, undefined],
    [{ 'anything-but': { wildcard: '*' } }, { exists: true }, 0],
    [{ 'anything-but': { wildcard: '*' } }, true, true],
    [null, { 'anything-but': 'a' }, null],
  ])('%j and %j: %j', (a, b, expected) => {
    for (const [one, other] of [
      [a, b],
      [b, a],
    ]) {
      // A place where no list may stand, else two values would do.
      const meeting = meet(read({ detail: { a: [one] } }), read({ detail: { a: [other] } }))
      if (meeting.kind === 'meets' && meeting.lists.length === 0) {
        expect(meeting.event).toEqual({ detail: { a: expected } })
      } else expect(expected).toBeUndefined()
    }
  })
})

describe('whole events', () => {
  test('every field has to be right, others are free', () => {
    const a = { source: ['shop'], 'detail-type': [{ prefix: 'order.' }] }
    const b = { 'detail-type': [{ suffix: '.paid' }], detail: { total: [{ numeric: ['>', 5] }] } }
    expect(met(a, b)).toEqual({
      kind: 'meets',
      event: { source: 'shop', 'detail-type': 'order.paid', detail: { total: 6 } },
      lists: [],
    })
    expect(meet(undefined, undefined)).toEqual({ kind: 'meets', event: {}, lists: [] })
    expect(meet(undefined, read({ source: ['shop'] }))).toMatchObject({ event: { source: 'shop' } })
  })

  test('what the bus writes is one text', () => {
    expect(met({ source: ['shop'] }, { source: ['bank', { prefix: 'b' }] })).toEqual({
      kind: 'apart',
      why: 'source: nothing is both ["shop"] and ["bank",{"prefix":"b"}]',
    })
    expect(met({ source: [5] }, { account: ['1'] }).kind).toBe('apart')
    expect(met({ detail: [{ exists: true }] }, { account: ['1'] }).kind).toBe('apart')
  })

  test('a guard keeps replays out', () => {
    const guard = { source: ['shop'], 'replay-name': [{ exists: false }] }
    expect(met(guard, { source: ['shop'] })).toMatchObject({ event: { source: 'shop' } })
    expect(met(guard, { 'replay-name': [{ exists: true }] })).toEqual({
      kind: 'apart',
      why: 'replay-name: nothing is both [{"exists":false}] and [{"exists":true}]',
    })
  })

  test('lists, where nothing else does', () => {
    expect(met({ detail: { a: ['x'] } }, { detail: { a: ['y'] } })).toEqual({
      kind: 'meets',
      event: { detail: { a: ['x', 'y'] } },
      lists: ['detail.a'],
    })
    const [a, b] = [{ l: { a: [1], b: [{ exists: false }] } }, { l: { b: [2] } }]
    expect(met(a, b)).toEqual({
      kind: 'meets',
      event: { l: [{ a: 1 }, { b: 2 }] },
      lists: ['l'],
    })
    // No value of an element has been chosen before b.
    expect(met({ l: { b: [{ exists: false }], c: [1] } }, { l: { b: [2] } }).kind).toBe('apart')
    expect(met({ detail: { b: [{ exists: false }] } }, { detail: { b: [2] } }).kind).toBe('apart')
    expect(met({ a: [1] }, { a: { b: [2] } })).toEqual({
      kind: 'meets',
      event: { a: [1, { b: 2 }] },
      lists: ['a'],
    })
    const or = { $or: [{ a: { 'b.c': [2] } }, { source: ['x'] }] }
    expect(met({ a: { b: [1] } }, or)).toMatchObject({ event: { source: 'x' }, lists: [] })
  })

  test('alternatives: one pair is enough, and all are looked at', () => {
    const or = { $or: [{ source: ['a'] }, { source: ['b'] }] }
    expect(met(or, { source: ['b'] })).toMatchObject({ event: { source: 'b' } })
    expect(met(or, { source: ['c'] })).toEqual({
      kind: 'apart',
      why: 'source: nothing is both ["a"] and ["c"]; none of 2 pairs of $or meets',
    })
  })

  test('names that all objects have', () => {
    const meeting = met(JSON.parse('{"__proto__":{"a":[1]}}'), { constructor: [2] })
    expect(JSON.stringify(meeting)).toContain('{"__proto__":{"a":1},"constructor":2}')
  })
})

describe('where the search ends', () => {
  test('too many alternatives', () => {
    const or = (value: string) => ({
      source: [value],
      $or: Array.from({ length: 101 }, (_, n) => ({ account: [String(n)] })),
    })
    expect(met(or('a'), or('b'))).toEqual({
      kind: 'unknown',
      why: '10,000 of 10,201 pairs of alternatives were looked at',
    })
  })

  test('texts of which too many beginnings differ', () => {
    const stars = Array.from({ length: 20 }, (_, n) => `*${String.fromCharCode(97 + n)}1*2*3*4*`)
    const but = { source: [{ 'anything-but': { wildcard: stars } }] }
    expect(met(but, { source: [{ wildcard: '*5*1*2*3*4*5*1*2*3*4*' }] })).toEqual({
      kind: 'unknown',
      why: 'source: 30,000 beginnings of texts were looked at and did not decide',
    })
  })
})

/** Fields in an event's detail, where lists may be, and texts beside it. */
const events = fc.tuple(documents, documents).map(([detail, { a, b }]): JsonObject => {
  const texts = Object.entries({ source: a, account: b }).filter(([, v]) => typeof v === 'string')
  return { ...Object.fromEntries(texts), detail }
})
const wholes = fc
  .tuple(patterns, patterns, fc.constantFrom(0, 1, 2))
  .map(([detail, { a, b }, way]): JsonObject => {
    const lists = Object.entries({ source: a, account: b }).filter(([, v]) => Array.isArray(v))
    if (way === 0) return detail
    return way === 1 ? { detail } : { ...Object.fromEntries(lists), detail }
  })

/** What stands in two patterns, put together at random: much closer to both than any other. */
function guided(a: JsonObject, b: JsonObject, random: (below: number) => number): JsonObject {
  const leaves: JsonValue[] = [0, true, null, 'x', 'xyz', 7]
  const gather = (value: JsonValue): void => {
    if (typeof value !== 'object' || value === null) leaves.push(value)
    else for (const one of Object.values(value)) gather(one)
  }
  for (const pattern of [a, b]) gather(pattern)
  const leaf = () => leaves[random(leaves.length)] ?? null
  const value = (within: JsonObject | undefined): JsonValue => {
    const one = () => (within && random(5) > 0 ? made(within) : leaf())
    if (random(3) > 0) return one()
    return Array.from({ length: 1 + random(3) }, () => (random(4) === 0 ? [one()] : one()))
  }
  const made = (pattern: JsonObject): JsonObject => {
    const object: JsonObject = {}
    for (const [key, inner] of Object.entries(pattern)) {
      if (key === '$or') for (const each of inner as JsonObject[]) Object.assign(object, made(each))
      else if (key === 'source' || key === 'account') {
        const text = leaf()
        if (typeof text === 'string') object[key] = text
      } else if (key === 'detail') object[key] = made(inner as JsonObject)
      else if (random(6) > 0)
        object[key] = value(Array.isArray(inner) ? undefined : (inner as JsonObject))
    }
    return object
  }
  return merged(made(a), made(b))
}

function merged(a: JsonObject, b: JsonObject): JsonObject {
  const both: JsonObject = { ...a, ...b }
  for (const [key, one] of Object.entries(a)) {
    const other = b[key]
    if (isObject(one) && isObject(other)) both[key] = merged(one, other)
    else if (other !== undefined && key !== 'source' && key !== 'account') both[key] = [one, other]
  }
  return both
}

function hasList(value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Array.isArray(value) || Object.values(value).some(hasList)
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

test(
  'patterns that meet both match the event, and none matches those that are apart',
  () => {
    const kinds = { meets: 0, apart: 0, unknown: 0 }
    let next = 1
    fc.assert(
      fc.property(wholes, wholes, fc.array(events, { maxLength: 5 }), (a, b, others) => {
        const meeting = met(a, b)
        kinds[meeting.kind] += 1
        if (meeting.kind === 'meets') {
          if (meeting.lists.length === 0) expect(hasList(meeting.event)).toBe(false)
          expect([a, b].map((one) => naiveMatch(one, meeting.event))).toEqual([true, true])
          return
        }
        const isBoth = [a, b].map((one) => patternMatcher(read(one)))
        const random = createRandom(next++)
        const tries = isLong ? 100_000 : 30
        for (let n = 0; n < tries; n++) others.push(guided(a, b, random))
        for (const event of others)
          expect([event, isBoth.every((one) => one(event))]).toEqual([event, false])
      }),
      { numRuns: isLong ? 2_000 : campaign(1_000) },
    )
    expect(kinds.unknown).toBe(0)
    expect(kinds.apart).toBeGreaterThan(50)
    expect(kinds.meets).toBeGreaterThan(50)
  },
  PATIENCE_MS,
)
