import type { Statement } from '../engines/engine.js'
import { PICKED } from '../questions/picked.js'
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
  /** Whether what is sent tells of the delivery that was. */
  tellsDelivery: boolean
  /** Whether the table `picked` says which. */
  isPicked: boolean
  /** What was before is to be folded into states, by entity; null: nothing is. */
  snapshotUs: number | null
  /** Whether it is told whom they are about. */
  tellsEntities: boolean
}

/** What {@link replayStatement} gives of each delivery. */
const columns = [
  't.moment_us',
  ...['id', 'source', 'type', 'event_time_us', '"key"', 'copy_number', 'replay'].map(ofEvent),
  'e.envelopes[-1] AS layer',
  // They say which it is where it has no id.
  'CASE WHEN e.id IS NULL THEN e.position.path END AS path',
  'CASE WHEN e.id IS NULL THEN e.position.record END AS record',
]

/** And where the delivery itself is told of. */
const deliveryColumns = [
  ...['received_at_us', 'trace_id', 'attempt', 'transport_id', 'place', 'place_sequence'],
].map(ofEvent)

function ofEvent(column: string): string {
  return `e.${column}`
}

/** The question for what is to be sent, in the order in which it is: always the same for the same
 * archive. */
export async function replayStatement({
  order,
  body,
  isDistinct,
  tellsDelivery,
  isPicked,
  snapshotUs,
  tellsEntities,
}: Asked): Promise<Statement> {
  const [followers, arrivals, turns] = await Promise.all(
    ['stats/followers', 'stats/arrivals', 'replay/turns'].map(querySql),
  )
  const whom = tellsEntities ? ['entities'] : []
  const given = [...columns, ...(tellsDelivery ? deliveryColumns : []), ...whom.map(ofEvent)]
  const isPlain = snapshotUs === null
  const payload = body === 'payload' ? 'e.payload' : 'NULL'
  const picked = isPicked ? `WHERE e.pos IN (SELECT pos FROM ${PICKED})` : ''
  const sql = `WITH deliveries AS (SELECT pos, received_at_us AS received_us FROM events),
places AS (
  SELECT pos, hash(place) AS place_hash, place_sequence AS part_3,
    0 AS part_2, 0 AS part_1, 0 AS part_0
  FROM events WHERE place IS NOT NULL
),
followers AS (${followers}),
arrivals AS (${arrivals}),
turns AS (${turns}),
sent AS (
  SELECT ${given.join(', ')}, e.document, ${payload} AS payload, t.turn, t.pos
  FROM turns t JOIN events e ON e.pos = t.pos ${picked}
)
${isPlain ? `SELECT * EXCLUDE (turn, pos) FROM sent ORDER BY ${inTurn}` : withHistory(whom)}`
  const since = snapshotUs === null ? {} : { since: snapshotUs }
  return { sql, values: { by: order, copies: isDistinct ? 'first' : 'all', ...since } }
}

const inTurn = 'moment_us NULLS FIRST, turn, pos'

/** Who was erased is taken out of the document. */
const told = (whom: readonly string[]) =>
  whom.length === 0 ? [] : [...whom, 'document', 'envelopes[-1] AS layer']

/** First what entities were told before, each in the order in which it happened. */
const withHistory = (whom: readonly string[]) => `, history AS (
  SELECT ${['unnest(list_distinct(entities)) AS folds', ...told(whom)].join(', ')},
    type, "key", payload,
    coalesce(event_time_us, received_at_us) AS happened_us, pos
  FROM events
  WHERE copy_number = 1 AND coalesce(received_at_us, event_time_us) < $since
),
since AS (
  SELECT s.* FROM sent s JOIN events e ON e.pos = s.pos
  WHERE coalesce(e.received_at_us, e.event_time_us) >= $since
)
SELECT * FROM (SELECT * FROM history UNION ALL BY NAME SELECT * FROM since)
ORDER BY folds NULLS LAST, happened_us, ${inTurn}`
