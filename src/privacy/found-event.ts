import type { ResultColumn, ResultValue } from '../engines/engine.js'
import type { JsonValue, Position } from '../event/event.js'
import { readJson } from '../event/json.js'
import { timeText } from '../event/time.js'

/** One delivery of those that were looked for, as JSON has it (DESIGN §4). */
export interface FoundEvent {
  id: string | null
  source: string
  type: string
  time: string | null
  receivedAt: string | null
  observedAt: string | null
  key: string | null
  sequence: string | null
  entities: string[]
  correlationId: string | null
  causationId: string | null
  traceId: string | null
  replyTo: string | null
  version: string | null
  replay: string | null
  attempt: number | null
  envelopes: string[]
  stamps: { layer: string; name: string; time: string }[]
  position: Position
  bytes: number
  document: JsonValue
  payload: JsonValue
}

/** Reads the rows of {@link subjectStatement}. */
export function eventReader(
  columns: readonly ResultColumn[],
): (row: readonly ResultValue[]) => FoundEvent {
  const at = new Map(columns.map(({ name }, n) => [name, n]))
  return (row) => {
    const value = (name: string) => row[at.get(name) ?? -1] ?? null
    const text = (name: string) => (value(name) === null ? null : String(value(name)))
    const time = (name: string) => (value(name) === null ? null : timeText(Number(value(name))))
    return {
      id: text('id'),
      source: text('source') ?? '',
      type: text('type') ?? '',
      time: time('event_time_us'),
      receivedAt: time('received_at_us'),
      observedAt: time('observed_at_us'),
      key: text('key'),
      sequence: text('sequence'),
      entities: textsOf(value('entities')),
      correlationId: text('correlation_id'),
      causationId: text('causation_id'),
      traceId: text('trace_id'),
      replyTo: text('reply_to'),
      version: text('version'),
      replay: text('replay'),
      attempt: value('attempt') === null ? null : Number(value('attempt')),
      envelopes: textsOf(value('envelopes')),
      stamps: stampsOf(value('stamps')),
      position: positionOf(value('position')),
      bytes: Number(value('bytes')),
      document: jsonOf(text('document')),
      payload: jsonOf(text('payload')),
    }
  }
}

function textsOf(value: ResultValue): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function stampsOf(value: ResultValue): FoundEvent['stamps'] {
  if (!Array.isArray(value)) return []
  return value.map((stamp) => {
    const { layer, name, time_us } = Object(stamp)
    return { layer: String(layer), name: String(name), time: timeText(Number(time_us)) }
  })
}

function positionOf(value: ResultValue): Position {
  const { path, record } = Object(value)
  return { path: String(path), record: Number(record) }
}

function jsonOf(text: string | null): JsonValue {
  if (text === null) return null
  const reading = readJson(text)
  return reading.ok ? reading.value : null
}
