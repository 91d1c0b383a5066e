import { type Compiled, compile } from './compiled.js'
import { flooredMs } from './derived-columns.js'
import { type EventColumn, eventColumns } from './event-columns.js'
import { jsonPointer, quoteName, quoteText } from './leaf-tree.js'
import type { ProjectionPlan, RecordSql } from './record-sql.js'
import { sequenceNumber, usableUs } from './scalar-sql.js'
import { integerSort, integerSql, placeDigits, sequenceOf } from './sequence-sql.js'
import { type TimeForms, timeUs } from './time-sql.js'

const top = { root: quoteName('evt:top'), json: 'json' }
const stampTexts = 'STRUCT(layer VARCHAR, "name" VARCHAR, "text" VARCHAR)[]'

export interface ViewOptions {
  /** Columns that nobody looks at: they are NULL. */
  without?: readonly EventColumn[]
  /** Whether the text of the record follows, as `raw`. */
  raw?: boolean
}

/**
 * The canonical view `events` over a relation of JSON texts (`json`, `path`, `record`): the columns
 * of {@link eventColumns}, and `certain`. A row that is not certain is none of the view: the
 * decoder has to read that record, which may be undecodable too.
 *
 * @throws Unprojectable where DuckDB cannot hold what the plan needs
 */
export function eventsViewSql(
  plan: ProjectionPlan,
  relation: string,
  { without = [], raw = false }: ViewOptions = {},
): string {
  const compiled = compile(plan, top, fieldsOf)
  const texts = `(SELECT CAST(json AS VARCHAR) AS json, path, record FROM ${relation})`
  const structure = quoteText(compiled.top.structure())
  const structs = `(SELECT *, TRY(from_json(json, ${structure})) AS "evt:top" FROM ${texts})`
  const timed = isStamped(plan) ? stampsUs(compiled.timeForms) : noStamps
  const read = parsed(named(compiled, structs), compiled.timeForms, timed)
  const columns = Object.keys(eventColumns).map((column) => {
    // The keys of an object literal are its names.
    const name = column as EventColumn
    const value = without.includes(name) ? 'NULL' : expressions[name]
    return `CAST(${value} AS ${eventColumns[name]}) AS ${quoteName(name)}`
  })
  // What is shown of a document has to be JSON to every reader.
  const isShown = !without.includes('document') || !without.includes('payload')
  const doubted = isStamped(plan) ? [...doubts, stampDoubt] : doubts
  const sure = certain(isShown ? [lenient, ...doubted] : doubted)
  const text = raw ? ', json AS raw' : ''
  return `SELECT ${columns.join(',\n  ')},\n  ${sure} AS certain${text} FROM (${read})`
}

type Field = keyof ReturnType<typeof fieldsOf>

function fieldsOf(record: RecordSql) {
  const { chain } = record
  const { root, json, envelope } = chain.document
  const stamps = chain.levels.flatMap((level) =>
    Object.entries(level.envelope.stamps).map(([name, path]) => {
      const text = chain.time(level, path)
      const layer = quoteText(level.envelope.name)
      return `{'layer': ${layer}, 'name': ${quoteText(name)}, 'text': ${text}}`
    }),
  )
  const names = chain.levels
    .filter(({ envelope: { when } }) => when.length > 0)
    .map((level) => quoteText(level.envelope.name))
  const { payload, payloadBytes } = envelope
  if (payloadBytes) chain.doubt(`${chain.leaf(chain.document, payloadBytes)} IS NOT NULL`)
  const place = quoteText(jsonPointer(payload ?? []))
  const extracted = `CAST(json_extract(${json}, ${place}) AS VARCHAR)`
  return {
    id: record.id,
    source: record.source,
    type: record.type,
    time: record.raw('time'),
    receivedAt: record.raw('receivedAt'),
    key: record.text('key'),
    ...prefixed(sequenceOf(record)),
    entities: record.entities,
    correlationId: record.text('correlationId'),
    causationId: record.text('causationId'),
    traceId: record.text('traceId'),
    replyTo: record.text('replyTo'),
    version: record.text('version'),
    replay: record.text('replay'),
    attempt: record.raw('attempt'),
    transportId: record.text('transportId'),
    place: record.place.name,
    placeSequence: record.place.sequence,
    envelopes: `CAST([${names.join(', ')}] AS VARCHAR[])`,
    stamps: `CAST([${stamps.join(', ')}] AS ${stampTexts})`,
    document: json ?? 'NULL',
    // Where the text is not JSON, the function would end the query.
    payload: payload ? `CASE WHEN ${root} IS NOT NULL THEN ${extracted} END` : (json ?? 'NULL'),
  }
}

