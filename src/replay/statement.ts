import type { Statement } from '../engines/engine.js'
import { querySql } from '../questions/query.js'

/** How those of a key follow each other. */
export const replayOrders = ['arrival', 'sequence', 'time'] as const
export type ReplayOrder = (typeof replayOrders)[number]

export const replayBodies = ['document', 'payload'] as const
export type ReplayBody = (typeof replayBodies)[number]

interface Asked {
  order: ReplayOrder
  body: ReplayBody
  /** First deliveries alone. */
  isDistinct: boolean
  /** Whether it is told whom they are about. */
  tellsEntities: boolean
}

/** What {@link replayStatement} gives of each delivery, in this order. */
const columns = [
  't.moment_us',
  ...['id', 'source', 'type', 'event_time_us', 'received_at_us', '"key"', 'trace_id'].map(ofEvent),
  ...['copy_number', 'replay', 'attempt', 'transport_id', 'place', 'place_sequence'].map(ofEvent),
  'e.envelopes[-1] AS layer',
  'e.position.path AS path',
  'e.position.record AS record',
]

function ofEvent(column: string): string {
  return `e.${column}`
}

/** The question for what is to be sent, in the order in which it is: always the same for the same
 * archive. */
export async function replayStatement({
  order,
  body,
  isDistinct,
  tellsEntities,
}: Asked): Promise<Statement> {
  const [followers, arrivals, turns] = await Promise.all(
    ['stats/followers', 'stats/arrivals', 'replay/turns'].map(querySql),
  )
  const payload = body === 'payload' ? 'e.payload' : 'NULL'
  const given = [...columns, ...(tellsEntities ? ['e.entities'] : [])].join(', ')
  const sql = `WITH deliveries AS (SELECT pos, received_at_us AS received_us FROM events),
places AS (
  SELECT pos, hash(place) AS place_hash, place_sequence AS part_3,
    0 AS part_2, 0 AS part_1, 0 AS part_0
  FROM events WHERE place IS NOT NULL
),
followers AS (${followers}),
arrivals AS (${arrivals}),
turns AS (${turns})
SELECT ${given}, e.document, ${payload} AS payload
FROM turns t JOIN events e ON e.pos = t.pos
ORDER BY t.moment_us NULLS FIRST, t.turn, t.pos`
  return { sql, values: { by: order, copies: isDistinct ? 'first' : 'all' } }
}
