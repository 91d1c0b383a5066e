import type { DiffResult, DiffTypeRow } from '../stats/diff/result.js'
import { type DiffFigure, diffFigures } from './diff-figures.js'
import type { Tabular, TabularColumn, TabularValue } from './tabular.js'

interface DiffColumn extends TabularColumn {
  readonly of: (row: DiffTypeRow) => TabularValue
}

const counts = new Set(['events', 'distinct'])

const columns: readonly DiffColumn[] = [
  { name: 'type', type: 'text', of: ({ type }) => type },
  { name: 'source', type: 'text', of: ({ source }) => source },
  { name: 'only', type: 'text', of: ({ only }) => only },
  { name: 'unusual', type: 'text', of: ({ unusual }) => unusual?.figure ?? null },
  { name: 'unusualAtLeast', type: 'decimal', of: ({ unusual }) => unusual?.atLeast ?? null },
  ...diffFigures.flatMap(columnsOf),
]

/** `aEvents`, `bEvents`, `eventsAbsolute`, `eventsRelative`, and `…AtLeast` where it is known. */
function columnsOf(figure: DiffFigure): DiffColumn[] {
  const { name, unit = '' } = figure
  const title = `${name[0]?.toUpperCase()}${name.slice(1)}`
  const type = counts.has(name) ? 'integer' : 'decimal'
  const of = (row: DiffTypeRow) => figure.difference(row.difference)
  const isJudged = !/^(events|perSecond|distinct|latencyMean|latencyMax)$/.test(name)
  const atLeast: DiffColumn = {
    name: `${name}AtLeast`,
    type: 'decimal',
    of: (row) => {
      const difference = of(row)
      return 'atLeast' in difference ? difference.atLeast : null
    },
  }
  return [
    { name: `a${title}${unit}`, type, of: (row) => figure.values(row)[0] },
    { name: `b${title}${unit}`, type, of: (row) => figure.values(row)[1] },
    { name: `${name}Absolute${unit}`, type, of: (row) => of(row).absolute },
    { name: `${name}Relative`, type: 'decimal', of: (row) => of(row).relative },
    ...(isJudged ? [atLeast] : []),
  ]
}

/** One row a type, the most unusual first. */
export function diffTabular({ schema, partial, types }: DiffResult): Tabular {
  return {
    columns: columns.map(({ of: _, ...column }) => column),
    rows: types.map((row) => columns.map((column) => column.of(row))),
    metadata: { schema, partial: String(partial) },
  }
}