function prefixed({ integer, text, kind, per, isMapped }: ReturnType<typeof sequenceOf>) {
  return { integer, sequenceText: text, kind, per, sequenceMapped: isMapped }
}

function named({ fields, certain: sure, from }: Compiled<Field>, relation: string): string {
  const columns = Object.entries(fields).map(([name, sql]) => `${sql} AS ${quoteName(name)}`)
  return `SELECT path, record, json, ${columns.join(', ')}, ${sure} AS sure FROM ${from(relation)}`
}

/** Whether any wrapping of the plan has stamps: to go through lists costs time, also empty ones. */
function isStamped({ chains }: ProjectionPlan): boolean {
  return chains.some((chain) => chain.some(({ stamps }) => Object.keys(stamps).length > 0))
}

const noStamps = `CAST([] AS ${eventColumns.stamps})`

/** Reads the times of stamps. */
function stampsUs(forms: TimeForms): string {
  const stampUs = usableUs(timeUs('s."text"', forms))
  const stamp = `{'layer': s.layer, 'name': s.name, 'time_us': ${stampUs}}`
  const there = 'list_filter(stamps, lambda s: s."text" IS NOT NULL)'
  return `list_transform(${there}, lambda s: ${stamp})`
}

/** Reads the texts that are times and integers. */
function parsed(relation: string, forms: TimeForms, timed: string): string {
  return `SELECT *, ${usableUs('time_us')} AS event_us, ${usableUs('arrival_us')} AS received_us
FROM (SELECT *, ${timeUs('"time"', forms)} AS time_us,
  ${timeUs('"receivedAt"', forms)} AS arrival_us,
  ${integerSql(placeDigits('"placeSequence"'))} AS place_digits,
  ${integerSql('"integer"')} AS whole, ${sequenceNumber('attempt')} AS tries,
  ${timed} AS timed
FROM (${relation}))`
}

const missing = '"sequenceMapped" AND whole IS NULL AND "sequenceText" IS NULL'

const isPlaced = 'place IS NOT NULL AND place_digits IS NOT NULL'

const expressions: Record<EventColumn, string> = {
  id: 'id',
  source: 'source',
  type: 'type',
  event_time_us: 'event_us',
  received_at_us: 'received_us',
  observed_at_us: 'NULL',
  event_time: flooredMs('event_us'),
  received_at: flooredMs('received_us'),
  key: '"key"',
  sequence: 'coalesce(whole, "sequenceText")',
  sequence_sort: `CASE WHEN whole IS NULL THEN "sequenceText" ELSE ${integerSort('whole')} END`,
  sequence_kind:
    `CASE WHEN kind = 'time' THEN CASE WHEN event_us IS NOT NULL THEN 'time' END ` +
    `WHEN whole IS NOT NULL OR "sequenceText" IS NOT NULL THEN kind END`,
  sequence_per: 'per',
  entities: 'list_filter(entities, lambda e: e IS NOT NULL)',
  correlation_id: '"correlationId"',
  causation_id: '"causationId"',
  trace_id: '"traceId"',
  reply_to: '"replyTo"',
  version: 'version',
  replay: '"replay"',
  attempt: 'CASE WHEN tries >= 0 THEN tries END',
  transport_id: '"transportId"',
  place: `CASE WHEN ${isPlaced} THEN place END`,
  place_sequence: `CASE WHEN ${isPlaced} THEN ${integerSort('place_digits')} END`,
  envelopes: 'envelopes',
  stamps: 'timed',
  position: `{'path': path, 'record': record}`,
  bytes: 'strlen(json)',
  document: 'document',
  payload: `nullif(payload, 'null')`,
  faults:
    `CASE WHEN ${missing} THEN [{'field': 'sequence', 'reason': 'missing', 'text': ''}] ` +
    'ELSE [] END',
}

/** What DuckDB reads and is no JSON, and strings that look like it. */
const leniency = '[:,\\[][ \t\r\n]*-?([nN][aA][nN]|[iI][nN][fF])|,[ \t\r\n]*[\\]}]'

const lenient = `regexp_matches(document, '${leniency}')`

const doubts = [
  'event_us IS NULL AND "time" IS NOT NULL',
  'received_us IS NULL AND "receivedAt" IS NOT NULL',
  'whole IS NULL AND "integer" IS NOT NULL',
  'tries IS NULL AND attempt IS NOT NULL',
  'place_digits IS NULL AND "placeSequence" IS NOT NULL',
]

const stampDoubt = 'len(list_filter(timed, lambda s: s.time_us IS NULL)) > 0'

function certain(doubted: readonly string[]): string {
  const doubtful = doubted.map((doubt) => `coalesce(${doubt}, false)`).join(' OR ')
  return `coalesce(sure, false) AND NOT (${doubtful})`
}
