import type { EventColumn } from './event-columns.js'
import { integerSort } from './sequence-sql.js'

/** Columns of the view `events` that follow from others of it, as SQL over those. */
export const derivedColumns: Readonly<Partial<Record<EventColumn, string>>> = {
  event_time: flooredMs('event_time_us'),
  received_at: flooredMs('received_at_us'),
  sequence_sort:
    `CASE sequence_kind WHEN 'integer' THEN ${integerSort('"sequence"')} ` +
    `WHEN 'text' THEN "sequence" END`,
}

/** A time of µs as TIMESTAMP of ms; division and remainder go towards zero in every engine. */
export function flooredMs(us: string): string {
  return `make_timestamp(${us} - ((${us} % 1000) + 1000) % 1000)`
}
