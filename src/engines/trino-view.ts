import { type Envelope, isInText, shapeName } from '../envelopes/envelope.js'
import type { JsonPath } from '../event/json-path.js'
import { type Chain, Unprojectable } from './chain-sql.js'
import { type EventColumn, eventColumns } from './event-columns.js'
import { LeafTree, quoteName, quoteText } from './leaf-tree.js'
import { type ProjectionPlan, RecordSql } from './record-sql.js'
import { sequenceOf } from './sequence-sql.js'
import { shallow, TrinoChain, type TrinoLevel, trinoPath } from './trino-chain.js'
import {
  trinoCount,
  trinoFlooredMs,
  trinoInteger,
  trinoIntegerSort,
  trinoPlaceDigits,
  trinoTimeUs,
  trinoUsable,
} from './trino-scalars.js'
import { trinoType } from './trino-types.js'

interface Unwrap {
  readonly name: string
  readonly of: string
}

type Fields = ReturnType<typeof fieldsOf>

interface StampText {
  readonly layer: string
  readonly name: string
  /** SQL of what stands there. */
  readonly text: string
}

interface ReadChain {
  readonly fields: Fields
  readonly stamps: readonly StampText[]
  readonly doubts: readonly string[]
}

/**
 * What records are, as Trino reads them from a relation of lines of JSON (`line`, `rest`, which is
 * NULL but where the table's delimiter stands in a line, and `path`): the columns of
 * {@link eventColumns}, and `state`. That is `event` where Trino surely reads the record as the
 * decoder does, `undecodable` where it is surely no JSON; `unsure` is everything else.
 *
 * There is no number of a line in a table, so that `position` is the path alone.
 *
 * @throws Unprojectable where Trino cannot read what the plan has
 */
export function trinoRecordsSql(plan: ProjectionPlan, relation: string): string {
  const unwraps = new Map<string, Unwrap>()
  const chains = plan.chains.filter(isReadable).map((chain) => {
    const sql = new TrinoChain(levelsOf(chain, unwraps))
    const fields = fieldsOf(new RecordSql(sql, plan.mapping), sql)
    const stamps = stampsOf(sql)
    const is = [...sql.own(), ...sql.notOthers(plan.known)].map((c) => `(${c})`).join(' AND ')
    return { fields, is, stamps, doubts: sql.doubts() }
  })
  if (chains.length === 0) throw new Unprojectable('there is no chain that Trino can read')
  const lines =
    `SELECT regexp_replace(line, '\\A[ \\t\\r\\n]+|[ \\t\\r\\n]+\\z') AS line, rest, path ` +
    `FROM ${relation} WHERE line IS NULL OR regexp_like(line, '[^ \\t\\r\\n\\x0b\\x0c]')`
  const documents = [...unwraps.values()].reduce(
    (from, { name, of }) => `SELECT *, ${shallow(of)} AS ${name} FROM (${from})`,
    `SELECT *, ${shallow('line')} AS json FROM (${lines})`,
  )
  const numbered = chains.map(({ is }, n) => `WHEN ${is} THEN ${n}`).join(' ')
  const ofChain = `SELECT *, CASE ${numbered} END AS chain FROM (${documents})`
  const named = `SELECT line, json, rest, path, chain, ${columnsOf(chains)} FROM (${ofChain})`
  const parsed = `SELECT *, ${times}, ${numbers} FROM (${named})`
  const [event, arrival] = [trinoUsable('time_us'), trinoUsable('arrival_us')]
  const usable = `SELECT *, ${event} AS event_us, ${arrival} AS received_us FROM (${parsed})`
  const stamped = stampNames(chains)
  const columns = Object.keys(eventColumns).map((column) => {
    // The keys of an object literal are its names.
    const name = column as EventColumn
    const value = name === 'stamps' ? stampList(stamped) : expressions[name]
    return `CAST(${value} AS ${trinoType(name)}) AS ${quoteName(name)}`
  })
  return `SELECT ${columns.join(', ')}, ${stateOf(stamped)} AS state, line AS raw FROM (${usable})`
}

function isReadable(chain: Chain): boolean {
  const isTold = ({ when }: Envelope) =>
    when.every(({ matches, holding, isEmpty }) => !matches && !holding && !isEmpty)
  return chain.every((envelope) => isInText(envelope) && isTold(envelope))
}

