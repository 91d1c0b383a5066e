import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import type { Decoded, EventRecord, JsonValue } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'
import { usageError } from '../event/usage-error.js'

interface Setting {
  maps?: string[]
  presets?: string[]
}

function decoded(value: JsonValue, { maps, presets }: Setting = {}): Decoded[] {
  const decode = createDecoder({ mapping: createMapping({ maps }), presets })
  const position = { path: 'a.ndjson', record: 7 }
  return decode({ value, position, sizeBytes: 9, head: new Uint8Array([1]) })
}

function event(value: JsonValue, setting?: Setting): EventRecord {
  const [first] = decoded(value, setting)
  if (first?.kind !== 'event') throw new Error('no event')
  return first.event
}

const base = {
  id: 'e-1',
  'detail-type': 'order.placed',
  source: 'shop',
  time: '2026-11-01T00:00:00Z',
  detail: { key: 'k', seq: '7', at: 1793491200, object: { a: 1 }, nothing: null },
}

describe('a mapped path', () => {
  test.each([
    'id',
    'source',
    'type',
    'correlationId',
    'causationId',
    'traceId',
    'replyTo',
  ] as const)('gives %s, and falls back where it yields nothing', (field) => {
    const preset = event(base)[field]
    expect(event(base, { maps: [`${field}=$.detail.key`] })[field]).toBe('k')
    for (const path of ['$.missing', '$.detail.nothing', '$.detail.object']) {
      expect(event(base, { maps: [`${field}=${path}`] })[field]).toBe(preset)
    }
  })

  test.each([
    ['*', { type: 'k', id: '7' }],
    ['order.placed', { type: 'k', id: 'e-1' }],
  ])('of the type selects the rules where it stands at *, not at %s', (pattern, expected) => {
    const events = {
      [pattern]: { fields: { type: ['detail', 'key'] }, entities: [] },
      k: { fields: { id: ['detail', 'seq'] }, entities: [] },
    }
    const decode = createDecoder({ mapping: createMapping({ events }) })
    const position = { path: '', record: 1 }
    const [first] = decode({ value: base, position, sizeBytes: 1, head: new Uint8Array() })
    expect(first).toMatchObject({ event: expected })
  })

  test('of the key means none where it finds nothing', () => {
    const cloudEvent = { specversion: '1.0', id: '1', source: 's', type: 't', partitionkey: 'p' }
    expect(event(cloudEvent).key).toBe('p')
    expect(event(cloudEvent, { maps: ['key=$.data.key'] }).key).toBeNull()
    expect(event(base, { maps: ['key=$.detail.object'] }).key).toBeNull()
  })

  test('starts at the innermost document', () => {
    const message = { MessageId: 'm-1', Body: JSON.stringify(base) }
    expect(event(message, { maps: ['key=$.detail.key'] }).key).toBe('k')
  })

  test('of an entity is left out where it finds nothing', () => {
    const maps = ['entities.order=$.detail.key', 'entities.x=$.detail.nothing', 'entities.n=$.id']
    expect(event(base, { maps }).entities).toEqual(['order:k', 'n:e-1'])
  })

  test.each([
    [3, 3],
    ['3', 3],
    [-1, null],
    [1.5, null],
    ['many', null],
    ['9007199254740993', null],
  ])('of attempt counts where it is a whole number: %j', (attempt, count) => {
    expect(event({ attempt }, { maps: ['attempt=$.attempt'] }).attempt).toBe(count)
  })
})

describe('times', () => {
  test('a mapped time comes before the preset, in any unit', () => {
    expect(event(base, { maps: ['time=$.detail.at'] }).timeUs).toBe(1793491200e6)
    expect(event(base, { maps: ['receivedAt=$.detail.at'] }).receivedAtUs).toBe(1793491200e6)
  })

  test('a fault is kept and does not fall back', () => {
    const { timeUs, order, faults } = event(base, { maps: ['time=$.detail.key'] })
    expect({ timeUs, order }).toEqual({ timeUs: null, order: null })
    expect(faults).toEqual([{ field: 'time', reason: 'format', text: 'k' }])
  })

  test('a fault shows at most 200 characters', () => {
    const { faults } = event({ at: 'x'.repeat(1000) }, { maps: ['time=$.at'] })
    expect(faults[0]?.text).toBe('x'.repeat(200))
  })
})

describe('what order goes by', () => {
  test.each([
    [[], { sequence: null, order: 'time', faults: [] }],
    [['sequence=$.detail.seq'], { sequence: '7', order: 'integer', faults: [] }],
    [['sequence=$.detail.key', 'sequenceType=text'], { sequence: 'k', order: 'text', faults: [] }],
    [
      ['sequence=$.detail.key'],
      {
        sequence: null,
        order: null,
        faults: [{ field: 'sequence', reason: 'format', text: 'k' }],
      },
    ],
    [
      ['sequence=$.detail.object'],
      {
        sequence: null,
        order: null,
        faults: [{ field: 'sequence', reason: 'missing', text: '' }],
      },
    ],
  ])('%j', (maps, expected) => {
    expect(event(base, { maps })).toMatchObject({ ...expected, sequencePer: 'key' })
  })

  test('a mapped sequence hides the one of CloudEvents', () => {
    const cloudEvent = { specversion: '1.0', id: '1', source: 's', type: 't', sequence: '7' }
    expect(event(cloudEvent)).toMatchObject({ order: 'text', sequencePer: 'source+key' })
    expect(event(cloudEvent, { maps: ['sequence=$.data'] })).toMatchObject({ order: null })
  })
})

