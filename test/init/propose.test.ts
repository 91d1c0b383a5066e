import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseConfig } from '../../src/config/parse.js'
import type { JsonObject } from '../../src/event/event.js'
import { mappingText } from '../../src/init/mapping-file.js'
import { propose } from '../../src/init/propose.js'
import { surveyOf } from '../../src/init/survey.js'
import { toldBy } from '../../src/init/told.js'

const start = Date.parse('2026-11-01T10:00:00Z')
const iso = (ms: number) => new Date(start + ms).toISOString()
const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const many = (count: number, make: (n: number) => JsonObject) =>
  Array.from({ length: count }, (_, n) => make(n))
const bus = (n: number, type: string, detail: JsonObject): JsonObject => ({
  ...{ version: '0', id: uuid(n), 'detail-type': type, source: 'shop', account: '1' },
  ...{ time: iso(n * 1000), region: 'eu-west-1', resources: [], detail },
})

/** The proposal for these records, as evt.yaml says it and evt reads it. */
function proposed(records: readonly JsonObject[], maps: readonly string[] = []) {
  const survey = surveyOf(
    records.map((value) => ({ value, run: 1 })),
    undefined,
  )
  const proposal = propose(survey, toldBy(maps))
  const text = mappingText(proposal, { header: ' Proposed.', file: 'evt.yaml' })
  expect(() => parseConfig(text, 'evt.yaml')).not.toThrow()
  return { ...proposal, text, events: parse(text).events }
}

test('a key and its counter are those of each family of types', () => {
  const events = many(200, (n) => {
    const own = { number: Math.floor(n / 20) + 1, note: `no ${n}` }
    const [type, detail] =
      n % 2 === 0
        ? [n % 4 === 0 ? 'order.placed' : 'order.paid', { orderId: `o-${n % 20}`, ...own }]
        : [n % 4 === 1 ? 'refund.asked' : 'refund.paid', { refundId: `r-${n % 20}`, ...own }]
    return bus(n, type, detail)
  })
  expect(proposed(events).events).toEqual({
    '*': { sequence: '$.detail.number' },
    'order.*': { key: '$.detail.orderId', entities: { order: '$.detail.orderId' } },
    'refund.*': { key: '$.detail.refundId', entities: { refund: '$.detail.refundId' } },
  })
})

test('what a few types have alone is theirs', () => {
  const events = many(120, (n) =>
    n % 4 === 0
      ? bus(n, 'order.placed', { customer: { id: `c-${n % 5}` } })
      : bus(n, `stock${n % 4}`, { amount: n % 7 }),
  )
  expect(proposed(events).events).toEqual({
    'order.placed': {
      key: '$.detail.customer.id',
      entities: { customer: '$.detail.customer.id' },
    },
  })
})

test('plain JSON gives nothing by itself', () => {
  const events = many(100, (n) => ({
    metadata: { eventId: uuid(n), traceId: `t-${n}`, schemaVersion: n < 50 ? 1 : 2 },
    eventType: n % 3 === 0 ? 'cart.opened' : 'cart.filled',
    producer: 'web',
    occurredAt: iso(n * 500),
    ingestedAt: iso(n * 500 + 40),
    cart_id: n % 10,
    causationId: n < 10 ? null : uuid(n - 10),
    correlation: `flow-${n % 10}`,
  }))
  const { events: found, missing } = proposed(events)
  expect(found).toEqual({
    '*': {
      id: '$.metadata.eventId',
      source: '$.producer',
      type: '$.eventType',
      time: '$.occurredAt',
      receivedAt: '$.ingestedAt',
      key: '$.cart_id',
      correlationId: '$.correlation',
      causationId: '$.causationId',
      traceId: '$.metadata.traceId',
      version: '$.metadata.schemaVersion',
      entities: { cart: '$.cart_id' },
    },
  })
  expect(missing).toEqual(['sequence'])
})

test('an unnamed cause is known by the ids of others', () => {
  const events = many(60, (n) => bus(n, 'a', { after: n === 0 ? null : uuid(n - 1) }))
  const { rules } = proposed(events)
  expect(rules.map(({ lines }) => lines.map(({ field, explain }) => [field, explain]))).toEqual([
    [['causationId', '98.3% of events, 100% are ids of others']],
  ])
})

