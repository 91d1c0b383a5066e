import type { EventColumn } from './event-columns.js'

/** The types of the columns of the view `events` in Trino, whose Hive tables have milliseconds. */
const special: Readonly<Partial<Record<EventColumn, string>>> = {
  event_time: 'timestamp(3)',
  received_at: 'timestamp(3)',
  entities: 'array(varchar)',
  envelopes: 'array(varchar)',
  stamps: 'array(row(layer varchar, name varchar, time_us bigint))',
  position: 'row(path varchar, record bigint)',
  faults: 'array(row(field varchar, reason varchar, text varchar))',
}
const numbers: ReadonlySet<EventColumn> = new Set<EventColumn>([
  ...(['event_time_us', 'received_at_us', 'observed_at_us', 'attempt', 'bytes'] as const),
])

export function trinoType(column: EventColumn): string {
  return special[column] ?? (numbers.has(column) ? 'bigint' : 'varchar')
}
