import { quoteName, quoteText } from '../engines/leaf-tree.js'
import type { JsonPath } from '../event/json-path.js'
import type { Mapping } from '../event/mapping.js'
import { REDACTED } from '../event/redact.js'
import type { MappedField } from '../event/rule.js'
import { judgedEvents } from './judged.js'

/** What is hidden of events, and how the mapping reads them: what was read from there is hidden,
 * too. */
export interface Hidden {
  readonly paths: readonly JsonPath[]
  readonly mapping: Mapping
}

/** Columns that may have been read from a path of the document. */
const columnsOf: Partial<Record<MappedField, string>> = {
  ...{ id: 'id', source: 'source', type: 'type', key: 'key', sequence: 'sequence' },
  ...{ correlationId: 'correlation_id', causationId: 'causation_id', traceId: 'trace_id' },
  version: 'version',
}

const hiddenJson = quoteText(JSON.stringify(REDACTED))

/** The view `events` of which nobody learns what is at these paths: `redact` as SQL. */
export function hiddenEvents({ paths, mapping }: Hidden): string {
  const columns = [
    `${paths.reduce(hiddenInDocument, 'document')} AS document`,
    `${paths.reduce(hiddenInPayload, 'payload')} AS payload`,
    ...hiddenFields(paths, mapping),
    ...hiddenEntities(paths, mapping),
  ]
  return `SELECT * REPLACE (${columns.join(',\n  ')})\nFROM (${judgedEvents})`
}

function hiddenInDocument(document: string, path: JsonPath): string {
  if (path.length === 0) return quoteText(JSON.stringify({ redacted: REDACTED }))
  const patched = `CASE WHEN ${isThere(path)} THEN ${merged(document, path)} ELSE ${document} END`
  if (!mayBePacked(path)) return patched
  return `CASE WHEN ${isThere(['data_base64'])} THEN ${merged(patched, ['data_base64'])}
    ELSE ${patched} END`
}

/** The payload is a part of the document, or was unpacked from it. */
function hiddenInPayload(payload: string, path: JsonPath): string {
  if (path.length === 0) return hiddenJson
  const value = `CAST(json_extract(document, ${pointer(path)}) AS VARCHAR)`
  const inner = path.map((_, from) => path.slice(from))
  const patched = inner.reduce((left, each) => {
    const isSame = `CAST(json_extract(payload, ${pointer(each)}) AS VARCHAR) = ${value}`
    return `CASE WHEN ${isThere(path)} AND ${isSame} THEN ${merged(left, each)} ELSE ${left} END`
  }, payload)
  const isAll = `${isThere(path)} AND CAST(json_extract(payload, '$') AS VARCHAR) = ${value}`
  const packed = mayBePacked(path) ? ` OR ${isThere(['data_base64'])}` : ''
  return `CASE WHEN ${isAll}${packed} THEN ${hiddenJson} ELSE ${patched} END`
}

/** The data of a CloudEvent in base64 are hidden as a whole: they hold what the path leads to. */
function mayBePacked([first]: JsonPath): boolean {
  return first === 'data' || first === 'data_base64'
}

function isThere(path: JsonPath): string {
  return `coalesce(json_type(document, ${pointer(path)}) <> 'NULL', false)`
}

/** A list is hidden as a whole, whichever of its places is named. */
function merged(json: string, path: JsonPath): string {
  const first = path.findIndex((step) => typeof step === 'number')
  const names = first < 0 ? path : path.slice(0, first)
  const patch = names.reduceRight<unknown>((value, name) => ({ [name]: value }), REDACTED)
  return `CAST(json_merge_patch(${json}, ${quoteText(JSON.stringify(patch))}) AS VARCHAR)`
}

function pointer(path: JsonPath): string {
  const steps = path.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1'))
  return quoteText(steps.map((step) => `/${step}`).join(''))
}

/** Whether a field may be read from a hidden place. */
export function isReadFrom(field: MappedField, hidden: Hidden): boolean {
  return pathsOf(field, hidden).length > 0
}

/** The hidden places that a field may be read from: presets find theirs at the top. */
function pathsOf(field: MappedField, { paths, mapping: { rules } }: Hidden): JsonPath[] {
  const mapped = rules.flatMap(({ mapping }) => {
    const path = mapping.fields[field]
    return path ? [path] : []
  })
  return paths.filter((path) => reads(path, [...mapped, [field]]))
}

function hiddenFields(paths: readonly JsonPath[], mapping: Mapping): string[] {
  return Object.entries(columnsOf).flatMap(([field, column]) => {
    const from = pathsOf(field as MappedField, { paths, mapping })
    if (from.length === 0) return []
    const name = quoteName(column)
    const test = from.map(isThere).join(' OR ')
    const isHidden = `${name} IS NOT NULL AND (${test})`
    return [`CASE WHEN ${isHidden} THEN '${REDACTED}' ELSE ${name} END AS ${name}`]
  })
}

function hiddenEntities(paths: readonly JsonPath[], { rules }: Mapping): string[] {
  const entities = rules.flatMap(({ mapping }) => mapping.entities)
  const kinds = [...new Set(entities.map(({ kind }) => kind))]
  const hidden = kinds.flatMap((kind) => {
    const mapped = entities.filter((one) => one.kind === kind).map(({ path }) => path)
    const from = paths.filter((path) => reads(path, mapped))
    if (from.length === 0) return []
    const isIt = `starts_with(e, ${quoteText(`${kind}:`)}) AND (${from.map(isThere).join(' OR ')})`
    return [`WHEN ${isIt} THEN ${quoteText(`${kind}:${REDACTED}`)}`]
  })
  if (hidden.length === 0) return []
  return [`[CASE ${hidden.join(' ')} ELSE e END for e in entities] AS entities`]
}

/** Whether what is read from one of these paths is hidden at a path. */
function reads(path: JsonPath, mapped: readonly JsonPath[]): boolean {
  return mapped.some((each) => path.every((step, n) => each[n] === step))
}
