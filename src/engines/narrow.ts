import type { Projection } from './projection.js'
import { sequenceNumber, usableUs } from './scalar-sql.js'
import { placeDigits } from './sequence-sql.js'
import { timeUs } from './time-sql.js'

/** Bits of the column `flags`. */
export const narrowFlags = {
  /** SQL cannot be sure to read this record as the decoder does, so the decoder has to. */
  suspect: 1,
  noId: 2,
  replay: 4,
  /** The transport says that this is not the first attempt. */
  retried: 8,
  noKey: 16,
} as const

/** The columns of the narrow relation, in order. Hashes are DuckDB's, of 64 bits. Times are µs,
 * numbers doubles, and NaN stands for none. `s` is a sequence that is an integer, `sequence` one
 * that is text. */
export const narrowColumns = [
  'source',
  'type',
  'sequence',
  'grp',
  'identity',
  'key_hash',
  'transport',
  's',
  'event_us',
  'received_us',
  'flags',
  'variant',
] as const

/** What the narrow relation has besides, where a chain of its projection has an ordered place: the
 * hash of the place's name, and the delivery's number there in four parts of 14 digits, the lowest
 * first, doubles all. NaN in the first of them stands for no place. */
export const placeColumns = ['place', 'place_0', 'place_1', 'place_2', 'place_3'] as const

/** The hashes by which deliveries are compared, over columns of text. */
const hashes =
  'hash(source, type) AS grp, hash(source, id) AS identity, ' +
  'hash("key") AS key_hash, hash("transportId") AS transport'
const placeHash = 'hash("place") AS place'

const none = "'NaN'::DOUBLE"

/** The narrow relation over a relation of records. Without `names`, source and type are NULL: to
 * bring them costs a tenth of the whole, and `grp` tells those that are known. */
export function narrowSql(
  projection: Projection,
  relation: string,
  root: 'columns' | 'struct',
  names = true,
): string {
  const { timeForms } = projection
  const doubts = [
    'NOT certain',
    'event_us IS NULL AND "time" IS NOT NULL',
    'received_us IS NULL AND "receivedAt" IS NOT NULL',
    's IS NULL AND "integer" IS NOT NULL',
    'tries IS NULL AND attempt IS NOT NULL',
  ]
  const { hasPlace } = projection
  if (hasPlace) doubts.push('digits IS NULL AND "placeSequence" IS NOT NULL')
  const suspect = doubts.map((doubt) => `coalesce(${doubt}, false)`).join(' OR ')
  const placed = hasPlace ? `, "place", ${placeDigits('"placeSequence"')} AS digits` : ''
  const texts = 'source, type, id, "sequence", "key", "transportId", variant'
  const times = `SELECT ${texts}, certain, "replay", "time", "receivedAt", "integer", attempt,${
    hasPlace ? ' "placeSequence",' : ''
  }
  ${timeUs('"time"', timeForms)} AS time_us, ${timeUs('"receivedAt"', timeForms)} AS arrival_us,
  ${sequenceNumber('"integer"')} AS s, ${sequenceNumber('attempt')} AS tries${placed}
FROM (${projection.select(relation, root)})`
  const usable = `SELECT *, CAST(${usableUs('time_us')} AS DOUBLE) AS event_us,
  CAST(${usableUs('arrival_us')} AS DOUBLE) AS received_us
FROM (${times})`
  const named = names ? 'source, type' : 'NULL AS source, NULL AS type'
  return `SELECT ${named}, "sequence", ${hashes},
  coalesce(s, ${none}) AS s, coalesce(event_us, ${none}) AS event_us,
  coalesce(received_us, ${none}) AS received_us,
  CAST(CASE WHEN ${suspect} THEN 1 ELSE 0 END + CASE WHEN id IS NULL THEN 2 ELSE 0 END
    + CASE WHEN "replay" IS NULL THEN 0 ELSE 4 END
    + CASE WHEN tries > 1 AND "transportId" IS NOT NULL THEN 8 ELSE 0 END
    + CASE WHEN "key" IS NULL THEN 16 ELSE 0 END AS UTINYINT) AS flags,
  CAST(variant AS UTINYINT) AS variant${hasPlace ? `, ${standing}` : ''}
FROM (${usable})`
}

