import { eventColumns } from '../engines/event-columns.js'
import { quoteName, quoteText } from '../engines/leaf-tree.js'
import type { ProjectionPlan } from '../engines/record-sql.js'
import { trinoPath } from '../engines/trino-chain.js'
import { trinoRecordsSql } from '../engines/trino-view.js'
import { EvtError } from '../errors.js'
import type { EventPattern, PatternField } from '../event/pattern.js'
import type { Chosen } from './chosen.js'
import { chosenSql } from './chosen-sql.js'
import { trinoTests } from './trino-tests.js'

/** Records in Trino's SQL, and which of its events are chosen. */
export interface ChosenRecords {
  /** As trinoRecordsSql has them. */
  readonly sql: string
  /** A condition on them. */
  readonly where: string
  /** What was typed, of places `$name` in both. */
  readonly values: Readonly<Record<string, string>>
}

/**
 * The records of an archive, and the condition of those that are chosen. An event of which Trino
 * does not surely know whether a filter matches it is `unsure`, where it is chosen but for that:
 * see {@link trinoMatch}.
 *
 * @throws EvtError `usage` where {@link unsayable} names a field
 */
export function chosenRecords(
  { plan, lines }: { plan: ProjectionPlan; lines: string },
  { filter, ...others }: Chosen,
): ChosenRecords {
  const records = trinoRecordsSql(plan, lines)
  const values: Record<string, string> = {}
  const placeOf = (text: string) => {
    const name = `evt_chosen_${Object.keys(values).length}`
    values[name] = text
    return `$${name}`
  }
  const where = chosenSql(others, placeOf) ?? 'true'
  if (filter === undefined) return { sql: records, where, values }
  const name = unsayable(filter)
  if (name !== undefined) {
    const message = `Athena cannot be asked for the field ${JSON.stringify(name)} of --filter`
    throw new EvtError(message, { code: 'usage', hint: 'leave out --engine athena' })
  }
  const columns = Object.keys(eventColumns).map(quoteName).join(', ')
  const isLost = `state = 'event' AND (${where}) AND is_match IS NULL`
  const sql =
    `SELECT ${columns}, raw, is_match, CASE WHEN ${isLost} THEN 'unsure' ELSE state END AS state ` +
    `FROM (${trinoMatch(filter, records)})`
  return { sql, where: `(${where}) AND is_match`, values }
}

/**
 * Adds the column `is_match` to a relation with `document`: whether a pattern matches it; NULL
 * where that is not sure. So it is where a field is below a list of objects, whose values count
 * together only where they are in one element; where a name has its dot in a key; and for numbers
 * and IP addresses that can be written in several ways.
 */
export function trinoMatch(pattern: EventPattern, relation: string): string {
  const names = [...new Set(pattern.flat().map(({ name }) => name))]
  const columns = names.map((name, n) => `${valuesAt(name)} AS filter_${n}`)
  const alternatives = pattern.map((fields) => {
    const conditions = fields.map((field) => conditionOf(field, names.indexOf(field.name)))
    return `(${conditions.join(' AND ')})`
  })
  const named = `SELECT *, ${columns.join(', ')} FROM (${relation})`
  return `SELECT *, ${alternatives.join(' OR ')} AS is_match FROM (${named})`
}

/** A field of a pattern whose name no path of Trino has. */
export function unsayable(pattern: EventPattern): string | undefined {
  const isSayable = (name: string) =>
    name.split('.').every((step) => step !== '' && !/["\\\p{Cc}\p{Cs}]/u.test(step))
  return pattern.flat().find(({ name }) => !isSayable(name))?.name
}

function conditionOf({ values, tests, mayLack }: PatternField, column: number): string {
  const found = `filter_${column}`
  const isAbsent = `cardinality(${found}) = 0`
  if (tests.length === 0) return isAbsent
  const condition = trinoTests(values, 'j')
  const isMatch =
    condition === undefined ? `cardinality(${found}) > 0` : `any_match(${found}, j -> ${condition})`
  return mayLack ? `(${isAbsent} OR ${isMatch})` : isMatch
}

const NONE = 'CAST(ARRAY[] AS array(varchar))'

/** The values of a field, each as JSON; NULL where they are not sure. */
function valuesAt(name: string): string {
  const path = name.split('.')
  const at = (depth: number) =>
    `json_format(json_extract(document, ${trinoPath(path.slice(0, depth))}))`
  const isNumber = path.some((step) => /^\d+$/.test(step))
  // A number is a place in a list, too.
  const list = isNumber ? '\\A\\[' : '(?s)\\A\\[.*[\\[{]'
  const doubts = path.slice(1).map((_, n) => `regexp_like(${at(n + 1)}, ${quoteText(list)})`)
  if (path.length > 1) doubts.push(hasDottedKey(path))
  const value = at(path.length)
  const entries = `transform(CAST(json_parse(${value}) AS array(json)), e -> json_format(e))`
  const isNested = `any_match(${entries}, e -> regexp_like(e, '\\A[\\[{]'))`
  const doubted = doubts.map((doubt) => `coalesce(${doubt}, false)`)
  return (
    `CASE ${doubted.length === 0 ? '' : `WHEN ${doubted.join(' OR ')} THEN NULL `}` +
    `WHEN ${value} IS NULL OR starts_with(${value}, '{') THEN ${NONE} ` +
    `WHEN NOT starts_with(${value}, '[') THEN ARRAY[${value}] ` +
    `WHEN ${isNested} THEN NULL ELSE ${entries} END`
  )
}

/** Whether a document may have several steps of a path as one key, which is the same name. */
function hasDottedKey(path: readonly string[]): string {
  const keys = path.flatMap((_, from) =>
    path.slice(from + 1).map((__, n) => `"${path.slice(from, from + n + 2).join('.')}"`),
  )
  const found = [...new Set(keys)].map((key) => `strpos(document, ${quoteText(key)}) > 0`)
  const units = new Set(path.join('.').split(''))
  const escapes = [...units].map((unit) => {
    return `\\\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
  if (units.has('/')) escapes.push('\\\\/')
  const isEscaped = `regexp_like(document, ${quoteText(`(?i)${escapes.join('|')}`)})`
  return [...found, isEscaped].join(' OR ')
}
