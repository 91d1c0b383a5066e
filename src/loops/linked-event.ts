import type { ResultColumn, ResultValue } from '../engines/engine.js'
import type { Position } from '../event/event.js'

/** The first delivery of an event that names a cause, is named as one or has a lineage, as
 * queries/loops/links.sql gives it. */
export interface LinkedEvent {
  id: string | null
  source: string
  type: string
  /** When it happened, else arrived; µs since the epoch. */
  atUs: number | null
  receivedAtUs: number | null
  correlationId: string | null
  causationId: string | null
  traceId: string | null
  entities: readonly string[]
  bytes: number
  position: Position
}

/** Reads rows by the names of their columns. */
export function linkedEventsOf(
  columns: readonly ResultColumn[],
  rows: readonly (readonly ResultValue[])[],
): LinkedEvent[] {
  const at = new Map(columns.map(({ name }, n) => [name, n]))
  return rows.map((row) => {
    const value = (name: string) => row[at.get(name) ?? -1] ?? null
    const us = (name: string) => (value(name) === null ? null : Number(value(name)))
    const text = (name: string) => (value(name) === null ? null : String(value(name)))
    const { path, record } = Object(value('position'))
    const entities = value('entities')
    return {
      id: text('id'),
      source: text('source') ?? '',
      type: text('type') ?? '',
      atUs: us('at_us'),
      receivedAtUs: us('received_at_us'),
      correlationId: text('correlation_id'),
      causationId: text('causation_id'),
      traceId: text('trace_id'),
      entities: Array.isArray(entities) ? entities.map(String) : [],
      bytes: Number(value('bytes') ?? 0),
      position: { path: String(path), record: Number(record) },
    }
  })
}
