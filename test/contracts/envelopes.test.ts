import { beforeAll, describe, expect, test } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import { type Envelope, shapeName, type WrapContent } from '../../src/envelopes/envelope.js'
import { envelopes } from '../../src/envelopes/index.js'
import { createUnwrapper } from '../../src/envelopes/layers.js'
import type { Decoded, EventRecord, JsonObject, JsonValue } from '../../src/event/event.js'
import { parseBytes, parseJson, readJson } from '../../src/event/json.js'
import { valueAt } from '../../src/event/json-path.js'
import { createMapping } from '../../src/event/mapping.js'
import { loadZstd } from '../../src/zstd/engine.js'
import { type EventFixture, eventFixtures } from '../fixtures/events/fixtures.js'

const fixtures = eventFixtures()
const decode = createDecoder({ mapping: createMapping({}) })
const wrappings = envelopes.filter(({ when }) => when.length > 0)
const writable = envelopes.filter(({ wrap, isBare, entries }) => wrap && !isBare && !entries)
const wrappers = envelopes.filter(({ wrap, entries }) => wrap && entries)
const transports = writable.filter((envelope) => envelope.inner)

const content: WrapContent = {
  document: { orderId: 'o-4411', total: 19.9 },
  id: 'e-1',
  source: 'shop',
  type: 'order.placed',
  timeUs: 1793541727113456,
  receivedAtUs: 1793541727134000,
  transportId: 'm-1',
  attempt: 2,
  key: 'o-4411',
  arrival: 7,
  replay: null,
}

/** A table's changes have names of their own. */
const own: Readonly<Record<string, Partial<WrapContent>>> = {
  dynamodb: { source: 'aws:dynamodb/shop', type: 'MODIFY' },
}

/** These say nothing of the event that is written in them, which says itself what it is. */
const hosts = ['cloudtrail', 'emf', 'debezium', 'dms']

const payloadPaths: Readonly<Record<string, readonly string[]>> = {
  dynamodb: ['dynamodb', 'NewImage'],
  cloudtrail: ['requestParameters'],
  debezium: ['after'],
  dms: ['data'],
}

/** What evt generate does not write, and why. */
const unwritten: Readonly<Record<string, string>> = {
  s3: 'tells of an object, and has no place for an event',
  's3-test': 'is no event of anybody',
  'claim-check': 'leaves the event in another place, which is no file of an archive',
  'claim-check-big-payload': 'does so too',
  'bus-log': 'tells of an event, and is none of its producer',
  'logs-control': 'is no event of anybody',
  'records-kinesis-answer': 'tells of no records; with some it is records-kinesis',
  'records-dynamodb-answer': 'tells of no records; with some it is records',
  'records-window': 'tells of no records; with some it is records',
  'records-none': 'holds nothing',
  'records-none-of-firehose': 'holds nothing',
  'records-no-messages': 'holds nothing',
  recording: 'is what evt record writes',
  delivery: 'is what evt replay writes',
}
const payloads: Readonly<Record<string, object>> = {
  dynamodb: { pk: { S: 'o-4411' }, orderId: { S: 'o-4411' }, total: { N: '19.9' } },
}

function wrapped(envelope: Envelope, more: Partial<WrapContent> = {}): JsonObject {
  const all = { ...content, ...own[envelope.name], ...more }
  // Through text, as it lies in an archive; what wrap gives is an object.
  return parseJson(JSON.stringify(envelope.wrap?.(all))) as JsonObject
}

function event(value: JsonValue): EventRecord {
  const [first] = decoded(value)
  if (first?.kind !== 'event') throw new Error(JSON.stringify(first))
  return first.event
}

function decoded(value: JsonValue): Decoded[] {
  const position = { path: 'a.ndjson', record: 1 }
  return decode({ value, position, sizeBytes: 1, head: new Uint8Array() })
}

test('names are unique, and only the last is always right', () => {
  const names = envelopes.map(shapeName)
  expect(new Set(names).size).toBe(names.length)
  expect(envelopes.findIndex(({ when }) => when.length === 0)).toBe(names.length - 1)
})

test('every fixture lies in the folder of an envelope', () => {
  const folders = new Set(fixtures.map(({ envelope }) => envelope))
  expect([...folders].sort()).toEqual(envelopes.map(shapeName).sort())
})

test('what cannot be written has a reason', () => {
  const missing = envelopes.filter(({ wrap }) => wrap === undefined).map(shapeName)
  expect(Object.keys(unwritten).sort()).toEqual(missing.sort())
})

describe.each(named(envelopes))('%s', (shape) => {
  test('has a base fixture', () => {
    const own = fixtures.filter((fixture) => fixture.envelope === shape)
    expect(own.map(({ oddity }) => oddity)).toContain('base')
  })
})

/** Only their bodies, or what else they have, tell that these are none of the wrapping. */
const sameWords: Record<string, string[]> = {
  sns: ['json/looks-like-notification'],
  sqs: ['json/looks-like-sqs-number', 'json/looks-like-sqs'],
  recording: ['json/looks-like-recording'],
}