describe('layers', () => {
  const message = (body: JsonValue, sent: number) => ({
    MessageId: `m-${sent}`,
    Body: body,
    Attributes: { SentTimestamp: `${sent}`, ApproximateReceiveCount: `${sent % 10}` },
  })

  test('id and trace go by the innermost, arrival and attempt by the outermost', () => {
    const inner = { ...message(base, 1793491200001), Attributes: { AWSTraceHeader: 'inner' } }
    const outer = message(inner, 1793491200002)
    expect(event(outer)).toMatchObject({
      id: 'e-1',
      transportId: 'm-1793491200002',
      traceId: 'inner',
      receivedAtUs: 1793491200002000,
      attempt: 2,
      envelopes: ['sqs', 'sqs', 'eventbridge'],
    })
  })

  test('the transport gives the id where nobody else does', () => {
    expect(event(message({ a: 1 }, 1793491200001)).id).toBe('m-1793491200001')
  })

  test('there may be 16, and not one more', () => {
    const wrapped = (times: number) => {
      let value: JsonValue = { a: 1 }
      for (let i = 0; i < times; i++) value = message(value, 1)
      return decoded(value)[0]
    }
    expect(wrapped(15)).toMatchObject({ kind: 'event' })
    expect(wrapped(16)).toMatchObject({
      undecodable: { reason: 'bad envelope', detail: 'sqs $.Body is wrapped 16 times or more' },
    })
  })
})

describe('of more entries than the limit the first are read, the rest is one undecodable', () => {
  const many = 250_001
  test.each([
    ['an array', `[${'{},'.repeat(many)}{}]`],
    ['lines', '{}\n'.repeat(many)],
    [
      'arrays in arrays',
      JSON.stringify([{ Messages: Array(many).fill({ MessageId: 1, Body: {} }) }]),
    ],
  ])('%s', (_, body) => {
    const found = decoded({ MessageId: 'm', Body: body })
    expect(found).toHaveLength(250_001)
    expect(found.at(-2)?.kind).toBe('event')
    expect(found.at(-1)).toMatchObject({
      kind: 'undecodable',
      undecodable: { detail: expect.stringMatching(/has more than .*250,000 entries$/) },
    })
  })
})

test.each([
  [null, 'is null, not an object'],
  [[{}], 'is an array, not an object'],
  [5, 'is a number, not an object'],
  ['{}', 'is a string, not an object'],
])('%j is no event', (value, detail) => {
  expect(decoded(value)).toEqual([
    {
      kind: 'undecodable',
      undecodable: {
        reason: 'not an object',
        detail,
        position: { path: 'a.ndjson', record: 7 },
        sizeBytes: 9,
        head: new Uint8Array([1]),
      },
    },
  ])
})

describe('presets', () => {
  test('only what is named is recognised', () => {
    const message = { MessageId: 'm', Body: base }
    expect(event(message, { presets: ['sqs'] })).toMatchObject({ envelopes: ['sqs'] })
    expect(event(message, { presets: ['eventbridge'] })).toMatchObject({ envelopes: [] })
    expect(event(message, { presets: ['json'] })).toMatchObject({ envelopes: [], id: null })
  })

  test('an unknown one is refused', () => {
    expect(usageError(() => decoded({}, { presets: ['cloudevent'] }))).toEqual({
      message: expect.stringMatching(
        /^--preset cloudevent is not one of eventbridge, cloudevents, sns, sqs, .*, json$/,
      ),
      hint: 'did you mean --preset cloudevents?',
    })
  })
})

test('never throws, whatever the record holds', () => {
  const leaf = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('Notification', '{}', '1'))
  const name = fc.constantFrom(
    ...['id', 'source', 'type', 'detail', 'detail-type', 'specversion', 'sequence', 'time'],
    ...['Type', 'TopicArn', 'Message', 'MessageId', 'Body', 'Attributes', '__proto__'],
  )
  const { record } = fc.letrec((tie) => ({
    record: fc.array(fc.tuple(name, tie('value'))).map((entries) => Object.fromEntries(entries)),
    value: fc.oneof({ depthSize: 'small' }, leaf, tie('record'), tie('record').map(jsonOf)),
  }))
  const maps = ['id=$.__proto__.id', 'key=$.detail.constructor', 'sequence=$.sequence']
  fc.assert(
    fc.property(record, (value) => {
      // What is generated is made of JSON values.
      expect(decoded(value as JsonValue, { maps })).toHaveLength(1)
    }),
  )
})

function jsonOf(value: unknown): string {
  return JSON.stringify(value)
}
