import type { HlogResult, HlogTagRow } from '../stats/hlog/result.js'
import { latencyColumns } from './stats-tabular.js'
import type { Tabular, TabularColumn, TabularValue } from './tabular.js'

interface HlogColumn extends TabularColumn {
  readonly of: (row: HlogTagRow) => TabularValue
}

const columns: readonly HlogColumn[] = [
  { name: 'tag', type: 'text', of: ({ tag }) => tag },
  { name: 'intervals', type: 'integer', of: ({ intervals }) => intervals },
  { name: 'precision', type: 'integer', of: ({ precision }) => precision },
  { name: 'unit', type: 'text', of: ({ unit }) => unit },
  { name: 'start', type: 'time', of: ({ span }) => span.start },
  { name: 'end', type: 'time', of: ({ span }) => span.end },
  ...latencyColumns,
]

/** One row a tag and precision, without the total. */
export function hlogTabular(result: HlogResult): Tabular {
  return {
    columns: columns.map(({ of: _, ...column }) => column),
    rows: result.tags.map((row) => columns.map((column) => column.of(row))),
    metadata: { schema: result.schema, partial: String(result.partial) },
  }
}