const DIGITS_A_PART = 14
const isPlaced = '"place" IS NOT NULL AND digits IS NOT NULL'
const parts = [0, 1, 2, 3].map((n) => {
  // To pad the digits to a fixed length costs more than all the rest.
  const below = n * DIGITS_A_PART
  const upTo = n === 0 ? 'digits' : `left(digits, strlen(digits) - ${below})`
  const part = `CAST(right(${upTo}, ${DIGITS_A_PART}) AS DOUBLE)`
  const held = n === 0 ? part : `CASE WHEN strlen(digits) > ${below} THEN ${part} ELSE 0 END`
  return `CASE WHEN ${isPlaced} THEN ${held} ELSE ${none} END AS place_${n}`
})
const standing = [placeHash, ...parts].join(', ')

/** Some event of the view `events` has a field that was found and cannot be used. That a sequence
 * is missing its row says. */
export const faultyFlag = 64
/** The event is a claim check that nobody followed. */
export const claimFlag = 128

const isDouble =
  'sequence_kind = \'integer\' AND strlen("sequence") <= ' +
  `CASE WHEN starts_with("sequence", '-') THEN 16 ELSE 15 END`
const kinds = `coalesce(sequence_kind,
  CASE WHEN len(list_filter(faults, lambda f: f.field = 'sequence')) > 0
    THEN 'integer' ELSE 'time' END)`
const isFaulty = `len(list_filter(faults, lambda f: f.reason <> 'missing')) > 0`

/** The narrow relation over rows of the view `events`, in order of `pos`, which say all that the
 * decoder does; what follows it are `faulty` and `record`.
 * @param claimed the name of the wrapping of claim checks */
export function narrowEventsSql(relation: string, hasPlace: boolean, claimed: string): string {
  const flag = (bit: number, when: string) => `CASE WHEN ${when} THEN ${bit} ELSE 0 END`
  const flags = [
    flag(narrowFlags.noId, 'id IS NULL'),
    flag(narrowFlags.replay, '"replay" IS NOT NULL'),
    flag(narrowFlags.retried, 'attempt > 1 AND transport_id IS NOT NULL'),
    flag(narrowFlags.noKey, '"key" IS NULL'),
    flag(faultyFlag, isFaulty),
    flag(claimFlag, `list_contains(envelopes, '${claimed}')`),
  ]
  const numbers = `CASE ${kinds} WHEN 'integer' THEN 0 WHEN 'text' THEN 2 ELSE 4 END`
  const placed = hasPlace ? `, ${standing}` : ''
  const digits = hasPlace ? `*, substr(place_sequence, 5) AS digits` : '*'
  const number = (us: string) => `coalesce(CAST(${us} AS DOUBLE), ${none})`
  return `SELECT source, type, CASE WHEN ${isDouble} THEN NULL ELSE "sequence" END AS "sequence",
  hash(source, type) AS grp, hash(source, id) AS identity, hash("key") AS key_hash,
  hash(transport_id) AS transport,
  CASE WHEN ${isDouble} THEN CAST("sequence" AS DOUBLE) ELSE ${none} END AS s,
  ${number('event_time_us')} AS event_us, ${number('received_at_us')} AS received_us,
  CAST(${flags.join(' + ')} AS UTINYINT) AS flags,
  CAST(${numbers} + CASE WHEN sequence_per = 'key' THEN 0 ELSE 1 END AS UTINYINT)
    AS variant${placed},
  CASE WHEN ${isFaulty}
    THEN CAST(to_json({'id': id, 'key': "key", 'faults': faults}) AS VARCHAR) END
    AS faulty,
  CAST(position.record AS DOUBLE) AS record
FROM (SELECT ${digits} FROM ${relation}) ORDER BY pos`
}

/** The hashes of deliveries that the decoder read, from a relation with the same text columns. */
export function stagedHashesSql(relation: string): string {
  return `SELECT ${hashes}, ${placeHash} FROM ${relation}`
}
