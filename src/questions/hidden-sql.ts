import type { DuckdbEngine } from '../engines/duckdb-engine.js'
import { quoteName, quoteText } from '../engines/leaf-tree.js'
import { EvtError } from '../errors.js'
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
/** How a sequence is compared tells it. */
const sortOf = 'sequence_sort'
/** These come from around the document, and may repeat what is in it. */
const otherTexts = ['reply_to', 'replay', 'transport_id', 'place']

/** @throws EvtError `usage` for SQL that reads what the view is made of */
export async function checkShown(engine: DuckdbEngine, sql: string): Promise<void> {
  const around = ['archive', 'repeats', 'reorderings', 'query', 'query_table']
  const names = await engine.namesIn(sql)
  const found = around.find((name) => names?.has(name) ?? sql.toLowerCase().includes(name))
  if (found === undefined) return
  throw new EvtError(`${found} is not asked: privacy.redact hides a part of what it has`, {
    code: 'usage',
    hint: 'the view events has the same columns, without what is hidden',
  })
}

/** What could not be decoded may hold anything. */
export const hiddenHeads = `UPDATE undecodable SET head = '${REDACTED}'::BLOB`

const hiddenJson = quoteText(JSON.stringify(REDACTED))

/** The view `events` of which nobody learns what is at these paths: `redact` as SQL. Each path is
 * one patch beside the others: in one another they would double with each. */
export function hiddenEvents({ paths, mapping }: Hidden): string {
  const columns = [
    `${hiddenInDocument(paths)} AS document`,
    `${hiddenInPayload(paths)} AS payload`,
    ...hiddenFields(paths, mapping),
    ...hiddenEntities(paths, mapping),
  ]
  return `SELECT * REPLACE (${columns.join(',\n  ')})\nFROM (${judgedEvents})`
}

/** What is put in place of a place, where the test holds. */
interface Patch {
  readonly test: string
  readonly path: JsonPath
}

function hiddenInDocument(paths: readonly JsonPath[]): string {
  const whole = paths.some(({ length }) => length === 0)
  if (whole) return quoteText(JSON.stringify({ redacted: REDACTED }))
  const packed: JsonPath[] = paths.some(mayBePacked) ? [['data_base64']] : []
  const patches = [...paths, ...packed].map((path) => {
    return { test: `(${isThere(path)} OR ${isDoubled('document', path)})`, path }
  })
  return `CASE WHEN ${anyOf(patches)} THEN ${merged('document', patches)} ELSE document END`
}

/** The payload is a part of the document, or was unpacked from it. */
function hiddenInPayload(paths: readonly JsonPath[]): string {
  if (paths.some(({ length }) => length === 0)) return hiddenJson
  const inner = paths.flatMap((path) =>
    path.map((_, from) => {
      const each = path.slice(from)
      return { test: `(${isSame(path, each)} OR ${isDoubled('payload', each)})`, path: each }
    }),
  )
  const all = paths.map((path) => isSame(path, []))
  if (paths.some(mayBePacked)) all.push(isThere(['data_base64']))
  const isInner = anyOf(inner)
  return `CASE WHEN ${all.join(' OR ')} THEN ${hiddenJson}
    WHEN NOT (${isInner}) THEN payload
    WHEN json_type(payload) <> 'OBJECT' THEN ${hiddenJson}
    ELSE ${merged('payload', inner)} END`
}

/** Whether what is at a path of the document is at this one of the payload. */
function isSame(path: JsonPath, inner: JsonPath): string {
  const text = (json: string, at: JsonPath) =>
    `CAST(json_extract(${json}, ${at.length === 0 ? "'$'" : pointer(at)}) AS VARCHAR)`
  const same = `coalesce(${text('payload', inner)} = ${text('document', path)}, false)`
  return `(${isThere(path)} AND ${same})`
}

/** Whether a name on the way is there twice: in the text that was received, each has a value. */
function isDoubled(json: string, path: JsonPath): string {
  const tests = namesOf(path).map((name, n, names) => {
    const [quoted, plain] = [quoteText(JSON.stringify(name)), quoteText(name)]
    const keys = `json_keys(${json}, ${n === 0 ? "'$'" : pointer(names.slice(0, n))})`
    // Seldom is it there twice at all.
    return `(len(string_split(${json}, ${quoted})) > 2 AND
      coalesce(len(list_filter(${keys}, k -> k = ${plain})) > 1, false))`
  })
  return tests.length === 0 ? 'false' : `(${tests.join(' OR ')})`
}

