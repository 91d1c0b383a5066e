import { expect, test } from 'vitest'
import { SpanMeter } from '../../src/meters/span.js'
import { event, figuresOf } from './fixture.js'

const none = {
  firstTimeUs: null,
  lastTimeUs: null,
  firstReceivedAtUs: null,
  lastReceivedAtUs: null,
}

test('is from the first to the last by each clock', () => {
  const events = [
    event({ timeUs: 5, receivedAtUs: 9 }),
    event({ timeUs: -2 }),
    event({ receivedAtUs: 7 }),
  ]
  expect(figuresOf(new SpanMeter(), events)).toEqual({
    firstTimeUs: -2,
    lastTimeUs: 5,
    firstReceivedAtUs: 7,
    lastReceivedAtUs: 9,
  })
})

test('is unknown without times', () => {
  expect(figuresOf(new SpanMeter(), [event()])).toEqual(none)
})