describe.each(named(wrappings))('%s', (shape, envelope) => {
  test('recognises its own fixtures and no others', () => {
    // An answer of a stream may hold records, by which it is told sooner.
    const before = envelope.isBare ? envelopes.slice(0, envelopes.indexOf(envelope)) : []
    const unwrap = createUnwrapper([...before, envelope].map(outermost))
    const recognised = fixtures.filter(({ bytes }) => {
      const reading = parseBytes(bytes)
      const [found] = reading.ok ? unwrap(reading.value) : []
      return found?.ok && found.envelopes.map(shapeName).join() === shape
    })
    const own = fixtures.filter((fixture) => fixture.envelope === shape).map(nameOf)
    expect(recognised.map(nameOf)).toEqual([...(sameWords[shape] ?? []), ...own])
  })
})

describe.each(named(writable))('what %s writes', (_, envelope) => {
  const { id, timeUs, receivedAtUs, transportId, attempt, key } = content
  const { source, type } = { ...content, ...own[envelope.name] }
  const known = { id, source, type, time: timeUs, receivedAt: receivedAtUs, transportId, attempt }

  test('has every field again that it can carry', () => {
    const { timeUs: time, receivedAtUs: receivedAt, ...rest } = event(wrapped(envelope))
    const read: Record<string, unknown> = { ...rest, time, receivedAt }
    const isHost = hosts.includes(envelope.name)
    const fields = isHost ? [] : Object.entries({ ...known, key })
    const carried = fields.filter(([field]) => field in envelope.fields)
    for (const [field, value] of carried) expect([field, read[field]]).toEqual([field, value])
    const payload = valueAt(read['payload'] as JsonObject, payloadPaths[envelope.name] ?? [])
    const expected = payloads[envelope.name] ?? content.document
    if (isHost) expect(payload).toMatchObject(expected)
    else expect(payload).toEqual(expected)
  })

  test('stands where it arrived, if the wrapping is of an ordered place', () => {
    const sequences = [7, 8, 12, 100].map((arrival) => {
      // Where the number is the message's id too.
      const transportId = String(arrival)
      return event(wrapped(envelope, { arrival, transportId })).place
    })
    if (!envelope.place) return expect(sequences).toEqual([null, null, null, null])
    expect(new Set(sequences.map((place) => place?.name)).size).toBe(1)
    expect(sequences[0]?.name).toBeTruthy()
    const numbers = sequences.map((place) => BigInt(place?.sequence ?? 0))
    expect(numbers.every((number, n) => n === 0 || number > (numbers[n - 1] ?? 0n))).toBe(true)
  })

  test('has no key and no replay where there is none, and the replay where there is one', () => {
    const read = event(wrapped(envelope, { key: null, replay: 'monday' }))
    const replay = 'replay' in envelope.fields ? 'monday' : null
    // A record of Kinesis always has a partition key, and an item a primary key.
    const key = ['kinesis', 'dynamodb'].includes(envelope.name) ? content.id : null
    expect(read).toMatchObject({ key, replay })
  })

  test.each(named(transports))('is the same event in %s', (_, transport) => {
    const bare = event(wrapped(envelope))
    const document = wrapped(envelope)
    const outer = transport.fields.transportId ? 'outer' : bare.transportId
    const inside = event(wrapped(transport, { document, transportId: 'outer' }))
    expect(inside).toMatchObject({
      envelopes: [transport.name, ...bare.envelopes],
      transportId: outer,
      id: bare.id ?? outer,
      source: bare.source,
      type: bare.type,
      document: bare.document,
      payload: bare.payload,
    })
    if (bare.timeUs !== null) expect(inside.timeUs).toBe(bare.timeUs)
  })
})

describe.each(named(wrappers))('%s', (shape, { entries = [], wrap }) => {
  beforeAll(loadZstd)
  const all = fixtures.filter(({ envelope }) => envelope === shape)
  const texts = all.map(({ oddity, bytes }) => [oddity, bytes.toString()] as const)

  test.each(texts)('around its entries again is the same events: %s', (_, text) => {
    const reading = readJson(text)
    const record = reading.ok ? reading.value : {}
    const list = valueAt(record, entries) ?? []
    const inside = Array.isArray(list) ? list : Object.values(list).flat()
    const again = parseJson(JSON.stringify(wrap?.({ ...content, entries: inside })))
    expect(decoded(again).map(factsOf)).toEqual(decoded(record).map(factsOf))
  })
})

/** All but what the wrapper itself says. */
function factsOf(found: Decoded) {
  if (found.kind === 'undecodable') return found.undecodable.reason
  const { id, source, type, timeUs, receivedAtUs, key, payload, place } = found.event
  return { id, source, type, timeUs, receivedAtUs, key, payload, place }
}

/** The layer alone, and nothing of what is in it. */
function outermost(envelope: Envelope): Envelope {
  const { inner: _inner, entries: _entries, claim: _claim, ...own } = envelope
  return own
}

function named(all: readonly Envelope[]): [string, Envelope][] {
  return all.map((envelope) => [shapeName(envelope), envelope])
}

function nameOf({ envelope, oddity }: EventFixture): string {
  return `${envelope}/${oddity}`
}
