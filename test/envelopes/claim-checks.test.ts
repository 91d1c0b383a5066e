import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { claimText } from '../../src/envelopes/claim-check.js'
import { createDecoder } from '../../src/envelopes/decode.js'
import type { Claims } from '../../src/envelopes/outside.js'
import type { JsonObject } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'

const event = {
  version: '0',
  id: 'e-1',
  'detail-type': 'order.placed',
  source: 'shop',
  time: '2026-11-01T10:02:07Z',
  detail: { orderId: 'o-1' },
}
const pointer = (s3Key: string) =>
  JSON.stringify([
    'software.amazon.payloadoffloading.PayloadS3Pointer',
    { s3BucketName: 'large', s3Key },
  ])
const sqs = (Body: string) => ({ MessageId: 'm-1', Body })

/** A bucket with these objects. */
function bucket(objects: Record<string, string | Buffer>): Claims {
  return {
    content(claim) {
      const content = objects[claimText(claim)]
      return content === undefined
        ? { ok: false, detail: 'is not there' }
        : { ok: true, value: Buffer.from(content) }
    },
  }
}

function decoded(value: JsonObject, objects: Record<string, string | Buffer>) {
  const outside = { claims: bucket(objects) }
  const decode = createDecoder({ mapping: createMapping({}), outside })
  const position = { path: 'a', record: 1 }
  return decode({ value, position, sizeBytes: 1, head: new Uint8Array() }).map((each) =>
    each.kind === 'event'
      ? { ...each.event }
      : { reason: each.undecodable.reason, detail: each.undecodable.detail },
  )
}

test('the payload takes the place of its pointer, and decoding goes on inside', () => {
  const value = sqs(pointer('a/1'))
  for (const body of [JSON.stringify(event), gzipSync(JSON.stringify(event))]) {
    const [found] = decoded(value, { 's3://large/a/1': body })
    expect(found).toMatchObject({
      id: 'e-1',
      type: 'order.placed',
      transportId: 'm-1',
      payload: { orderId: 'o-1' },
    })
  }
  const [found] = decoded(value, { 's3://large/a/1': JSON.stringify(event) })
  expect(found).toMatchObject({ envelopes: ['sqs', 'claim-check', 'eventbridge'] })
})

test('the pointer of sns-sqs-big-payload is followed too', () => {
  const value = sqs(JSON.stringify({ S3Payload: { Id: '1', Bucket: 'large', Key: 'b' } }))
  const [found] = decoded(value, { 's3://large/b': '{"n":1}' })
  expect(found).toMatchObject({ envelopes: ['sqs', 'claim-check'], document: { n: 1 }, id: 'm-1' })
})

test('the data of a CloudEvent come from its dataref', () => {
  const cloudEvent = { specversion: '1.0', id: 'e-2', source: 's', type: 't', dataref: '' }
  const https = 'https://large.s3.eu-central-1.amazonaws.com/a%20b?X-Amz-Signature=secret'
  const objects = { 's3://large/a b': '{"n":1}', 's3://large/a': Buffer.from([1, 2, 255]) }
  expect(decoded({ ...cloudEvent, dataref: https }, objects)).toMatchObject([
    { id: 'e-2', envelopes: ['claim-check', 'cloudevents'], payload: { n: 1 } },
  ])
  const [binary] = decoded({ ...cloudEvent, dataref: 's3://large/a' }, objects)
  expect(binary).toMatchObject({ document: { data_base64: 'AQL/' } })
  expect(decoded({ ...cloudEvent, dataref: 's3://large/%20' }, objects)).toMatchObject([
    { reason: 'bad body', detail: 'claim-check s3://large/%20 is not there' },
  ])
})

