import { describe, expect, test } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import type { EventRecord, JsonObject, JsonValue } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'

function event(value: JsonValue, { maps }: { maps?: string[] } = {}): EventRecord {
  const decode = createDecoder({ mapping: createMapping({ maps }) })
  const position = { path: 'a.ndjson', record: 1 }
  const [first] = decode({ value, position, sizeBytes: 1, head: new Uint8Array() })
  if (first?.kind !== 'event') throw new Error('no event')
  return first.event
}

describe('a stream record of DynamoDB', () => {
  const change = {
    eventID: 'c4ca',
    eventName: 'INSERT',
    eventSource: 'aws:dynamodb',
    dynamodb: {
      Keys: { pk: { S: 'o-1' } },
      NewImage: { orderId: { S: 'o-1' }, version: { N: '3' } },
      SequenceNumber: '111',
    },
  }

  test.each([
    ['by itself', change],
    ['in Kinesis', { SequenceNumber: '1', PartitionKey: 'p', Data: base64(change) }],
    ['of Lambda', { Records: [change] }],
  ])('has its image at paths of a mapping: %s', (_, record) => {
    const path = '$.dynamodb.NewImage.orderId.S'
    const sequence = 'sequence=$.dynamodb.NewImage.version.N'
    const maps = [`id=${path}`, `key=${path}`, `entities.order=${path}`, sequence]
    expect(event(record, { maps })).toMatchObject({
      id: 'o-1',
      key: 'o-1',
      entities: ['order:o-1'],
      sequence: '3',
      order: 'integer',
    })
  })

  test('has a key of several attributes in the order of their names', () => {
    const keyOf = (Keys: JsonObject) => event({ ...change, dynamodb: { Keys } }).key
    const range = { S: '2026-11-01' }
    expect(keyOf({ pk: { S: 'o-1' }, at: range })).toBe('["2026-11-01","o-1"]')
    expect(keyOf({ at: range, pk: { S: 'o-1' } })).toBe('["2026-11-01","o-1"]')
    expect(keyOf({ at: range, pk: { S: null } })).toBeNull()
    expect(keyOf({})).toBeNull()
  })
})

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64')
}
