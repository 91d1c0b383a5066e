import { expect, test } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import type { JsonValue, Place } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'

const decode = createDecoder({ mapping: createMapping({ maps: ['key=$.order'] }) })

function placeOf(value: JsonValue): Place | null {
  const position = { path: 'a.ndjson', record: 1 }
  const [first] = decode({ value, position, sizeBytes: 1, head: new Uint8Array() })
  if (first?.kind !== 'event') throw new Error('no event')
  return first.event.place
}

const message = (group: JsonValue, number: JsonValue, body: JsonValue = { order: 'o' }) => ({
  MessageId: 'm',
  Body: body,
  Attributes: { MessageGroupId: group, SequenceNumber: number },
})

test.each([
  ['18849496460467696128', '18849496460467696128'],
  ['0018', '18'],
  ['+7', '7'],
  [7, '7'],
  [0, '0'],
  ['9'.repeat(56), '9'.repeat(56)],
  [`000${'9'.repeat(56)}`, '9'.repeat(56)],
  ['9'.repeat(57), null],
  ['-1', null],
  ['1.0', null],
  ['x1', null],
  ['', null],
  [null, null],
  [true, null],
  [{}, null],
])('the number of a FIFO message %j is %j', (number, sequence) => {
  expect(placeOf(message('g', number))).toEqual(sequence === null ? null : { name: 'g', sequence })
})

test.each([
  ['g', 'g'],
  [12, '12'],
  ['', null],
  [null, null],
  [['g'], null],
])('the group %j has the name %j, whatever key is mapped', (group, name) => {
  expect(placeOf(message(group, '7'))).toEqual(name === null ? null : { name, sequence: '7' })
})

test('only the outermost wrapping tells', () => {
  const sns = { Type: 'Notification', MessageId: 'n', TopicArn: 'arn:t', Timestamp: 't' }
  const inner = message('inner', '1')
  expect(placeOf(message('outer', '2', inner))).toEqual({ name: 'outer', sequence: '2' })
  expect(placeOf(message(null, null, inner))).toBeNull()
  expect(placeOf({ ...sns, Message: JSON.stringify(inner) })).toBeNull()
})