function anyOf(patches: readonly Patch[]): string {
  return patches.map(({ test }) => test).join(' OR ')
}

/** The data of a CloudEvent in base64 are hidden as a whole: they hold what the path leads to. */
function mayBePacked([first]: JsonPath): boolean {
  return first === 'data' || first === 'data_base64'
}

function isThere(path: JsonPath): string {
  return `coalesce(json_type(document, ${pointer(path)}) <> 'NULL', false)`
}

function merged(json: string, patches: readonly Patch[]): string {
  const each = patches.map(
    ({ test, path }) => `CASE WHEN ${test} THEN ${patchOf(path)} ELSE '{}' END`,
  )
  return `CAST(json_merge_patch(${[json, ...each].join(', ')}) AS VARCHAR)`
}

/** A list is hidden as a whole, whichever of its places is named. */
function patchOf(path: JsonPath): string {
  const patch = namesOf(path).reduceRight<unknown>((value, name) => ({ [name]: value }), REDACTED)
  return quoteText(JSON.stringify(patch))
}

/** As far as no list is on the way. */
function namesOf(path: JsonPath): string[] {
  const first = path.findIndex((step) => typeof step === 'number')
  return path.slice(0, first < 0 ? path.length : first).map(String)
}

function pointer(path: JsonPath): string {
  const steps = path.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1'))
  return quoteText(steps.map((step) => `/${step}`).join(''))
}

/** Whether a field may be read from a hidden place. */
export function isReadFrom(field: MappedField, hidden: Hidden): boolean {
  return pathsOf(field, hidden).length > 0
}

/** The same of entities of a kind. */
export function isEntityReadFrom(kind: string, { paths, mapping: { rules } }: Hidden): boolean {
  const mapped = rules.flatMap(({ mapping }) =>
    (mapping.entities ?? []).filter((one) => one.kind === kind).map(({ path }) => path),
  )
  return paths.some((path) => reads(path, mapped))
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
  const fields = Object.entries(columnsOf).map(([field, column]) => {
    const from = pathsOf(field as MappedField, { paths, mapping })
    // What is grouped by most is to be read without documents.
    const isPlain = column === 'type' || column === 'source'
    return hiddenField(column, testOf(column, from, isPlain ? [] : paths))
  })
  const sequence = testOf('sequence', pathsOf('sequence', { paths, mapping }), paths)
  const others = otherTexts.map((column) => hiddenField(column, testOf(column, [], paths)))
  const faults = `CASE WHEN ${paths.map(isThere).join(' OR ')} THEN
    [{'field': f.field, 'reason': f.reason, 'text': '${REDACTED}'} for f in faults]
    ELSE faults END AS faults`
  return [...fields, hiddenField(sortOf, sequence), ...others, faults]
}

/** Whether a column was read from a hidden place, or has the text that is at one. */
function testOf(column: string, from: readonly JsonPath[], paths: readonly JsonPath[]): string {
  return [...from.map(isThere), ...paths.map((path) => hasTextAt(path, quoteName(column)))].join(
    ' OR ',
  )
}

/** Whether a text is the value at a path, or a text in it. */
function hasTextAt(path: JsonPath, text: string): string {
  const at = pointer(path)
  const inside = `json_type(document, ${at}) IN ('OBJECT', 'ARRAY') AND
    contains(CAST(json_extract(document, ${at}) AS VARCHAR), CAST(to_json(${text}) AS VARCHAR))`
  return `coalesce(json_extract_string(document, ${at}) = ${text} OR (${inside}), false)`
}

function hiddenField(column: string, test: string): string {
  const name = quoteName(column)
  if (test === '') return `${name} AS ${name}`
  const isHidden = `${name} IS NOT NULL AND ${name} <> '' AND (${test})`
  return `CASE WHEN ${isHidden} THEN '${REDACTED}' ELSE ${name} END AS ${name}`
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
  const id = "substr(e, instr(e, ':') + 1)"
  const isSame = paths.map((path) => hasTextAt(path, id)).join(' OR ')
  const same = `WHEN ${id} <> '' AND (${isSame}) THEN
    concat(substr(e, 1, instr(e, ':')), '${REDACTED}')`
  return [`[CASE ${[...hidden, same].join(' ')} ELSE e END for e in entities] AS entities`]
}

/** Whether what is read from one of these paths is hidden at a path. */
function reads(path: JsonPath, mapped: readonly JsonPath[]): boolean {
  return mapped.some((each) => path.every((step, n) => each[n] === step))
}
