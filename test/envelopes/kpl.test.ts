import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ContentFault } from '../../src/envelopes/codecs/codec.js'
import { kpl } from '../../src/envelopes/codecs/kpl.js'
import { aggregate, sealed } from './aggregate.js'

const userRecord = fc.record({
  key: fc.string({ minLength: 1, unit: 'grapheme' }),
  data: fc.uint8Array({ maxLength: 300 }),
})

function decoded(bytes: Buffer) {
  expect(kpl.recognises(bytes, {})).toBe(true)
  return kpl.decode(bytes, 1e6, {})
}

function faultOf(bytes: Buffer): unknown {
  try {
    return decoded(bytes)
  } catch (error) {
    return error
  }
}

describe('an aggregate', () => {
  test('has every user record again, with its partition key and its number', () => {
    fc.assert(
      fc.property(fc.array(userRecord, { maxLength: 40 }), (records) => {
        const expected = records.map(({ key, data }, entry) => ({
          document: { partitionKey: key },
          content: Buffer.from(data),
          entry,
        }))
        expect(decoded(aggregate(records))).toEqual(expected)
      }),
    )
  })

  test('that is cut anywhere, or has a byte changed, is a fault', () => {
    const whole = aggregate([{ key: 'k', data: Buffer.from('{"orderId":"o-1"}') }])
    for (let end = 4; end < whole.length; end++) {
      expect(faultOf(whole.subarray(0, end))).toBeInstanceOf(ContentFault)
    }
    for (let at = 4; at < whole.length; at++) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(faultOf(changed)).toBeInstanceOf(ContentFault)
    }
  })

  test('never fails otherwise, whatever its checksum vouches for', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (message) => {
        const found = faultOf(sealed(message))
        expect(Array.isArray(found) || found instanceof ContentFault).toBe(true)
      }),
    )
  })
})
