import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'
import type { Duckdb } from '../engines/duckdb.js'
import { stagedHashesSql } from '../engines/narrow.js'
import { claimCheck } from '../envelopes/claim-check.js'
import type { EventRecord } from '../event/event.js'
import { sequenceFitsDouble } from '../event/sequence.js'
import type { Deliveries, FaultyEvent, LabelOf, Row } from './deliveries.js'
import { deliveryFlags } from './deliveries.js'
import type { GroupTable } from './group-table.js'
import type { HashTable } from './hash-table.js'
import { partsOf } from './ordered-places.js'
import { words } from './words.js'

const columns = ['source', 'type', 'id', 'key', 'transportId'] as const

type Texts = Pick<EventRecord, (typeof columns)[number]>
type Values = Pick<Row, 'sequence' | 'timeUs' | 'receivedAtUs' | 'flags' | 'record' | 'hops'>

/** What a row is made of: an event without its documents, which take most of its memory, while many
 * events wait for their hashes. */
export interface WaitingRow
  extends Texts,
    Values,
    Pick<EventRecord, 'order' | 'sequencePer' | 'place'> {
  /** See Deliveries.textSequences. */
  textSequence: string | null
  /** Where a field cannot be used. */
  faulty: FaultyEvent | null
  label: string | null
}

export function waitingRow(event: EventRecord, labelOf?: LabelOf): WaitingRow {
  const { source, type, id, key, transportId, order, sequencePer, place, position, faults } = event
  const { sequence, timeUs, receivedAtUs, flags, record, hops } = valuesOf(event)
  const faulty = faults.length > 0 ? { source, type, id, key, transportId, position, faults } : null
  // Written out: to spread objects takes as long as to parse a record.
  return {
    source,
    type,
    id,
    key,
    transportId,
    sequence,
    timeUs,
    receivedAtUs,
    flags,
    record,
    hops,
    order,
    sequencePer,
    place,
    textSequence: textSequenceOf(event),
    faulty,
    label: labelOf?.(event) ?? null,
  }
}

/**
 * Gives the rows of events that the decoder read, in their order; their
 * hashes are DuckDB's own, so that deliveries that SQL read and deliveries that the decoder
 * read can be compared.
 */
export async function rowsOfEvents(
  duckdb: Duckdb,
  { deliveries, groups }: { deliveries: Deliveries; groups: GroupTable },
  events: readonly WaitingRow[],
  give: (row: Row, event: WaitingRow, n: number) => void,
): Promise<void> {
  if (events.length === 0) return
  const { connection } = duckdb
  const staged = events.some(({ place }) => place) ? [...columns, 'place'] : columns
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE staged (${staged.map((c) => `"${c}" VARCHAR`).join(', ')})`,
  )
  await append(connection, events, staged.length > columns.length)
  let rows = 0
  const relation =
    staged === columns ? `(SELECT *, CAST(NULL AS VARCHAR) AS "place" FROM staged)` : 'staged'
  for await (const chunk of duckdb.chunks(stagedHashesSql(relation))) {
    const [group, identity, key, transport, place] = [0, 1, 2, 3, 4].map((n) => words(chunk, n))
    if (!group || !identity || !key || !transport || !place) return
    const numberOfGroup = (hashes: Uint32Array, n: number, event: WaitingRow) =>
      groups.numberOf(hashes[2 * n] as number, hashes[2 * n + 1] as number, event, event.label)
    const numberOf = (table: HashTable, hashes: Uint32Array, n: number) =>
      table.numberOf(hashes[2 * n] as number, hashes[2 * n + 1] as number)
    for (let n = 0; n < chunk.rowCount; n++) {
      const event = events[rows] as WaitingRow
      const { sequence, timeUs, receivedAtUs, flags, record, hops } = event
      const row = {
        sequence,
        timeUs,
        receivedAtUs,
        flags,
        record,
        hops,
        group: numberOfGroup(group, n, event),
        identityLow: identity[2 * n] as number,
        identityHigh: identity[2 * n + 1] as number,
        key: event.key === null ? 0 : numberOf(deliveries.keys, key, n),
        transport: transport[2 * n] as number,
        standing: event.place && {
          low: place[2 * n] as number,
          high: place[2 * n + 1] as number,
          parts: partsOf(event.place.sequence),
        },
      }
      give(row, event, rows)
      rows += 1
    }
  }
}

async function append(
  connection: DuckDBConnection,
  events: readonly WaitingRow[],
  withPlaces: boolean,
): Promise<void> {
  const appender = await connection.createAppender('staged')
  for (const event of events) {
    for (const column of columns) appendText(appender, event[column])
    if (withPlaces) appendText(appender, event.place?.name ?? null)
    appender.endRow()
  }
  appender.closeSync()
}

function appendText(appender: DuckDBAppender, text: string | null): void {
  if (text === null) appender.appendNull()
  // A lone surrogate has no UTF-8: it becomes U+FFFD, as in every file that it is written to.
  else appender.appendVarchar(text)
}

function valuesOf(event: EventRecord): Values {
  let flags = 0
  if (event.id === null) flags |= deliveryFlags.noId
  if (event.replay !== null) flags |= deliveryFlags.replay
  const isRetried = event.transportId !== null && (event.attempt ?? 0) > 1
  if (isRetried) flags |= deliveryFlags.retried
  if (event.key === null) flags |= deliveryFlags.noKey
  if (event.envelopes.includes(claimCheck.name)) flags |= deliveryFlags.claim
  const { order, sequence } = event
  const isNumber = order === 'integer' && sequence !== null && sequenceFitsDouble(sequence)
  return {
    sequence: isNumber ? Number(sequence) : Number.NaN,
    timeUs: event.timeUs ?? Number.NaN,
    receivedAtUs: event.receivedAtUs ?? Number.NaN,
    flags,
    record: event.position.record,
    hops: event.hops,
  }
}

/** The sequence of an event where it is not a number of its row. */
function textSequenceOf({ order, sequence }: EventRecord): string | null {
  if (sequence === null || order === null || order === 'time') return null
  return order === 'integer' && sequenceFitsDouble(sequence) ? null : sequence
}
