import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import { type Envelope, shapeName, type WrapContent } from '../../src/envelopes/envelope.js'
import { envelopes } from '../../src/envelopes/index.js'
import { complete } from '../../src/envelopes/missing.js'
import type { Decoded, EventRecord, JsonObject, JsonValue } from '../../src/event/event.js'
import { jsonText, parseBytes, parseJson } from '../../src/event/json.js'
import { valueAt } from '../../src/event/json-path.js'
import { createMapping } from '../../src/event/mapping.js'
import { aggregate } from '../envelopes/aggregate.js'
import { eventFixtures } from '../fixtures/events/fixtures.js'

/** What is around documents in AWS, outermost first. */
const around = [
  ['sqs', 'EventBridge, a Pipe or a producer to a queue'],
  ['sns', 'a topic behind Firehose'],
  ['sqs>sns', 'a queue at a topic'],
  ['sqs>sqs', 'a message that a redrive wrapped'],
  ['sqs>base64>gzip', 'a compressed body, as base64'],
  ['sqs>sns>base64>gzip', 'the same behind a topic'],
  ['kinesis', 'a stream'],
  ['kinesis>gzip', 'compressed'],
  ['kinesis>kpl', 'aggregated'],
  ['kinesis>kpl>gzip', 'compressed, then aggregated'],
  ['kinesis>sns', 'notifications that a function put into a stream'],
  ['sqs-lambda', 'one record of Lambda'],
  ['sns-lambda', 'one record of Lambda'],
  ['kinesis-lambda', 'one record of Lambda'],
  ['records>sqs-lambda', 'what Lambda is given of a queue'],
  ['records>sqs-lambda>sns', 'of a queue at a topic'],
  ['records>sqs-lambda>base64>gzip', 'of compressed messages'],
  ['records-sns>sns-lambda', 'of a topic'],
  ['records>kinesis-lambda', 'of a stream'],
  ['records>kinesis-lambda>kpl', 'of an aggregated stream'],
  ['records>kinesis-lambda>gzip', 'of a compressed stream'],
  ['records-kinesis>kinesis', 'an answer of GetRecords'],
  ['records-kinesis>kinesis>kpl', 'an answer with an aggregate'],
  ['records-messages>sqs', 'an answer of ReceiveMessage'],
  ['records-messages>sqs>sns', 'an answer with notifications'],
  ['sqs>records-sns>sns-lambda', 'the dead-letter queue of a function at a topic'],
] as const
const documents = ['json', 'eventbridge', 'cloudevents', 'dynamodb']

const content: Omit<WrapContent, 'document'> = {
  id: 'outer',
  source: 's',
  type: 't',
  timeUs: 1793541727113000,
  receivedAtUs: 1793541727134000,
  transportId: '49590338271490256608559692538361571095921575989136588898',
  attempt: 2,
  key: null,
  arrival: null,
  replay: null,
}
const decode = createDecoder({ mapping: createMapping({}) })
const fixtures = eventFixtures()

describe.each(around)('%s: %s', (chain) => {
  test.each(documents)('%s is the same event in it', (name) => {
    const document = documentOf(name)
    const bare = only(decoded(document))
    const names = [...chain.split('>'), name]
    const layers = names.flatMap((layer) => (isNamed(layer) ? [layer.split('-')[0]] : []))
    const inside = only(decoded(wrap(chain.split('>'), document)))
    expect(inside.envelopes).toEqual(layers)
    expect(inside).toMatchObject(factsOf(bare))
    expect(inside.transportId).toMatch(content.transportId)
    if (bare.id === null) expect(inside.id).toMatch(content.transportId)
  })
})

test('a stream record of DynamoDB is the same event for Lambda and from GetRecords', () => {
  const record = documentOf('dynamodb')
  const bare = factsOf(only(decoded(record)))
  for (const more of [{}, { NextShardIterator: 'i' }]) {
    expect(only(decoded({ Records: [record], ...more }))).toMatchObject(bare)
  }
})

test('entries at three depths are counted, and a bad one hides no other', () => {
  const line = Buffer.from('{"n":1}\n{"n":2}\nno\n')
  const data = aggregate([
    { key: 'a', data: line },
    { key: 'b', data: Buffer.from('[{"n":3},4]') },
  ])
  const kinesis = put(writable('kinesis'), data)
  const found = decoded({ Records: [kinesis, 5, kinesis] })
  const { transportId: id } = content
  const ids = found.map((one) => (one.kind === 'event' ? one.event.id : one.undecodable.detail))
  const inOne = [`${id}.0.0`, `${id}.0.1`, 'kinesis $.Data kpl[0][2] is not JSON']
  inOne.push(`${id}.1.0`, 'kinesis $.Data kpl[1][1] is a number, not an object')
  expect(ids).toEqual([...inOne, 'records $.Records[1] is a number, not an object', ...inOne])
  const positions = found.map(
    (one) => (one.kind === 'event' ? one.event : one.undecodable).position,
  )
  expect(positions.map(({ record }) => record)).toEqual(found.map((_, n) => 7 + n))
})

// What has to be fetched first, such as libzstd, is there then.
for (const { bytes } of fixtures) {
  const reading = parseBytes(bytes)
  if (reading.ok) await complete(() => decoded(reading.value))
}

/** These hold an event that says itself what it is, and are written around another one. */
const hosts = ['cloudtrail', 'emf', 'debezium', 'dms']

