import type { DuckDBValue } from '@duckdb/node-api'
import type { JsonValue } from '../event/event.js'
import { readJson } from '../event/json.js'
import { type Cell, wellFormedJson } from './event-rows.js'
import { quoteName, quoteText } from './leaf-tree.js'

const BATCH_CHARACTERS = 4 * 1024 * 1024

/** Rows as relations of their columns, a few megabytes of JSON each; with `row`, each row's JSON
 * follows as the column `row`, behind a column `raw` that is NULL. */
export function* unnested<Column extends string>(
  columns: Readonly<Record<Column, string>>,
  rows: readonly Record<Column, Cell>[],
  { row = false } = {},
): Generator<{ from: string; values: DuckDBValue[] }> {
  const more = row ? ', CAST(NULL AS VARCHAR) AS raw, json AS "row"' : ''
  const texts = `(SELECT unnest(from_json($1, '["JSON"]')) AS json)`
  const from = `(SELECT ${valuesOf(columns)}${more} FROM ${structs(columns, texts)})`
  for (const batch of batches(rows.map((cells) => wellFormedJson(JSON.stringify(cells))))) {
    yield { from, values: [`[${batch.join(',')}]`] }
  }
}

/** The rows that a column `json` of a relation holds, as a relation of their columns. */
export function rowsOfJson(columns: Readonly<Record<string, string>>, relation: string): string {
  return `(SELECT * EXCLUDE (json, r), ${valuesOf(columns)} FROM ${structs(columns, relation)})`
}

/** The document of a row. */
export function documentOf(row: string): JsonValue {
  const value: unknown = JSON.parse(row)
  const text: unknown =
    typeof value === 'object' && value !== null && Reflect.get(value, 'document')
  return jsonOf(String(text))
}

/** What SQL surely reads as the decoder does, is JSON. */
export function jsonOf(document: DuckDBValue | undefined): JsonValue {
  const reading = readJson(String(document))
  if (!reading.ok) throw new Error(`a document of SQL ${reading.detail}`)
  return reading.value
}

function structs(columns: Readonly<Record<string, string>>, relation: string): string {
  const types = Object.entries(columns)
  const structure = Object.fromEntries(types.map(([name, type]) => [name, jsonType[type] ?? type]))
  const text = quoteText(JSON.stringify(structure))
  return `(SELECT *, from_json(json, ${text}) AS r FROM ${relation})`
}

function valuesOf(columns: Readonly<Record<string, string>>): string {
  return Object.entries(columns)
    .map(([name, type]) => `${fromJson[type] ?? ''}(r.${quoteName(name)}) AS ${quoteName(name)}`)
    .join(', ')
}

/** What JSON has no type for, and how it is made of what is written instead. */
const jsonType: Readonly<Record<string, string>> = { TIMESTAMP_MS: 'BIGINT', BLOB: 'VARCHAR' }
const fromJson: Readonly<Record<string, string>> = {
  TIMESTAMP_MS: 'make_timestamp_ms',
  BLOB: 'from_base64',
}

function* batches(texts: readonly string[]): Generator<string[]> {
  let batch: string[] = []
  let characters = 0
  for (const text of texts) {
    batch.push(text)
    characters += text.length
    if (characters < BATCH_CHARACTERS) continue
    yield batch
    batch = []
    characters = 0
  }
  if (batch.length > 0) yield batch
}