test('a bad claim is an undecodable that names it, and hides no other', () => {
  const batch = { Messages: [sqs(pointer('gone')), sqs(pointer('bad')), sqs('{"n":1}')] }
  expect(decoded(batch, { 's3://large/bad': '{"n":' })).toMatchObject([
    { reason: 'bad body', detail: 'claim-check s3://large/gone is not there' },
    { reason: 'bad body', detail: 'claim-check s3://large/bad ends before its JSON does' },
    { document: { n: 1 } },
  ])
})

test('a payload that points to itself is followed once', () => {
  expect(decoded(sqs(pointer('a')), { 's3://large/a': pointer('a') })).toEqual([
    { reason: 'bad body', detail: 'claim-check s3://large/a points to itself' },
  ])
})

test('so is a payload that points back to itself by way of another', () => {
  const objects = { 's3://large/a': pointer('b'), 's3://large/b': pointer('a') }
  expect(decoded(sqs(pointer('a')), objects)).toEqual([
    { reason: 'bad body', detail: 'claim-check s3://large/a points back to itself in a circle' },
  ])
})

test('claims of one record together stop at the limit of a record', () => {
  const large = Buffer.alloc(100 * 1024 * 1024, ' ')
  large.write('{"n":1}')
  const batch = { Messages: ['a', 'b', 'c'].map((key) => sqs(pointer(key))) }
  const objects = { 's3://large/a': large, 's3://large/b': large, 's3://large/c': '{}' }
  const limit = 'is beyond the limit of 134,217,728 bytes for one record'
  expect(decoded(batch, objects)).toMatchObject([
    { document: { n: 1 } },
    { detail: `claim-check s3://large/b ${limit}` },
    { detail: `claim-check s3://large/c ${limit}` },
  ])
})

describe('the data of a CloudEvent in binary mode', () => {
  const attributes = { 'ce-specversion': '1.0', 'ce-id': 'e-3', 'ce-source': 's', 'ce-type': 't' }
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [name, { StringValue }]),
  )
  const binary = (body: string) => ({ ...sqs(body), MessageAttributes })
  const bigPayload = JSON.stringify({ S3Payload: { Id: '1', Bucket: 'large', Key: 'a' } })

  test.each([
    ['as it was put there', '{"n":1}', ['claim-check']],
    ['packed', gzipSync('{"n":1}'), ['claim-check', 'gzip']],
  ])('is fetched where its body is a pointer: %s', (_, put, around) => {
    for (const body of [pointer('a'), bigPayload]) {
      expect(decoded(binary(body), { 's3://large/a': put })).toMatchObject([
        { id: 'e-3', type: 't', envelopes: ['sqs', ...around, 'cloudevents'], payload: { n: 1 } },
      ])
    }
  })

  test('may be anything: what cannot be unpacked is bytes', () => {
    const cut = gzipSync('{"n":1}').subarray(0, 20)
    for (const [put, data] of [
      ['[1,2]', { data: [1, 2] }],
      [Buffer.from([1, 2, 255]), { data_base64: 'AQL/' }],
      [cut, { data_base64: cut.toString('base64') }],
    ] as const) {
      const [found] = decoded(binary(pointer('a')), { 's3://large/a': put })
      expect(found).toMatchObject({ id: 'e-3', document: data })
    }
  })

  test('is missed where it is not there, and ends where it points to itself', () => {
    expect(decoded(binary(pointer('a')), {})).toEqual([
      { reason: 'bad body', detail: 'claim-check s3://large/a is not there' },
    ])
    expect(decoded(binary(pointer('a')), { 's3://large/a': pointer('a') })).toEqual([
      { reason: 'bad body', detail: 'claim-check s3://large/a points to itself' },
    ])
  })

  test('is fetched for dataref and unpacked', () => {
    const event = { specversion: '1.0', id: 'e-2', source: 's', type: 't', dataref: 's3://large/a' }
    expect(decoded(event, { 's3://large/a': gzipSync('{"n":1}') })).toMatchObject([
      { envelopes: ['claim-check', 'gzip', 'cloudevents'], payload: { n: 1 } },
    ])
  })
})