const rewritten = envelopes.flatMap((envelope) =>
  fixtures
    .filter((fixture) => fixture.envelope === shapeName(envelope) && isRewritten(envelope))
    .flatMap(({ oddity, bytes }) => {
      const reading = parseBytes(bytes)
      const found = reading.ok ? decoded(reading.value) : []
      const [first] = found
      return first?.kind === 'event' && found.length === 1 && isWhole(first.event, envelope)
        ? [{ name: `${shapeName(envelope)}/${oddity}`, envelope, event: first.event }]
        : []
    }),
)

describe('what was decoded and is written again is the same event', () => {
  test.each(rewritten)('$name', ({ envelope, event }) => {
    const { timeUs, receivedAtUs, attempt } = event
    const again = envelope.wrap?.({
      ...content,
      ...event,
      // Whether there are any, isWhole has seen.
      timeUs: timeUs ?? 0,
      receivedAtUs: receivedAtUs ?? 0,
      attempt: attempt ?? 0,
      arrival: event.place ? 1 : null,
      id: event.id ?? '',
      transportId: event.transportId ?? '',
      document: (envelope.payload ? event.payload : event.document) as JsonObject,
    })
    // What wrap gives is made of JSON values.
    const read = only(decoded(parseJson(jsonText(again as JsonObject))))
    const fields = ['id', 'source', 'type', 'key', 'replay', 'attempt', 'transportId'] as const
    for (const field of fields) {
      if (field in envelope.fields) expect([field, read[field]]).toEqual([field, event[field]])
    }
    if ('time' in envelope.fields) expect(read.timeUs).toBe(timeUs)
    if ('receivedAt' in envelope.fields) expect(read.receivedAtUs).toBe(receivedAtUs)
    // An item is in its record with types around it; see envelopes.test.ts.
    if (envelope.name === 'dynamodb') return
    expect(jsonText(read.payload)).toBe(jsonText(event.payload))
  })

  test('for every wrapping that is written', () => {
    const names = new Set(rewritten.map(({ envelope }) => shapeName(envelope)))
    const all = envelopes.filter(isRewritten).map(shapeName)
    expect([...names].sort()).toEqual(all.sort())
  })
})

/** Wrappers of several are in envelopes.test.ts. */
function isRewritten({ name, wrap, isBare, entries }: Envelope): boolean {
  return wrap !== undefined && !isBare && !entries && !hosts.includes(name)
}

/** Whether it has all that this wrapping writes: it cannot leave a time out. */
function isWhole({ timeUs, receivedAtUs, attempt, payload }: EventRecord, of: Envelope): boolean {
  const has = (field: keyof Envelope['fields'], value: unknown) =>
    !(field in of.fields) || value !== null
  const all = [has('time', timeUs), has('receivedAt', receivedAtUs), has('attempt', attempt)]
  return !all.includes(false) && !of.isBare && typeof payload === 'object' && payload !== null
}

function decoded(value: JsonValue): Decoded[] {
  const position = { path: 'a.ndjson', record: 7 }
  return decode({ value, position, sizeBytes: 1, head: new Uint8Array() })
}

function only(found: readonly Decoded[]): EventRecord {
  const [first] = found
  if (found.length !== 1 || first?.kind !== 'event') throw new Error(JSON.stringify(found))
  return first.event
}

/** What no transport changes; a time or a key that the document has not may be the transport's. */
function factsOf({ id, key, timeUs, ...event }: EventRecord): Partial<EventRecord> {
  const { source, type, sequence, replay, version, document, payload, faults } = event
  const facts = { source, type, sequence, replay, version, document, payload, faults }
  return {
    ...facts,
    ...(id === null ? {} : { id }),
    ...(key === null ? {} : { key }),
    ...(timeUs === null ? {} : { timeUs }),
  }
}

function documentOf(name: string): JsonObject {
  const fixture = fixtures.find(({ envelope, oddity }) => envelope === name && oddity === 'base')
  return parseJson(Buffer.from(fixture?.bytes ?? []).toString()) as JsonObject
}

function isNamed(layer: string): boolean {
  return layer !== 'json' && !layer.startsWith('records')
}

/** Puts the layers around a document, the innermost first. */
function wrap(layers: readonly string[], document: JsonObject): JsonObject {
  let value = document
  let bytes: Buffer | undefined
  for (const layer of [...layers].reverse()) {
    const inside = bytes ?? Buffer.from(JSON.stringify(value))
    if (layer === 'gzip') bytes = gzipSync(inside)
    else if (layer === 'base64')
      continue // put does that
    else if (layer === 'kpl') bytes = aggregate([{ key: 'k', data: inside }])
    else {
      const envelope = writable(layer)
      value = bytes
        ? put(envelope, bytes)
        : parsed(envelope.wrap?.({ ...content, document: value }))
      bytes = undefined
    }
  }
  return value
}

/** A layer around bytes, which are base64 where it has text. */
function put(envelope: Envelope, bytes: Buffer): JsonObject {
  const record = parsed(envelope.wrap?.({ ...content, document: {} }))
  const [last, ...path] = [...(envelope.inner ?? [])].reverse()
  const parent = valueAt(record, path.reverse()) as JsonObject
  parent[String(last)] = bytes.toString('base64')
  return record
}

/** As it comes out of text. */
function parsed(record: Record<string, unknown> | undefined): JsonObject {
  return parseJson(JSON.stringify(record)) as JsonObject
}

function writable(name: string): Envelope {
  const found = envelopes.find((envelope) => shapeName(envelope) === name && envelope.wrap)
  if (!found) throw new Error(`${name} is not written`)
  return found
}
