import { expect, test } from 'vitest'
import type { HopTimes } from '../../src/event/event.js'
import { HopsMeter } from '../../src/meters/hops.js'
import { StatsMeter } from '../../src/meters/stats.js'
import { event, figuresOf } from './fixture.js'

/** An event that passed the points of its way at these µs. */
function sent(id: string, ...points: (number | null)[]) {
  const [producedUs = null, acceptedUs = null, firstReceivedUs = null, recordedUs = null] = points
  const hops: HopTimes = { producedUs, acceptedUs, firstReceivedUs, recordedUs }
  return event({ id, hops })
}

const nothing = {
  producedToAccepted: null,
  acceptedToFirstReceived: null,
  firstReceivedToRecorded: null,
}

test('each leg is of the events that have both of its times', () => {
  const events = [sent('1', 1_000, 3_500, 4_500), sent('2', 2_000, 3_000), sent('3', null, 9, 19)]
  expect(figuresOf(new HopsMeter(), events)).toMatchObject({
    producedToAccepted: { count: 2, min: 1, max: 2.5 },
    acceptedToFirstReceived: { count: 2, min: 0.01, max: 1 },
    firstReceivedToRecorded: null,
  })
})

test('an event counts as it was first, and one that nobody was asked about not at all', () => {
  const events = [sent('1', 0, 1_000), sent('1', 0, 5_000), event({ id: '2' })]
  const { producedToAccepted } = figuresOf(new HopsMeter(), events)
  expect(producedToAccepted).toMatchObject({ count: 1, max: 1 })
  expect(figuresOf(new HopsMeter(), [event({ id: '2' })])).toEqual(nothing)
})

test('a leg that ends before it begins is skewed, and there all the same', () => {
  const events = [sent('1', 5_000, 4_000)]
  expect(figuresOf(new HopsMeter(), events).producedToAccepted).toMatchObject({
    count: 0,
    skewed: 1,
    max: null,
    resolutionMs: 1,
  })
})

test('the resolution is the coarser one of the two clocks', () => {
  const { producedToAccepted, acceptedToFirstReceived, firstReceivedToRecorded } = figuresOf(
    new HopsMeter(),
    [sent('1', 1, 2_000, 3_000_000, 4_000_001)],
  )
  expect(producedToAccepted?.resolutionMs).toBe(1)
  expect(acceptedToFirstReceived?.resolutionMs).toBe(1_000)
  expect(firstReceivedToRecorded?.resolutionMs).toBe(1_000)
})

test('rows have legs where they are asked for', () => {
  const meters = [new StatsMeter(null, true), new StatsMeter()]
  for (const meter of meters) meter.observe(sent('1', 0, 1_000))
  const [asked, unasked] = meters.map((meter) => meter.read())
  const leg = { hops: { producedToAccepted: { count: 1, max: 1 } } }
  expect(asked).toMatchObject({ total: leg, types: [leg] })
  expect([unasked?.total, ...(unasked?.types ?? [])].filter((row) => row && 'hops' in row)).toEqual(
    [],
  )
  expect(new StatsMeter(null, true).fresh().read().total.hops).toEqual(nothing)
})