function levelsOf(chain: Chain, unwraps: Map<string, Unwrap>): TrinoLevel[] {
  const levels: TrinoLevel[] = []
  let json = 'json'
  let path = 'evt:'
  for (const envelope of chain) {
    levels.push({ envelope, json, root: null, tree: new LeafTree() })
    if (!envelope.inner) break
    path += `${shapeName(envelope)}/`
    const name = quoteName(path)
    unwraps.set(path, { name, of: `json_extract_scalar(${json}, ${trinoPath(envelope.inner)})` })
    json = name
  }
  return levels
}

function fieldsOf(record: RecordSql, chain: TrinoChain) {
  const { json, envelope } = chain.document
  const names = chain.levels
    .filter(({ envelope: { when } }) => when.length > 0)
    .map((level) => quoteText(level.envelope.name))
  const { payload, payloadBytes } = envelope
  if (payloadBytes) chain.doubt(`${chain.leaf(chain.document, payloadBytes)} IS NOT NULL`)
  const { integer, text, kind, per, isMapped } = sequenceOf(record)
  return {
    id: record.id,
    source: record.source,
    type: record.type,
    time: record.raw('time'),
    receivedAt: record.raw('receivedAt'),
    key: record.text('key'),
    ...{ integer, sequenceText: text, kind, per, sequenceMapped: isMapped },
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
    envelopes: chain.list(names),
    document: json ?? 'NULL',
    payload: payload ? jsonText(json, payload) : (json ?? 'NULL'),
  }
}

function jsonText(json: string | null, path: JsonPath): string {
  return `json_format(json_extract(${json}, ${trinoPath(path)}))`
}

function stampsOf(chain: TrinoChain): StampText[] {
  return chain.levels.flatMap((level) =>
    Object.entries(level.envelope.stamps).map(([name, path]) => {
      return { layer: level.envelope.name, name, text: chain.time(level, path) }
    }),
  )
}

/** Each field by the number of the record's chain. */
function columnsOf(chains: readonly ReadChain[]): string {
  const [first] = chains
  const names = Object.keys(first?.fields ?? {}) as (keyof Fields)[] // it is of that type
  const fields = names.map((name) => {
    const sql = byChain(chains.map(({ fields: of }) => of[name]))
    return `${sql} AS ${quoteName(name)}`
  })
  const stamps = stampNames(chains).map(({ layer, name, column }) => {
    const texts = chains.map(
      (chain) => chain.stamps.find((s) => s.layer === layer && s.name === name)?.text ?? 'NULL',
    )
    return `${byChain(texts)} AS ${column}`
  })
  const doubts = byChain(
    chains.map(({ doubts: all }) =>
      ['false', ...all.map((doubt) => `coalesce(${doubt}, false)`)].join(' OR '),
    ),
  )
  return [...fields, ...stamps, `${doubts} AS doubted`].join(', ')
}

function byChain(expressions: readonly string[]): string {
  const [first = 'NULL', ...others] = expressions
  if (others.every((expression) => expression === first)) return first
  return `CASE chain ${expressions.map((sql, n) => `WHEN ${n} THEN ${sql}`).join(' ')} END`
}

/** The stamps that any of the chains has, each once, in order. */
function stampNames(chains: readonly ReadChain[]) {
  const names = new Map<string, { layer: string; name: string }>()
  for (const { stamps } of chains) {
    for (const { layer, name } of stamps) names.set(`${layer} ${name}`, { layer, name })
  }
  return [...names.values()].map((stamp, n) => ({ ...stamp, column: `stamp_${n}` }))
}

type StampName = ReturnType<typeof stampNames>[number]

function stampList(stamps: readonly StampName[]): string {
  if (stamps.length === 0) return 'ARRAY[]'
  const rows = stamps.map(({ layer, name, column }) => {
    const us = trinoUsable(trinoTimeUs(column))
    const row = 'row(layer varchar, name varchar, time_us bigint)'
    return `CAST(ROW(${quoteText(layer)}, ${quoteText(name)}, ${us}) AS ${row})`
  })
  return `filter(ARRAY[${rows.join(', ')}], s -> s.time_us IS NOT NULL)`
}

const times = `${trinoTimeUs('"time"')} AS time_us, ${trinoTimeUs('"receivedAt"')} AS arrival_us`
const numbers =
  `${trinoInteger(trinoPlaceDigits('"placeSequence"'))} AS place_digits, ` +
  `${trinoInteger('"integer"')} AS whole, ${trinoCount('attempt')} AS tries`

