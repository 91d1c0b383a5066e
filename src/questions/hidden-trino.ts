import { eventColumns } from '../engines/event-columns.js'
import { quoteName, quoteText } from '../engines/leaf-tree.js'
import { trinoPath } from '../engines/trino-chain.js'
import type { JsonPath } from '../event/json-path.js'
import { REDACTED } from '../event/redact.js'
import type { MappedField } from '../event/rule.js'
import { type Hidden, isEntityReadFrom, isReadFrom } from './hidden-sql.js'

/** Fields that may have been read from a path of the document. */
const fieldsOf: Readonly<Record<string, MappedField>> = {
  ...{ id: 'id', source: 'source', type: 'type', key: 'key', sequence: 'sequence' },
  ...{ correlation_id: 'correlationId', causation_id: 'causationId', trace_id: 'traceId' },
  ...{ version: 'version', sequence_sort: 'sequence' },
}
/** These come from around the document, and may repeat what is in it. */
const otherTexts = ['reply_to', 'replay', 'transport_id', 'place']

const shown = quoteText(REDACTED)
const shownJson = quoteText(JSON.stringify(REDACTED))
const wholeDocument = quoteText(JSON.stringify({ redacted: REDACTED }))

/**
 * Events of Trino of which nobody learns what is at these paths. A text is taken out of the
 * document and the payload; where it is no text, is written in another way, or its name stands
 * there twice, these are hidden as a whole.
 *
 * @param events a query
 * @param others columns that it has beside those of events
 */
export function hiddenInTrino(events: string, others: readonly string[], hidden: Hidden): string {
  const { paths } = hidden
  if (paths.length === 0) return events
  const isThere = `(${paths.map(thereAt).join(' OR ')})`
  const columns = Object.keys(eventColumns).map((column) => {
    const sql = replacement(column, isThere, hidden)
    return sql === undefined ? quoteName(column) : `${sql} AS ${quoteName(column)}`
  })
  return `SELECT ${[...columns, ...others].join(', ')} FROM (${events})`
}

/** The same of the first bytes of what cannot be decoded, which may hold anything. */
export const hiddenHead = `to_utf8(${shown})`

function replacement(column: string, isThere: string, hidden: Hidden): string | undefined {
  const { paths } = hidden
  if (column === 'document') {
    if (paths.some(({ length }) => length === 0)) return wholeDocument
    return `CASE WHEN NOT ${isThere} THEN document WHEN ${isWhole('document', paths)} THEN
      ${wholeDocument} ELSE ${without('document', paths)} END`
  }
  if (column === 'payload') {
    if (paths.some(({ length }) => length === 0)) return shownJson
    return `CASE WHEN payload IS NULL OR NOT ${isThere} THEN payload
      WHEN ${isWhole('payload', paths)} THEN ${shownJson} ELSE ${without('payload', paths)} END`
  }
  if (column === 'faults') {
    const type = 'ROW(field varchar, reason varchar, text varchar)'
    const row = `CAST(ROW(f.field, f.reason, ${shown}) AS ${type})`
    return `CASE WHEN ${isThere} THEN transform(faults, f -> ${row}) ELSE faults END`
  }
  if (column === 'entities') return entities(isThere, hidden)
  const field = fieldsOf[column]
  if (field === undefined && !otherTexts.includes(column)) return undefined
  const name = quoteName(column)
  const isRead = field !== undefined && isReadFrom(field, hidden) ? [isThere] : []
  const isSame = column === 'type' || column === 'source' ? [] : [sameText(name, paths)]
  const tests = [...isRead, ...isSame]
  if (tests.length === 0) return undefined
  return `CASE WHEN ${name} <> '' AND (${tests.join(' OR ')}) THEN ${shown} ELSE ${name} END`
}

function entities(isThere: string, { paths, mapping }: Hidden): string {
  const all = mapping.rules.flatMap((rule) => rule.mapping.entities.map(({ kind }) => kind))
  const kinds = [...new Set(all)].filter((kind) => isEntityReadFrom(kind, { paths, mapping }))
  const read = kinds.map(
    (kind) => `WHEN ${isThere} AND starts_with(e, ${quoteText(`${kind}:`)})
      THEN ${quoteText(`${kind}:${REDACTED}`)}`,
  )
  const id = `substr(e, strpos(e, ':') + 1)`
  const same = `WHEN ${id} <> '' AND (${sameText(id, paths)})
    THEN concat(substr(e, 1, strpos(e, ':')), ${shown})`
  return `transform(entities, e -> CASE ${[...read, same].join(' ')} ELSE e END)`
}

/** Whether a text is the value at a path, or a text in it. */
function sameText(text: string, paths: readonly JsonPath[]): string {
  const tests = paths.map((path) => {
    const value = valueAt('document', path)
    const isInside = `substr(${value}, 1, 1) IN ('{', '[') AND strpos(${value}, ${text}) > 0`
    return `coalesce(${scalarAt('document', path)} = ${text} OR (${isInside}), false)`
  })
  return `(${tests.join(' OR ')})`
}

/** Whether a text of JSON cannot be told without what is hidden, but as a whole. */
function isWhole(json: string, paths: readonly JsonPath[]): string {
  const left = without(json, paths)
  const tests = paths.map((path) => {
    const value = valueAt('document', path)
    // Of a payload each end of a path may be where the value is.
    const places = json === 'document' ? [path] : path.map((_, from) => path.slice(from))
    const isLeft = places.map((place) => `coalesce(${valueAt(left, place)} = ${value}, false)`)
    const isOther = json === 'document' ? 'false' : `${json} = ${value}`
    return `(${thereAt(path)} AND (${value} NOT LIKE '"%' OR ${isOther} OR
      ${isLeft.join(' OR ')} OR ${isDoubled(json, path)} OR ${isPacked(path)}))`
  })
  return `(${tests.join(' OR ')})`
}

/** Whether the last name of a path stands there more than once, wherever: in a text that has one
 * twice each has a value. */
function isDoubled(json: string, path: JsonPath): string {
  const name = path.findLast((step) => typeof step === 'string')
  if (name === undefined) return 'false'
  const quoted = quoteText(JSON.stringify(name))
  return `cardinality(split(${json}, ${quoted})) > 2`
}

/** The data of a CloudEvent in base64 hold what a path leads to. */
function isPacked([first]: JsonPath): string {
  if (first !== 'data' && first !== 'data_base64') return 'false'
  return thereAt(['data_base64'])
}

function without(json: string, paths: readonly JsonPath[]): string {
  return paths.reduce((left, path) => {
    const value = valueAt('document', path)
    // Where there is no text, nothing is replaced.
    const text = `CASE WHEN ${value} LIKE '"%' THEN ${value} ELSE ${shownJson} END`
    return `replace(${left}, ${text}, ${shownJson})`
  }, json)
}

function thereAt(path: JsonPath): string {
  const first = isPackable(path) ? `${valueAt('document', ['data_base64'])} IS NOT NULL OR ` : ''
  return `(${first}coalesce(${valueAt('document', path)} <> 'null', false))`
}

function isPackable([first, ...rest]: JsonPath): boolean {
  return first === 'data' && rest.length > 0
}

function valueAt(json: string, path: JsonPath): string {
  return `json_format(json_extract(${json}, ${trinoPath(path)}))`
}

function scalarAt(json: string, path: JsonPath): string {
  return `json_extract_scalar(${json}, ${trinoPath(path)})`
}
