import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EventRecord } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'
import { LiveMeter } from '../../src/live/meter.js'
import { LiveWindows } from '../../src/live/windows.js'
import { Judge } from '../../src/meters/judge.js'
import { campaign } from '../helpers/campaign.js'
import { event } from '../meters/fixture.js'

const START_US = 1_793_527_200_000_000
const HOUR_US = 3_600_000_000
const mapping = createMapping({ events: {}, maps: [] })

function measured(events: readonly EventRecord[], windowUs: number | 'spread') {
  const meter = new LiveMeter({ by: 'type', windowUs, memoryMs: null, mapping })
  meter.observe(
    events.map((event) => ({ decoded: { kind: 'event' as const, event } })),
    0,
  )
  return meter.read().windows ?? []
}

/** Some seconds, hours or weeks of events, some again, some before others of their key. */
const run = fc
  .tuple(
    fc.constantFrom(20_000_000, HOUR_US, 60 * 24 * HOUR_US),
    fc.array(
      fc.record({
        share: fc.double({ min: 0, max: 1, noNaN: true }),
        id: fc.integer({ min: 0, max: 60 }),
        key: fc.constantFrom('a', 'b', null),
        latencyUs: fc.integer({ min: -1_000, max: 9_000_000 }),
      }),
      { minLength: 1, maxLength: 120 },
    ),
  )
  .map(([spanUs, all]) =>
    all.map(({ share, id, key, latencyUs }, n) => {
      const receivedAtUs = START_US + Math.floor(share * spanUs)
      const its = { id: `e-${id}`, key, timeUs: receivedAtUs - latencyUs, receivedAtUs }
      return event({ ...its, order: 'integer', sequence: `${(n * 7) % 11}` })
    }),
  )

test('windows that got wider are what windows of that width had been from the first', () => {
  fc.assert(
    fc.property(run, (events) => {
      const spread = measured(events, 'spread')
      const [first] = spread
      if (!first) throw new Error('there is no window')
      const widthUs = (Date.parse(first.end) - Date.parse(first.start)) * 1_000
      expect(spread.length).toBeLessThanOrEqual(120)
      expect(spread).toEqual(measured(events, widthUs))
    }),
    { numRuns: campaign(100) },
  )
})

test('what has neither time is in no window', () => {
  const windows = new LiveWindows()
  const judge = new Judge()
  windows.observe(judge.judge(event({ id: 'a' })))
  expect(windows.read()).toEqual([])
})

test('a run of years keeps as few as one of seconds', () => {
  const windows = new LiveWindows()
  const judge = new Judge()
  for (let day = 0; day < 5_000; day++) {
    windows.observe(judge.judge(event({ id: `e-${day}`, timeUs: START_US + day * 24 * HOUR_US })))
  }
  const rows = windows.read()
  expect(rows.length).toBeGreaterThan(40)
  expect(rows.length).toBeLessThanOrEqual(120)
  expect(rows.reduce((sum, { events }) => sum + events, 0)).toBe(5_000)
})
