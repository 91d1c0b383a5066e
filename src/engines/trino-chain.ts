import {
  type Condition,
  type Envelope,
  type FieldName,
  namingFields,
} from '../envelopes/envelope.js'
import { REPLAY_HEADER } from '../envelopes/header-mark.js'
import type { JsonPath } from '../event/json-path.js'
import { ChainSql, type Level, nonEmpty, Unprojectable } from './chain-sql.js'
import { quoteText } from './leaf-tree.js'

/** A document of a chain as Trino sees it: the column of its text. */
export type TrinoLevel = Level & { readonly json: string }

/**
 * What one chain's records look like in Trino's SQL. Athena bills what is scanned, not what is
 * computed, so that each condition is asked in full; every place is read by its path.
 */
export class TrinoChain extends ChainSql {
  /** Each text that is taken for a scalar, with its JSON. */
  private readonly texts = new Map<string, string>()

  constructor(private readonly documents: readonly TrinoLevel[]) {
    super(documents)
  }

  override leaf({ json }: Level, path: JsonPath): string {
    const at = trinoPath(path)
    const whole = `nullif(json_format(json_extract(${json}, ${at})), 'null')`
    return `coalesce(json_extract_scalar(${json}, ${at}), ${whole})`
  }

  override text(level: Level, path: JsonPath): string {
    const text = `json_extract_scalar(${level.json}, ${trinoPath(path)})`
    this.texts.set(text, jsonAt(level, path))
    return text
  }

  override textOf(field: FieldName, level: Level, path: JsonPath): string {
    const text = this.text(level, path)
    return namingFields.has(field) ? nonEmpty(text) : text
  }

  override list(texts: readonly string[]): string {
    return `CAST(ARRAY[${texts.join(', ')}] AS array(varchar))`
  }

  /** Where one of these holds, the decoder may read the record otherwise. */
  override doubts(): string[] {
    const numbers = [...this.texts].map(([text, json]) => isOtherNumber(text, json))
    return [...numbers, ...this.others, ...this.documents.flatMap(doubtsOf)]
  }

  override own(): string[] {
    return this.documents.flatMap((level) => [
      `starts_with(json_format(try(json_parse(${level.json}))), '{')`,
      ...level.envelope.when.map((condition) => holds(level, condition)),
    ])
  }

  override notOthers(known: readonly Envelope[]): string[] {
    return this.documents.flatMap((level) => {
      const before = known.slice(0, known.indexOf(level.envelope))
      return before
        .filter(({ when }) => when.length > 0)
        .map(({ when }) => {
          const all = when.map((condition) => `coalesce(${holds(level, condition)}, false)`)
          return `NOT (${all.join(' AND ')})`
        })
    })
  }
}

const MAX_DEPTH = 500

/** A text of JSON; NULL where it is nested so deep that Trino's reader, which calls itself for each
 * level, would end the query. */
export function shallow(text: string): string {
  const bare = `regexp_replace(${text}, '"(\\\\.|[^"\\\\])*"')`
  const brackets = `regexp_extract_all(${bare}, '[{}\\[\\]]')`
  const opened = `length(${text}) - length(replace(replace(${text}, '{'), '['))`
  const step = `s.depth + CASE WHEN b IN ('{', '[') THEN 1 ELSE -1 END`
  const state = 'row(depth bigint, most bigint)'
  const deepest =
    `reduce(${brackets}, CAST(ROW(0, 0) AS ${state}), ` +
    `(s, b) -> CAST(ROW(${step}, greatest(s.most, ${step})) AS ${state}), s -> s.most)`
  return (
    `CASE WHEN ${opened} <= ${MAX_DEPTH} THEN ${text} ` +
    `WHEN ${deepest} <= ${MAX_DEPTH} THEN ${text} END`
  )
}

/** A path as a text of SQL. Trino's paths are like JSONPath, with names in brackets. */
export function trinoPath(path: JsonPath): string {
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`
    if (/["\\]/.test(step)) throw new Unprojectable(`${step} is no name in a path of Trino`)
    return `["${step}"]`
  })
  return quoteText(`$${steps.join('')}`)
}

/** What is at a place, as JSON; NULL where nothing is. */
function jsonAt({ json }: Level, path: JsonPath): string {
  return `json_format(json_extract(${json}, ${trinoPath(path)}))`
}

/** Whether a text is that of a number that JavaScript may print otherwise: 1.0, 1e3, -0. */
function isOtherNumber(text: string, json: string): string {
  const isNumber = `regexp_like(${json}, '\\A[-0-9]')`
  return `${isNumber} AND NOT regexp_like(${text}, '\\A(0|-?[1-9][0-9]*)\\z')`
}

function holds(level: Level, { path, is, equals }: Condition): string {
  const json = jsonAt(level, path)
  switch (is) {
    case 'object':
      return `starts_with(${json}, '{')`
    case 'array':
      return `starts_with(${json}, '[')`
    case 'body':
      return `regexp_like(${json}, '\\A["{]')`
    case 'value':
      return `${json} <> 'null'`
    case 'scalar': {
      const text = `json_extract_scalar(${level.json}, ${trinoPath(path)})`
      return equals === undefined ? `${text} IS NOT NULL` : `${text} = ${quoteText(equals)}`
    }
  }
}

/** As those of DuckDB: what the decoder fetches, checks, puts together or parses itself. */
function doubtsOf(level: TrinoLevel): string[] {
  const { claim, inner, bodyMd5, headers } = level.envelope
  const doubts: string[] = []
  if (claim) doubts.push(`${jsonAt(level, claim.at)} <> 'null'`)
  if (inner) doubts.push(`NOT starts_with(${jsonAt(level, inner)}, '"')`)
  if (inner && bodyMd5) {
    const body = `to_utf8(json_extract_scalar(${level.json}, ${trinoPath(inner)}))`
    const sum = `json_extract_scalar(${level.json}, ${trinoPath(bodyMd5)})`
    doubts.push(`lower(to_hex(md5(${body}))) <> ${sum}`)
  }
  if (typeof headers === 'function') doubts.push('true')
  else if (headers) {
    const text = `lower(${jsonAt(level, headers)})`
    const marks = ['specversion', REPLAY_HEADER]
    doubts.push(...marks.map((name) => `strpos(${text}, ${quoteText(name)}) > 0`))
  }
  return doubts
}
