import { expect, test } from 'vitest'
import { messageRecord } from '../../src/taps/queue-messages.js'

test('an attribute named __proto__, whose value the SDK loses, is left out', () => {
  const MessageAttributes = JSON.parse('{"a":{"DataType":"String","StringValue":"b"}}')
  // As the SDK gives it.
  Object.defineProperty(MessageAttributes, '__proto__', { value: undefined, enumerable: true })
  const { value, sizeBytes } = messageRecord({ Body: '{}', MessageAttributes }, 'sqs://orders')
  expect(value).toMatchObject({
    MessageAttributes: { a: { DataType: 'String', StringValue: 'b' } },
  })
  expect(Object.keys(Object(value).MessageAttributes)).toEqual(['a'])
  expect(sizeBytes).toBe('{}'.length + 'aStringb'.length)
})
