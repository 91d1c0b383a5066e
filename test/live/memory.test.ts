import { expect, test } from 'vitest'
import type { EventRecord } from '../../src/event/event.js'
import { createMapping } from '../../src/event/mapping.js'
import { LiveMeter, MOST_ROWS } from '../../src/live/meter.js'
import { executions } from '../helpers/campaign.js'

const START_US = 1_767_225_600_000_000
const WINDOW_MS = 6_000
const events = executions(100_000)

const nothing = { observedAtUs: null, correlationId: null, causationId: null, traceId: null }
const unsaid = { replyTo: null, version: null, replay: null, attempt: null, place: null }
const plain = { ...nothing, ...unsaid, entities: [], envelopes: [], stamps: [], faults: [] }

/** A thousand events in six seconds, of as many keys as events; each tenth comes again at once. */
function event(n: number): EventRecord {
  const receivedAtUs = START_US + n * 6_000
  return {
    ...plain,
    id: `e-${n - (n % 10 === 9 ? 1 : 0)}`,
    source: 'shop',
    type: `type-${n % 5}`,
    timeUs: receivedAtUs - 20_000,
    receivedAtUs,
    key: `k-${n}`,
    sequence: String(n),
    order: 'integer',
    sequencePer: 'key',
    transportId: `m-${n}`,
    position: { path: '-', record: n },
    sizeBytes: 100,
    document: {},
    payload: {},
  }
}

function run(count: number, memoryMs: number | null) {
  const mapping = createMapping({ events: {}, maps: [] })
  const meter = new LiveMeter({ by: 'type', windowUs: null, memoryMs, mapping })
  const before = process.memoryUsage().arrayBuffers
  for (let n = 0; n < count; n++) {
    meter.observe([{ decoded: { kind: 'event', event: event(n) } }], n * 6)
  }
  const bytes = process.memoryUsage().arrayBuffers - before
  return { bytes, figures: meter.read() }
}

test('memory is that of what is remembered, however much has come', () => {
  const short = run(events / 20, WINDOW_MS)
  const { bytes, figures } = run(events, WINDOW_MS)
  expect(bytes).toBeLessThan(short.bytes * 2 + 1e6)
  expect(figures.isBounded).toBe(true)
  const { total } = figures
  expect(total.events).toBe(events)
  expect(total.duplicates.count).toBe(events / 10)
  expect(total.ordering).toMatchObject({ keys: (events / 10) * 9, checked: (events / 10) * 9 })
})

test('a run that is no longer than what is remembered forgets nothing', () => {
  expect(run(900, WINDOW_MS).figures).toEqual(run(900, null).figures)
})

test.each(['type', 'source'] as const)('rows by %s are bounded, the total is of all', (by) => {
  const mapping = createMapping({ events: {}, maps: [] })
  const meter = new LiveMeter({ by, windowUs: null, memoryMs: null, mapping })
  const count = 3 * MOST_ROWS
  for (let n = 0; n < count; n++) {
    const one = { ...event(n * 10), id: `e-${n}`, [by]: `name-${n}` }
    // Some of those with rows of their own come again.
    const again = { ...one, [by]: `name-${n % 50}`, id: `again-${n}` }
    meter.observe(
      [one, again].map((each) => ({ decoded: { kind: 'event', event: each } })),
      n,
    )
  }
  const { types, total, findings } = meter.read()
  expect(types).toHaveLength(MOST_ROWS + 1)
  expect(total.events).toBe(2 * count)
  expect(types.reduce((sum, { events }) => sum + events, 0)).toBe(2 * count)
  expect(types.find((row) => Object.values(row).includes('(others)'))?.events).toBe(2 * MOST_ROWS)
  const { explain } = findings.find(({ kind }) => kind === 'coverage') ?? {}
  expect(explain).toContain(`1,000 ${by}s have rows of their own`)
})