const isMissing = '"sequenceMapped" AND whole IS NULL AND "sequenceText" IS NULL'
const isPlaced = 'place IS NOT NULL AND place_digits IS NOT NULL'

const wholeSort = trinoIntegerSort('whole')

const expressions: Record<EventColumn, string> = {
  id: 'id',
  source: 'source',
  type: 'type',
  event_time_us: 'event_us',
  received_at_us: 'received_us',
  observed_at_us: 'NULL',
  event_time: trinoFlooredMs('event_us'),
  received_at: trinoFlooredMs('received_us'),
  key: '"key"',
  sequence: 'coalesce(whole, "sequenceText")',
  sequence_sort: `CASE WHEN whole IS NULL THEN "sequenceText" ELSE ${wholeSort} END`,
  sequence_kind:
    `CASE WHEN kind = 'time' THEN CASE WHEN event_us IS NOT NULL THEN 'time' END ` +
    `WHEN whole IS NOT NULL OR "sequenceText" IS NOT NULL THEN kind END`,
  sequence_per: 'per',
  entities: 'filter(entities, e -> e IS NOT NULL)',
  correlation_id: '"correlationId"',
  causation_id: '"causationId"',
  trace_id: '"traceId"',
  reply_to: '"replyTo"',
  version: 'version',
  replay: '"replay"',
  attempt: 'CASE WHEN tries >= 0 THEN tries END',
  transport_id: '"transportId"',
  place: `CASE WHEN ${isPlaced} THEN place END`,
  place_sequence: `CASE WHEN ${isPlaced} THEN ${trinoIntegerSort('place_digits')} END`,
  envelopes: 'envelopes',
  stamps: 'ARRAY[]',
  position: 'ROW(path, NULL)',
  bytes: 'length(to_utf8(line))',
  document: 'document',
  payload: `nullif(payload, 'null')`,
  faults: `CASE WHEN ${isMissing} THEN ARRAY[ROW('sequence', 'missing', '')] ELSE ARRAY[] END`,
}

const half = '\\\\u[dD]'

/** Besides the doubts of a chain: what is at the place of a time and is none that is read, a half
 * of a character, and what Athena's answers cannot tell apart in a list. */
const doubts = [
  'doubted',
  'rest IS NOT NULL',
  'event_us IS NULL AND "time" IS NOT NULL',
  'received_us IS NULL AND "receivedAt" IS NOT NULL',
  'whole IS NULL AND "integer" IS NOT NULL',
  'tries IS NULL AND attempt IS NOT NULL',
  'place_digits IS NULL AND "placeSequence" IS NOT NULL',
  `any_match(entities, e -> regexp_like(e, ', |[\\]}]'))`,
  `regexp_like(regexp_replace(line, '${half}[89abAB]..${half}[c-fC-F]..'), '${half}[89a-fA-F]')`,
]

/** What evt reads and is no JSON, several documents in a line, a document over several lines (a
 * bracket alone is one of them), and what begins by a mark, is compressed, or in another encoding:
 * only the smallest object was looked at before. */
const lenient = [
  ...['[:,\\[]\\s*-?(nan|inf)', ',\\s*[\\]}]', '[}\\]]\\s*[{\\[]'],
  ...['\\A[\\[\\]{}],?\\z', '\\A\ufeff', '[\\x00-\\x08\\x0e-\\x1f\ufffd]'],
]
const isLenient = `regexp_like(line, '(?i)${lenient.join('|')}')`

function stateOf(stamps: readonly StampName[]): string {
  const lost = stamps.map(
    ({ column }) => `${trinoUsable(trinoTimeUs(column))} IS NULL AND ${column} IS NOT NULL`,
  )
  const any = [...doubts, ...lost].map((doubt) => `coalesce(${doubt}, false)`).join(' OR ')
  return (
    `CASE WHEN line IS NULL THEN 'undecodable' ` +
    `WHEN json IS NULL THEN 'unsure' WHEN try(json_parse(json)) IS NULL ` +
    `THEN CASE WHEN ${isLenient} THEN 'unsure' ELSE 'undecodable' END ` +
    `WHEN NOT regexp_like(line, '\\A[{\\[]') THEN 'undecodable' ` +
    `WHEN chain IS NULL OR ${any} THEN 'unsure' ELSE 'event' END`
  )
}
