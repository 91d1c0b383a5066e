import { expect, test } from 'vitest'
import { HOUR_US, MINUTE_US, TimelineMeter } from '../../src/meters/timeline.js'
import { event, figuresOf } from './fixture.js'

test('counts deliveries per slot, by receivedAt, else time', () => {
  const events = [
    { receivedAtUs: HOUR_US, timeUs: 0 },
    { receivedAtUs: 2 * HOUR_US - 1 },
    { timeUs: 3 * HOUR_US },
    { receivedAtUs: HOUR_US },
    { timeUs: -1 },
    {},
  ]
  expect(figuresOf(new TimelineMeter(HOUR_US), events.map(event))).toEqual([
    { startUs: -HOUR_US, events: 1 },
    { startUs: HOUR_US, events: 3 },
    { startUs: 3 * HOUR_US, events: 1 },
  ])
})

test('its slots are as wide as asked', () => {
  const events = [event({ timeUs: 59_999_999 }), event({ timeUs: 60_000_000 })]
  expect(figuresOf(new TimelineMeter(MINUTE_US), events)).toEqual([
    { startUs: 0, events: 1 },
    { startUs: MINUTE_US, events: 1 },
  ])
})
