/** The columns of the view `events` (DESIGN §4), in order, by DuckDB's types. Times are µs. What
 * order is checked by, and the transport's id, stand beside what §4 lists, because the questions
 * about order and repeats need them. */
export const eventColumns = {
  id: 'VARCHAR',
  source: 'VARCHAR',
  type: 'VARCHAR',
  event_time_us: 'BIGINT',
  received_at_us: 'BIGINT',
  observed_at_us: 'BIGINT',
  /** For people: milliseconds, cut off towards the past. */
  event_time: 'TIMESTAMP_MS',
  received_at: 'TIMESTAMP_MS',
  key: 'VARCHAR',
  sequence: 'VARCHAR',
  /** Its order, byte by byte, is that of the sequences of one kind. */
  sequence_sort: 'VARCHAR',
  /** `integer`, `text`, `time`; NULL where order is not checked. */
  sequence_kind: 'VARCHAR',
  /** `key` or `source+key`. */
  sequence_per: 'VARCHAR',
  entities: 'VARCHAR[]',
  correlation_id: 'VARCHAR',
  causation_id: 'VARCHAR',
  trace_id: 'VARCHAR',
  reply_to: 'VARCHAR',
  version: 'VARCHAR',
  replay: 'VARCHAR',
  attempt: 'BIGINT',
  transport_id: 'VARCHAR',
  /** The ordered place that was measured, and the number there as a sequence_sort. */
  place: 'VARCHAR',
  place_sequence: 'VARCHAR',
  envelopes: 'VARCHAR[]',
  stamps: 'STRUCT(layer VARCHAR, "name" VARCHAR, time_us BIGINT)[]',
  position: 'STRUCT(path VARCHAR, record BIGINT)',
  bytes: 'BIGINT',
  /** JSON text as it was received, or the decoder's. */
  document: 'VARCHAR',
  /** JSON text; NULL where it is null. */
  payload: 'VARCHAR',
  faults: 'STRUCT(field VARCHAR, reason VARCHAR, "text" VARCHAR)[]',
} as const

export type EventColumn = keyof typeof eventColumns

/** The columns of the view `undecodable`. `head` is the first 200 bytes. */
export const undecodableColumns = {
  reason: 'VARCHAR',
  detail: 'VARCHAR',
  position: 'STRUCT(path VARCHAR, record BIGINT)',
  bytes: 'BIGINT',
  head: 'BLOB',
} as const
