import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'
import type { Duckdb } from '../engines/duckdb.js'
import { stagedHashesSql } from '../engines/narrow.js'
import { claimCheck } from '../envelopes/claim-check.js'
import type { EventRecord } from '../event/event.js'
import { sequenceFitsDouble } from '../event/sequence.js'
import type { Deliveries, Row } from './deliveries.js'
import { deliveryFlags } from './deliveries.js'
import type { GroupTable } from './group-table.js'
import { partsOf } from './ordered-places.js'
import { words } from './words.js'

const columns = ['source', 'type', 'id', 'key', 'transportId'] as const

/**
 * Turns events that the decoder read into rows. Their hashes are DuckDB's own, so that deliveries
 * that SQL read and deliveries that the decoder read can be compared.
 */
export async function rowsOfEvents(
  duckdb: Duckdb,
  deliveries: Deliveries,
  groups: GroupTable,
  events: readonly EventRecord[],
): Promise<Row[]> {
  if (events.length === 0) return []
  const { connection } = duckdb
  const staged = events.some(({ place }) => place) ? [...columns, 'place'] : columns
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE staged (${staged.map((c) => `"${c}" VARCHAR`).join(', ')})`,
  )
  await append(connection, events, staged.length > columns.length)
  const rows: Row[] = []
  const relation =
    staged === columns ? `(SELECT *, CAST(NULL AS VARCHAR) AS "place" FROM staged)` : 'staged'
  for await (const chunk of duckdb.chunks(stagedHashesSql(relation))) {
    const [group, identity, key, transport, place] = [0, 1, 2, 3, 4].map((n) => words(chunk, n))
    for (let n = 0; n < chunk.rowCount; n++) {
      const event = events[rows.length]
      if (!event || !group || !identity || !key || !transport || !place) break
      rows.push({
        ...valuesOf(event),
        group: groups.numberOf(group[2 * n] as number, group[2 * n + 1] as number, event),
        identityLow: identity[2 * n] as number,
        identityHigh: identity[2 * n + 1] as number,
        key:
          event.key === null
            ? 0
            : deliveries.keys.numberOf(key[2 * n] as number, key[2 * n + 1] as number),
        transport: transport[2 * n] as number,
        standing: event.place && {
          low: place[2 * n] as number,
          high: place[2 * n + 1] as number,
          parts: partsOf(event.place.sequence),
        },
      })
    }
  }
  return rows
}

async function append(
  connection: DuckDBConnection,
  events: readonly EventRecord[],
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

function valuesOf(event: EventRecord) {
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

/** The sequence of an event where it is not a number of its row; see Deliveries.textSequences. */
export function textSequenceOf({ order, sequence }: EventRecord): string | null {
  if (sequence === null || order === null || order === 'time') return null
  return order === 'integer' && sequenceFitsDouble(sequence) ? null : sequence
}
