import type { EventRecord } from '../event/event.js'
import { jsonText, writtenText } from '../event/json.js'
import { sequenceSort } from '../event/sequence.js'
import type { EventColumn } from './event-columns.js'

/** A value of a row: text, an integer, whether, or a list or struct of them. */
export type Cell = string | number | boolean | null | Cell[] | { [field: string]: Cell }

/** The row of the view `events` that a decoded delivery is. TIMESTAMP columns are milliseconds. */
export function eventRow(event: EventRecord): Record<EventColumn, Cell> {
  const { sequence, order, position } = event
  return {
    id: event.id,
    source: event.source,
    type: event.type,
    event_time_us: event.timeUs,
    received_at_us: event.receivedAtUs,
    observed_at_us: event.observedAtUs,
    event_time: flooredMs(event.timeUs),
    received_at: flooredMs(event.receivedAtUs),
    key: event.key,
    sequence,
    sequence_sort:
      sequence === null || order === null || order === 'time'
        ? null
        : sequenceSort(sequence, order),
    sequence_kind: order,
    sequence_per: event.sequencePer,
    entities: event.entities,
    correlation_id: event.correlationId,
    causation_id: event.causationId,
    trace_id: event.traceId,
    reply_to: event.replyTo,
    version: event.version,
    replay: event.replay,
    attempt: event.attempt,
    transport_id: event.transportId,
    place: event.place?.name ?? null,
    place_sequence: event.place && sequenceSort(event.place.sequence, 'integer'),
    envelopes: event.envelopes,
    stamps: event.stamps.map(({ layer, name, timeUs }) => ({ layer, name, time_us: timeUs })),
    position: { path: position.path, record: position.record },
    bytes: event.sizeBytes,
    document: wellFormedJson(writtenText(event.document)),
    payload: event.payload === null ? null : wellFormedJson(jsonText(event.payload)),
    faults: event.faults.map(({ field, reason, text }) => ({ field, reason, text })),
  }
}

/** JSON out of JSON.stringify that DuckDB reads too: halves of characters, which it does not read,
 * become U+FFFD. */
export function wellFormedJson(text: string): string {
  if (!text.includes('\\ud')) return text
  // JSON.stringify escapes halves alone; behind a backslash that is itself escaped it is a text.
  return text.replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, '$1\\ufffd')
}

function flooredMs(timeUs: number | null): number | null {
  return timeUs === null ? null : Math.floor(timeUs / 1000)
}