test('an unnamed time of arrival is the one that the archive is in order of', () => {
  const jitter = (n: number) => ((n * 37) % 50) * 100
  const events = many(200, (n) => ({
    happenedAt: iso(n * 100 + 5_000 - jitter(n)),
    written_on: iso(n * 100 + 6_000),
  }))
  expect(proposed(events).events).toEqual({
    '*': { time: '$.happenedAt', receivedAt: '$.written_on' },
  })
})

test.each<[string, readonly JsonObject[]]>([
  ['too few events', many(9, (n) => ({ id: uuid(n), type: 'a', occurredAt: iso(n) }))],
  ['an id that repeats', many(50, (n) => ({ id: n % 5 }))],
  ['the id of a thing', many(50, (n) => ({ basket: { id: uuid(n) } }))],
  ['a key that is always the same', many(50, () => ({ orderId: 'o-1' }))],
  ['a key that most events share', many(50, (n) => ({ orderId: n < 40 ? 'o-1' : `o-${n % 5}` }))],
  ['when the order was made', many(50, (n) => bus(n, 'a', { createdAt: iso(-n * 1e7) }))],
  ['ids that look like times', many(50, (n) => ({ number: 1_790_000_000_000 + n * 977 }))],
  ['a counter of everything', many(50, (n) => ({ code: n, offset: n }))],
  ['small numbers that are ids too', many(50, (n) => ({ lane: n % 9, row: { id: n } }))],
  ['a list', many(50, (n) => ({ items: [{ orderId: `o-${n % 5}` }] }))],
  ['nothing', many(50, () => ({}))],
])('no guess: %s', (_, events) => {
  const { rules } = proposed(events)
  const fields = rules.flatMap(({ lines }) => lines.map(({ field }) => field))
  expect(fields.filter((field) => !field.startsWith('entities.'))).toEqual([])
})

test('what rises over all keys alike is no sequence within one', () => {
  const events = many(100, (n) => ({ orderId: `o-${n % 7}`, offset: n * 3, version: n * 3 }))
  expect(proposed(events).events['*']).toEqual({
    key: '$.orderId',
    entities: { order: '$.orderId' },
  })
})

test('a sequence rises as the events happened, however they arrived', () => {
  const backwards = many(100, (n) => {
    const at = Math.floor(n / 20) * 20 + 19 - (n % 20)
    return { orderId: `o-${at % 4}`, seq: Math.floor(at / 4), occurredAt: iso(at * 100) }
  })
  expect(proposed(backwards).events['*']).toMatchObject({ key: '$.orderId', sequence: '$.seq' })
})

test('names are hostile', () => {
  const keys = { __proto__: 1, "it's: #1 \u001b[31m\u202e": { orderId: 'x' } }
  const text = JSON.stringify(keys)
  const types = ['a: b # c', '\u001b[2J', '\u202eevil', '- x', '__proto__', 'star*red', "'"]
  const events = many(140, (n) => {
    const detail = JSON.parse(text.replace('"x"', `"${Math.floor(n / 7) % 5}"`))
    return bus(n, types[n % 7] ?? '', n % 7 === 3 ? {} : { ...detail, [`only${n % 7}Id`]: n % 5 })
  })
  const { events: found, text: yaml } = proposed(events)
  expect(found['*'].entities.order).toBe("$.detail['it\\'s: #1 \u001b[31m\u202e'].orderId")
  expect(Object.keys(found)).toEqual(['*', '\u001b[2J', "'", 'a: b # c', '\u202eevil'])
  expect(yaml).not.toMatch(/[^\P{C}\n]/u)
})

test('what --map says is not guessed', () => {
  const events = many(60, (n) => ({
    kind: n % 2 === 0 ? 'a' : 'b',
    orderId: `o-${n % 5}`,
    region: `r-${n % 3}`,
    ulid: `u-${String(n).padStart(5, '0')}`,
  }))
  const maps = ['key=$.region', 'type=$.kind', 'sequence=$.ulid', 'sequenceType=text']
  const { rules, events: found, types } = proposed(events, maps)
  expect(types).toBe(2)
  expect(found).toEqual({
    '*': {
      type: '$.kind',
      key: '$.region',
      sequence: '$.ulid',
      sequenceType: 'text',
      entities: { order: '$.orderId' },
    },
  })
  expect(rules[0]?.lines[1]?.explain).toBe('as --map says')
})
