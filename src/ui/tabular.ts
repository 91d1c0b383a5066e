/**
 * A flat table that every tabular output is written from. Columns are declared once, with types
 * that CSV, Arrow and Parquet all have. `time` values are ISO 8601 text in UTC.
 */
export interface Tabular {
  readonly columns: readonly TabularColumn[]
  readonly rows: readonly (readonly TabularValue[])[]
  /** Goes into the schema where the format has room for it. */
  readonly metadata: Readonly<Record<string, string>>
}

export interface TabularColumn {
  readonly name: string
  readonly type: 'text' | 'time' | 'integer' | 'decimal'
  /** Made for machines alone: left out where people read. */
  readonly opaque?: boolean
}

export type TabularValue = string | number | null
