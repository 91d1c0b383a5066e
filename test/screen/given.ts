import type { EventRecord } from '../../src/event/event.js'
import { ScreenModel } from '../../src/screen/model.js'

export const START_MS = Date.UTC(2026, 10, 1, 14, 2, 0)

const unsaid = { correlationId: null, causationId: null, traceId: null, replyTo: null }
const unknown = { version: null, replay: null, attempt: null, transportId: null, place: null }

function eventOf(given: Partial<EventRecord>): EventRecord {
  const timeUs = given.timeUs ?? START_MS * 1_000
  return {
    ...{ ...unsaid, ...unknown, id: 'e-1', source: 'shop', type: 'order.placed' },
    ...{ receivedAtUs: timeUs + 20_000, observedAtUs: timeUs + 30_000, key: 'o-1' },
    ...{ sequence: null, order: 'time', sequencePer: 'key', entities: ['order:o-1'] },
    ...{ envelopes: [], stamps: [], position: { path: 'a.log', record: 1 }, sizeBytes: 100 },
    ...{ document: { id: 'e-1' }, payload: { total: 19.9 }, faults: [] },
    ...given,
    timeUs,
  }
}

export const item = (given: Partial<EventRecord>) => ({
  source: 'a.log',
  decoded: { kind: 'event' as const, event: eventOf(given) },
})

const broken = {
  source: 'a.log',
  decoded: {
    kind: 'undecodable' as const,
    undecodable: {
      ...{ reason: 'not JSON' as const, detail: 'is not JSON', sizeBytes: 6 },
      ...{ position: { path: 'a.log', record: 7 }, head: new Uint8Array() },
    },
  },
}

/** Two hundred events in twenty seconds, with one of each fault among them. */
export function shop(): { model: ScreenModel; nowMs: number } {
  const model = new ScreenModel(START_MS, null)
  let nowMs = START_MS
  for (let n = 0; n < 200; n++) {
    nowMs = START_MS + n * 100
    const timeUs = nowMs * 1_000
    const type = n % 4 === 0 ? 'order.paid' : 'order.placed'
    const key = `o-${n % 10}`
    const late = n === 152 ? timeUs - 5e6 : timeUs
    const event = { id: `e-${n}`, type, key, timeUs: late, receivedAtUs: timeUs + 20_000 + n * 50 }
    model.observe([item(event)], nowMs)
  }
  const repeated = { id: 'e-198', type: 'order.placed', key: 'o-8', timeUs: nowMs * 1_000 }
  model.observe([item(repeated), broken], nowMs)
  return { model, nowMs: nowMs + 100 }
}
