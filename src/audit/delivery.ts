import type { ResultColumn, ResultValue } from '../engines/engine.js'
import type { JsonValue, Position } from '../event/event.js'
import { readJson } from '../event/json.js'

/** One delivery, as queries/audit/timeline.sql gives it. */
export interface AuditDelivery {
  id: string | null
  type: string
  source: string
  timeUs: number | null
  receivedAtUs: number | null
  key: string | null
  sequence: string | null
  isCounted: boolean
  version: string | null
  correlationId: string | null
  causationId: string | null
  replay: string | null
  entities: string[]
  /** 1: the first delivery of the event. */
  copyNumber: number
  reordered: boolean
  position: Position
  /** JSON text. */
  document: string | null
  payload: JsonValue
}

/** Reads rows by the names of their columns. */
export function deliveriesOf(
  columns: readonly ResultColumn[],
  rows: readonly (readonly ResultValue[])[],
): AuditDelivery[] {
  const at = new Map(columns.map(({ name }, n) => [name, n]))
  return rows.map((row) => {
    const value = (name: string) => row[at.get(name) ?? -1] ?? null
    const text = (name: string) => (value(name) === null ? null : String(value(name)))
    const us = (name: string) => (value(name) === null ? null : Number(value(name)))
    const payload = text('payload')
    const entities = value('entities')
    const reading = payload === null ? null : readJson(payload)
    return {
      id: text('id'),
      type: text('type') ?? '',
      source: text('source') ?? '',
      timeUs: us('event_time_us'),
      receivedAtUs: us('received_at_us'),
      key: text('key'),
      sequence: text('sequence'),
      isCounted: text('sequence_kind') === 'integer',
      version: text('version'),
      correlationId: text('correlation_id'),
      causationId: text('causation_id'),
      replay: text('replay'),
      entities: Array.isArray(entities) ? entities.map(String) : [],
      copyNumber: Number(value('copy_number')),
      reordered: value('reordered') === true,
      position: positionOf(value('position')),
      document: text('document'),
      payload: reading?.ok ? reading.value : null,
    }
  })
}

function positionOf(value: ResultValue): Position {
  const { path, record } = Object(value)
  return { path: String(path), record: Number(record) }
}
