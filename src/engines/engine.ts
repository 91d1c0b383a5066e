import type { JsonValue } from '../event/event.js'

/** Types of result columns that every output has. `integer` beyond 2⁵³ is text of its digits. */
export type ColumnType = 'text' | 'integer' | 'decimal' | 'boolean' | 'time' | 'json'

export interface ResultColumn {
  readonly name: string
  readonly type: ColumnType
}

/** A cell: of `time` ISO 8601 in UTC, of `json` a list or an object. */
export type ResultValue = JsonValue

/** Rows as they come, a chunk at a time. */
export interface ResultRows {
  readonly columns: readonly ResultColumn[]
  readonly chunks: AsyncIterable<readonly (readonly ResultValue[])[]>
}

/** A value that a statement is asked with; integers are exact to 2⁵³. */
export type BoundValue = string | number | boolean | null

/** One statement: SQL with `$name` where a value goes. */
export interface Statement {
  readonly sql: string
  readonly values: Readonly<Record<string, BoundValue>>
}

/** Runs questions on events. */
export interface Engine {
  /** @throws EvtError `usage` where the SQL is wrong, with line and column; `interrupted` where the
   * signal aborts before there is a row, later there are just no more */
  rows(statement: Statement, signal?: AbortSignal): Promise<ResultRows>
}
