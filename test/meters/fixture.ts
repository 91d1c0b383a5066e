import type { EventRecord } from '../../src/event/event.js'
import type { Delivery } from '../../src/meters/delivery.js'
import { Judge } from '../../src/meters/judge.js'
import type { Meter } from '../../src/meters/meter.js'

let record = 0

/** An event of type `t` and source `s` without id, key and times, apart from what is given. */
export function event(given: Partial<EventRecord> = {}): EventRecord {
  record++
  return {
    id: null,
    source: 's',
    type: 't',
    timeUs: null,
    receivedAtUs: null,
    observedAtUs: null,
    key: null,
    sequence: null,
    order: null,
    sequencePer: 'key',
    entities: [],
    correlationId: null,
    causationId: null,
    traceId: null,
    replyTo: null,
    version: null,
    replay: null,
    attempt: null,
    transportId: null,
    place: null,
    envelopes: ['json'],
    stamps: [],
    position: { path: 'events.ndjson', record },
    sizeBytes: 100,
    document: {},
    payload: {},
    faults: [],
    ...given,
  }
}

/** What a meter reads after the events, in this order of arrival. */
export function figuresOf<Figures>(
  meter: Meter<Delivery, Figures>,
  events: readonly EventRecord[],
): Figures {
  const judge = new Judge()
  for (const one of events) meter.observe(judge.judge(one))
  return meter.read()
}
